"""What the forms propose: preferences and names of attributes that contacts have."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from campaigns.models import Contact

# Enough to have met whatever is common, and few enough to be read at once.
_LATEST = 3_000
_MOST = 100


@dataclass(frozen=True, kw_only=True)
class Suggestions:
    """The most frequent first."""

    preferences: Sequence[str]
    attributes: Sequence[str]


def suggestions() -> Suggestions:
    """What the contacts added last have, the most frequent first."""
    preferences: Counter[str] = Counter()
    attributes: Counter[str] = Counter()
    latest = Contact.objects.present().order_by("-id").values_list("preferences", "attributes")[:_LATEST]
    for likings, free in latest:
        preferences.update(likings)
        attributes.update(free)
    return Suggestions(
        preferences=[word for word, _count in preferences.most_common(_MOST)],
        attributes=[name for name, _count in attributes.most_common(_MOST)],
    )
