"""Where vendors report: prove, store, answer; what it means is found out later by a task."""

import json
import logging

from celery import current_app
from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from channels.crypto import UnreadableCredentials
from channels.errors import InvalidWebhook, NotSupported
from channels.models import Account
from channels.opening import open_provider
from channels.pace import Pace
from channels.provider import Provider, WebhookRequest
from channels.redaction import redact

MAX_BODY = 1024 * 1024
TRACK_TASK = "campaigns.tasks.track"
# They may carry the vendor's password, and no provider reads events from them.
DROPPED_HEADERS = frozenset({"authorization", "proxy-authorization", "cookie"})

# The table makes the id, the times and the state by itself.
STORE = """
INSERT INTO channels_inboundrequest (account_id, method, path, query, headers, body)
VALUES (%s, %s, %s, %s, %s, %s)
"""

logger = logging.getLogger(__name__)
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
        provider = open_provider(account)
        if request.method != "POST":
            return HttpResponse(provider.answer_check(asked), content_type="text/plain")
        provider.verify(asked)
    except (InvalidWebhook, NotSupported, UnreadableCredentials, KeyError) as refusal:
        logger.warning("Webhook of account %s refused: %s", account.pk, type(refusal).__name__)
        return HttpResponse("not proved", status=403, content_type="text/plain")
    store(asked, account=account, provider=provider)
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


def store(asked: WebhookRequest, *, account: Account, provider: Provider) -> None:
    """Write one InboundRequest, committed on return, without the secrets by which it was proved."""
    hidden = {account.webhook_token, *provider.secrets}
    headers = {name: redact(value, hidden) for name, value in asked.headers.items() if name not in DROPPED_HEADERS}
    query = {name: redact(value, hidden) for name, value in asked.query.items()}
    path = redact(asked.path, hidden)
    with connection.cursor() as cursor:
        cursor.execute(STORE, [account.pk, asked.method, path, json.dumps(query), json.dumps(headers), asked.body])


def wake() -> None:
    """Ask for the stored requests to be read. The tick drains them anyway, so a dead broker is no matter."""
    try:
        current_app.send_task(TRACK_TASK, retry=False)
    except Exception as error:  # noqa: BLE001  each broker has errors of its own
        logger.warning("Tracking was not woken: %s", type(error).__name__)
