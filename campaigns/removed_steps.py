"""The steps that somebody has just removed, remembered in their session so that they can be put back.

Not in the draft: what one person has taken out is no business of the others, and a launch need not clear it away.
"""

from datetime import timedelta
from typing import Any

from django.contrib.sessions.backends.base import SessionBase
from django.utils import timezone
from pydantic import TypeAdapter

from campaigns.drafting import RemovedStep

KEPT_FOR = timedelta(hours=1)
_KEY = "removed_steps"
_MOST = 20
_FORM = TypeAdapter(RemovedStep)


def remember(session: SessionBase, removed: RemovedStep) -> None:
    """Keep `removed` for an hour; of very many only the last ones."""
    note = {"at": timezone.now().timestamp(), "step": _FORM.dump_python(removed, mode="json")}
    session[_KEY] = [*_notes(session), note][-_MOST:]


def last_removed(session: SessionBase, *, route_id: int) -> RemovedStep | None:
    """The step that was removed last from this route and is not back yet; None where there is none."""
    steps = (_FORM.validate_python(note["step"]) for note in reversed(_notes(session)))
    return next((step for step in steps if step.route_id == route_id), None)


def find_removed(session: SessionBase, key: str, *, route_id: int) -> RemovedStep | None:
    """The step with this key that was removed from this route; None when it has been forgotten.

    In copies of its route and of its campaign, steps have the same key.
    """
    steps = (_FORM.validate_python(note["step"]) for note in _notes(session))
    return next((step for step in steps if (step.key, step.route_id) == (key, route_id)), None)


def forget(session: SessionBase, removed: RemovedStep) -> None:
    """Offer `removed` no more."""
    gone = (removed.key, removed.route_id)
    session[_KEY] = [note for note in _notes(session) if (note["step"]["key"], note["step"]["route_id"]) != gone]


def forget_route(session: SessionBase, route_id: int) -> None:
    """Offer no step of this route any more: its chain is another one now."""
    session[_KEY] = [note for note in _notes(session) if note["step"]["route_id"] != route_id]


def _notes(session: SessionBase) -> list[dict[str, Any]]:
    earliest = (timezone.now() - KEPT_FOR).timestamp()
    return [note for note in session.get(_KEY, []) if note["at"] >= earliest]
