"""How the API says no: {"error": {"code", "message", "field"}}, whatever went wrong."""

import logging
from collections.abc import Callable, Sequence
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.utils.translation import gettext
from ninja import NinjaAPI
from ninja.errors import AuthenticationError, HttpError, Throttled, ValidationError

logger = logging.getLogger(__name__)


class ApiError(Exception):
    """The request is refused. `code` is for programs, the message for people, `field` where it is to blame."""

    def __init__(self, status: int, code: str, message: str, *, field: str = "") -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.message = message
        self.field = field


def answer(error: ApiError) -> HttpResponse:
    """The answer that tells of `error`."""
    told = {"code": error.code, "message": error.message, "field": error.field or None}
    return JsonResponse({"error": told}, status=error.status)


def not_found() -> ApiError:
    """There is no such thing, or no such address."""
    return ApiError(404, "not_found", gettext("There is nothing here."))


def no_such_address(request: HttpRequest, rest: str) -> HttpResponse:
    """What a path below /api/ answers that no operation has."""
    return answer(not_found())


def register(api: NinjaAPI) -> None:
    """Let `api` answer every error in our form."""
    handlers: dict[type[Exception], Callable[[HttpRequest, Any], HttpResponse]] = {
        ApiError: lambda _request, error: answer(error),
        Http404: lambda _request, _error: answer(not_found()),
        AuthenticationError: _unauthorised,
        Throttled: _too_many,
        ValidationError: _invalid,
        HttpError: _refused,
        Exception: _broken,
    }
    for kind, handler in handlers.items():
        api.add_exception_handler(kind, handler)


def _unauthorised(request: HttpRequest, error: Exception) -> HttpResponse:
    words = gettext("Send a valid API key: Authorization: Bearer <key>.")
    response = answer(ApiError(401, "unauthorised", words))
    response["WWW-Authenticate"] = "Bearer"
    return response


def _too_many(request: HttpRequest, error: Exception) -> HttpResponse:
    return answer(ApiError(429, "too_many_requests", gettext("Too many requests. Wait a moment and go on.")))


def _invalid(request: HttpRequest, error: ValidationError) -> HttpResponse:
    """The first thing that is wrong with the request's body, query or path."""
    first = error.errors[0]
    # ninja names the place ("body", "header", …) and the parameter before the field itself.
    field = ".".join(str(part) for part in _within(first["loc"]))
    return answer(ApiError(422, "invalid", str(first["msg"]), field=field))


def _within(place: Sequence[Any]) -> Sequence[Any]:
    return place[2:] if place[:1] == ("body",) and len(place) > 2 else place[1:]


def _refused(request: HttpRequest, error: HttpError) -> HttpResponse:
    """What ninja itself refuses, above all a body that is not JSON."""
    return answer(ApiError(error.status_code, "bad_request", str(error)))


def _broken(request: HttpRequest, error: Exception) -> HttpResponse:
    logger.error("the API failed at %s", request.path, exc_info=error)
    words = gettext("That did not work, and it is our fault. Send it again with the same Idempotency-Key.")
    return answer(ApiError(500, "internal", words))
