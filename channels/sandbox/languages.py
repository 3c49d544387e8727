"""In which language a page answers: the one that the link from the dashboard names, else the browser's own."""

from aiohttp import web

from channels.sandbox import words
from channels.sandbox.api import Answer
from channels.sandbox.tokens import LANGUAGE, SESSION_SECONDS

COOKIE = "cascade_sandbox_language"


@web.middleware
async def in_own_language(request: web.Request, handler: Answer) -> web.StreamResponse:
    """Pages speak the language of their reader; the API, which programs read, speaks English."""
    if request.path.startswith("/api/"):
        return await handler(request)
    with words.spoken(language_of(request)):
        return await handler(request)


def language_of(request: web.Request) -> str:
    """The language for whoever asks; English where it is one that the pages do not speak."""
    chosen = request.query.get(LANGUAGE) or request.cookies.get(COOKIE)
    found = words.known(chosen) if chosen else preferred(request.headers.get("Accept-Language", ""))
    return found or words.ENGLISH


def keep(answer: web.StreamResponse, request: web.Request) -> None:
    """Have the browser remember the language that its link names, for as long as it is let in."""
    if request.query.get(LANGUAGE):
        answer.set_cookie(COOKIE, language_of(request), max_age=SESSION_SECONDS, httponly=True, samesite="Lax")


def preferred(accepted: str) -> str:
    """The best language of an Accept-Language header ("de, uk;q=0.8") that the pages speak; "" without one."""
    weighed = [
        (_weight(weight), words.known(tag)) for tag, _q, weight in (one.partition(";") for one in accepted.split(","))
    ]
    wanted = [(weight, language) for weight, language in weighed if language and weight > 0]
    return max(wanted, key=lambda one: one[0])[1] if wanted else ""


def _weight(told: str) -> float:
    """The number in "q=0.8"; 1 without one, and 0 where it cannot be read."""
    try:
        return float(told.strip().removeprefix("q=") or 1)
    except ValueError:
        return 0
