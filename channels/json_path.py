"""Where something stands in a JSON document: `messages.0.id`."""

from functools import lru_cache
from typing import Any


def at(document: Any, path: str) -> Any:
    """What stands at the dotted `path` of parsed JSON, numbers being places in lists; None where nothing does."""
    for step in _steps(path):
        if isinstance(document, dict):
            document = document.get(step)
        elif isinstance(document, list) and step.isdecimal() and int(step) < len(document):
            document = document[int(step)]
        else:
            return None
    return document


def text_at(document: Any, path: str) -> str:
    """The word or number at `path` as text; "" for an empty path, and where nothing or no single value stands."""
    found = at(document, path) if path else None
    if isinstance(found, bool):
        return "true" if found else "false"
    return str(found) if isinstance(found, str | int | float) else ""


@lru_cache(maxsize=1024)
def _steps(path: str) -> tuple[str, ...]:
    return tuple(path.split(".")) if path else ()
