"""The public addresses in messages: tracked links, the pixel, the trap, unsubscribing.

No sign-in, no session, no cookie, and nothing told but to whoever holds an unguessable address. A hit is
committed before it is answered; with the database away a click is still led on if it can be told where.
"""

import base64
import logging
from collections.abc import Callable
from functools import wraps
from typing import Any, Concatenate, ParamSpec

from django.conf import settings
from django.db import Error as DatabaseError
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils import translation
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from campaigns.engine import clock
from campaigns.engine.opting_out import CHANNEL, EVERYTHING, opt_out
from campaigns.engine.wake import TRACK, wake
from campaigns.links import LinkKind, parse_click, parse_signed
from campaigns.masking import masked
from campaigns.models import Installation
from campaigns.models.consent import ConsentSource
from campaigns.signals_policy import SignalKind
from campaigns.testing import hearing
from campaigns.tracking_memory import GuessLimit, RememberedTargets, client_of
from campaigns.visits import Knock, Visit, keep, signed_visit
from channels import kinds
from channels.kinds import Channel

PIXEL = base64.b64decode("R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAICRAEAOw==")
HEADERS = {
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
    "X-Robots-Tag": "noindex, nofollow",
}
# RFC 8058: a mail program posts this when its user presses its own button.
ONE_CLICK = ("List-Unsubscribe", "One-Click")

targets = RememberedTargets(size=20_000)
guesses = GuessLimit(per_minute=20)

logger = logging.getLogger(__name__)
Rest = ParamSpec("Rest")
View = Callable[Concatenate[HttpRequest, Rest], HttpResponse]


def tracking_page(view: View[Rest]) -> View[Rest]:
    """Give every answer of `view` the headers of a tracking address, whatever it is."""

    @wraps(view)
    def answer(request: HttpRequest, /, *args: Rest.args, **kwargs: Rest.kwargs) -> HttpResponse:
        response = view(request, *args, **kwargs)
        for name, value in HEADERS.items():
            response[name] = value
        return response

    return answer


@tracking_page
@require_http_methods(["GET", "HEAD"])
def click(request: HttpRequest, part: str) -> HttpResponse:
    """A tracked link: keep the click, then lead on to where the link of that campaign leads."""
    link = parse_click(part)
    if link is None:
        return _unknown(request)
    name = "{}{}".format(*link)
    try:
        visit = _keep(request, SignalKind.CLICK, token=link[0], position=link[1])
    except DatabaseError:
        logger.exception("A click was not kept")
        target = targets.get(name)
        return HttpResponseRedirect(target) if target else _away(request)
    if visit is None or not visit.target:
        tested = hearing.target_of(*link)
        return HttpResponseRedirect(tested) if tested else _unknown(request)
    targets.put(name, visit.target)
    return HttpResponseRedirect(visit.target)


@tracking_page
@require_http_methods(["GET", "HEAD"])
def opened(request: HttpRequest, signed: str) -> HttpResponse:
    """The pixel of a mail: keep the open, and give the image whatever happens."""
    attempt_id = parse_signed(LinkKind.OPEN, signed)
    if attempt_id is not None:
        try:
            _keep(request, SignalKind.OPEN, attempt_id=attempt_id)
        except DatabaseError:
            logger.exception("An open was not kept")
    return HttpResponse(PIXEL, content_type="image/gif")


@tracking_page
@require_http_methods(["GET", "HEAD"])
def trap(request: HttpRequest, signed: str) -> HttpResponse:
    """The link that no person sees: keep that a machine followed it, and show nothing of interest."""
    attempt_id = parse_signed(LinkKind.TRAP, signed)
    if attempt_id is None:
        return _unknown(request)
    try:
        _keep(request, SignalKind.TRAP, attempt_id=attempt_id)
    except DatabaseError:
        logger.exception("A trap was not kept")
    return render(request, "tracking/nothing.html")


@tracking_page
@csrf_exempt  # the address itself is the secret, and a mail program's one click has no cookie
@require_http_methods(["GET", "HEAD", "POST"])
def unsubscribe(request: HttpRequest, signed: str) -> HttpResponse:
    """Ask what the person wants no more of, and act on POST only, because scanners follow every link."""
    attempt_id = parse_signed(LinkKind.UNSUBSCRIBE, signed)
    if attempt_id is None:
        return _unknown(request)
    try:
        visit = signed_visit(attempt_id)
        return _in_language_of(visit, request) if visit else _unsubscribe_test(request, attempt_id)
    except DatabaseError:
        logger.exception("An unsubscription was not carried out")
        return _away(request)


def _unsubscribe_test(request: HttpRequest, pk: int) -> HttpResponse:
    """The same for the address of a test message, in the language of the browser."""
    message = hearing.unsubscribing(pk)
    if message is None:
        return _unknown(request)
    scope = _scope(request) if request.method == "POST" else ""
    if scope:
        hearing.opt_out_of(message, is_everything=scope == EVERYTHING, at=clock.now())
        return _done(request, Channel(message.channel), scope)
    kind = kinds.facts(message.channel).address_kind
    return _question(
        request,
        channel=Channel(message.channel),
        address=masked(kind, message.address),
        is_unclear=request.method == "POST",
        is_test=True,
    )


def _in_language_of(visit: Visit, request: HttpRequest) -> HttpResponse:
    language = _language(visit.contact.language)
    with translation.override(language):
        response = _unsubscribed(request, visit) if request.method == "POST" else _asked(request, visit)
    response["Content-Language"] = language
    return response


def _unsubscribed(request: HttpRequest, visit: Visit) -> HttpResponse:
    scope = _scope(request)
    if not scope:
        return _asked(request, visit, is_unclear=True)
    opt_out(attempt_id=visit.attempt_id, scope=scope, source=ConsentSource.UNSUBSCRIBE, at=visit.at)
    return _done(request, visit.channel, scope)


def _scope(request: HttpRequest) -> str:
    """What the person wants no more of, "" where that is unclear."""
    is_one_click = request.POST.get(ONE_CLICK[0]) == ONE_CLICK[1]
    scope = CHANNEL if is_one_click else request.POST.get("scope", "")
    return scope if scope in {CHANNEL, EVERYTHING} else ""


def _done(request: HttpRequest, channel: Channel, scope: str) -> HttpResponse:
    context = {"channel": channel.label, "is_everything": scope == EVERYTHING}
    return render(request, "tracking/unsubscribed.html", context)


def _asked(request: HttpRequest, visit: Visit, *, is_unclear: bool = False) -> HttpResponse:
    return _question(request, channel=visit.channel, address=visit.address, is_unclear=is_unclear)


def _question(
    request: HttpRequest, *, channel: Channel, address: str, is_unclear: bool, is_test: bool = False
) -> HttpResponse:
    context = {
        "channel": channel.label,
        "address": address,
        "sender": Installation.current().name,
        "is_unclear": is_unclear,
        "is_test": is_test,
    }
    return render(request, "tracking/unsubscribe.html", context, status=422 if is_unclear else 200)


def _language(spoken: str) -> str:
    """The contact's language if the product speaks it, else the browser's."""
    known = dict(settings.LANGUAGES)
    candidates = (spoken.lower(), spoken.lower().partition("-")[0])
    return next((tag for tag in candidates if tag in known), translation.get_language() or settings.LANGUAGE_CODE)


def _keep(request: HttpRequest, kind: SignalKind, **which: Any) -> Visit | None:
    """Keep the hit of one request; `which` address it was, as Knock names it."""
    agent = request.headers.get("User-Agent", "")
    visit = keep([Knock(kind=kind, method=request.method or "", user_agent=agent, **which)])[0]
    if visit:
        wake(TRACK)
    return visit


def _unknown(request: HttpRequest) -> HttpResponse:
    """One page for every address that is none of ours, so that a guesser learns nothing; 429 after too many."""
    status = 404 if guesses.allows(client_of(request)) else 429
    return render(request, "tracking/unknown.html", status=status)


def _away(request: HttpRequest) -> HttpResponse:
    """The database cannot be asked: say so, and when to come again."""
    response = render(request, "tracking/away.html", status=503)
    response["Retry-After"] = "60"
    return response
