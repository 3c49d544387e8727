"""Where vendors report: prove, store, answer; what it means is found out later by a task."""

import json
import logging
import re
from collections.abc import Callable, Collection, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import lru_cache

from celery import current_app
from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from channels.crypto import UnreadableCredentials
from channels.errors import InvalidWebhook, NotSupported
from channels.models import Account
from channels.opening import open_provider
from channels.pace import Pace
from channels.provider import Provider, WebhookRequest
from channels.redaction import redactor
from channels.rows import array, byte_strings, run, texts

MAX_BODY = 1024 * 1024
TRACK_TASK = "campaigns.tasks.track"
# They may carry the vendor's password, and no provider reads events from them.
DROPPED_HEADERS = frozenset({"authorization", "proxy-authorization", "cookie"})

# The table makes the id, the times and the state by itself.
STORE = """
INSERT INTO channels_inboundrequest (account_id, method, path, query, headers, body)
SELECT account_id, method, path, query::jsonb, headers::jsonb, body
FROM unnest(%s::bigint[], %s::text[], %s::text[], %s::text[], %s::text[], %s::bytea[])
    AS x (account_id, method, path, query, headers, body)
"""

REFUSALS = (InvalidWebhook, NotSupported, UnreadableCredentials, KeyError)

logger = logging.getLogger(__name__)
# As accounts have them (models/accounts.py).
TOKEN = re.compile(r"[A-Za-z0-9_-]+")
# A storm of webhooks need not become a storm of tasks.
waking = Pace(seconds=0.2)


@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
def receive(request: HttpRequest, token: str) -> HttpResponse:
    """Store a vendor's webhook once it is proved, and answer 200 only when it is stored.

    GET is answered for vendors that look whether the address is ours. An account that is switched off
    or archived still hears of the messages it has sent.
    """
    account = Account.objects.filter(webhook_token=token).first()
    if account is None:
        return HttpResponse("unknown address", status=404, content_type="text/plain")
    body = request.read(MAX_BODY + 1)
    if len(body) > MAX_BODY:
        return HttpResponse("too large", status=413, content_type="text/plain")
    asked = as_webhook(request, body)
    try:
        reception = open_reception(account)
        if request.method != "POST":
            return HttpResponse(reception.provider.answer_check(asked), content_type="text/plain")
        reception.provider.verify(asked)
    except REFUSALS as refusal:
        logger.warning("Webhook of account %s refused: %s", account.pk, type(refusal).__name__)
        return HttpResponse("not proved", status=403, content_type="text/plain")
    store([(reception, asked)])
    waking.run(wake)
    return HttpResponse("ok", content_type="text/plain")


def as_webhook(request: HttpRequest, body: bytes) -> WebhookRequest:
    """`request` as providers read it. Of a repeated query parameter the last one counts."""
    return WebhookRequest(
        method=request.method or "",
        path=request.path,
        query=request.GET.dict(),
        headers={name.lower(): value for name, value in request.headers.items()},
        body=body,
    )


@dataclass(frozen=True, slots=True)
class Reception:
    """Takes the webhooks of one account; `hide` takes out the secrets by which they are proved."""

    account: Account
    provider: Provider
    hide: Callable[[str], str]


def open_reception(account: Account) -> Reception:
    """The reception of `account`. Raises UnreadableCredentials, and KeyError for a vendor that is not known.

    Most headers of a vendor's requests are alike, so what was hidden of one is remembered for the next.
    """
    provider = open_provider(account)
    return Reception(account, provider, lru_cache(redactor({account.webhook_token, *provider.secrets})))


def take(posted: Sequence[tuple[str, WebhookRequest]]) -> list[bool]:
    """Prove and store those of `posted` (the token of the address, the request) that can be; committed on return.

    Gives whether each was stored; why one was not is for `receive` to say.
    """
    receptions = _receptions({token for token, _ in posted})
    proved = [_is_proved(receptions.get(token), asked) for token, asked in posted]
    store([(receptions[token], asked) for (token, asked), is_proved in zip(posted, proved, strict=True) if is_proved])
    return proved


def _receptions(tokens: Collection[str]) -> dict[str, Reception]:
    found = {}
    # Anybody may ask for anything, and the database refuses some of it, for everybody who is asked about with it.
    possible = [token for token in tokens if TOKEN.fullmatch(token)]
    for account in Account.objects.filter(webhook_token__in=possible):
        with suppress(UnreadableCredentials, KeyError):
            found[account.webhook_token] = open_reception(account)
    return found


def _is_proved(reception: Reception | None, asked: WebhookRequest) -> bool:
    try:
        if reception:
            reception.provider.verify(asked)
    except REFUSALS:
        return False
    return reception is not None


def store(proved: Sequence[tuple[Reception, WebhookRequest]]) -> None:
    """Write an InboundRequest of each of the `proved`, committed on return, without the secrets that proved them."""
    if not proved:
        return
    accounts, methods, paths, queries, headers, bodies = zip(*[_row(*one) for one in proved], strict=True)
    run(STORE, [array(accounts), texts(methods), texts(paths), texts(queries), texts(headers), byte_strings(bodies)])


def _row(reception: Reception, asked: WebhookRequest) -> tuple[int, str, str, str, str, bytes]:
    hide = reception.hide
    headers = {name: hide(value) for name, value in asked.headers.items() if name not in DROPPED_HEADERS}
    query = {name: hide(value) for name, value in asked.query.items()}
    return (
        reception.account.pk,
        asked.method,
        hide(asked.path),
        json.dumps(query),
        json.dumps(headers),
        asked.body,
    )


def wake() -> None:
    """Ask for the stored requests to be read. The tick drains them anyway, so a dead broker is no matter."""
    try:
        current_app.send_task(TRACK_TASK, retry=False)
    except Exception as error:  # noqa: BLE001  each broker has errors of its own
        logger.warning("Tracking was not woken: %s", type(error).__name__)
