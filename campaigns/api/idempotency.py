"""The same request twice is carried out once and answered twice the same."""

import hashlib
import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django.core.serializers.json import DjangoJSONEncoder
from django.db import connection, transaction
from django.utils import timezone
from django.utils.translation import gettext

from campaigns.api.auth import KeyRequest
from campaigns.api.errors import ApiError
from campaigns.models import ApiRequest

LONGEST_KEY = 200
# Long after any caller has given up repeating.
KEPT = timedelta(days=30)

Answer = tuple[int, dict[str, Any]]


def idempotency_key(request: KeyRequest) -> str:
    """The Idempotency-Key header. Raises ApiError where it is missing or too long."""
    key = request.headers.get("Idempotency-Key", "").strip()
    if not key:
        words = gettext("Send an Idempotency-Key header that is the same when you repeat this request.")
        raise ApiError(400, "idempotency_key_required", words, field="Idempotency-Key")
    if len(key) > LONGEST_KEY:
        words = gettext("The Idempotency-Key is longer than %(most)s characters.") % {"most": LONGEST_KEY}
        raise ApiError(422, "invalid", words, field="Idempotency-Key")
    return key


@transaction.atomic
def once(request: KeyRequest, work: Callable[[str], Answer]) -> Answer:
    """What `work` (given the key) answers, carried out once for each Idempotency-Key of an API key.

    1. Wait for anybody who is at the same key right now.
    2. Answered before: the same answer again, or a refusal if it was another request.
    3. Carry it out and keep the answer, in one transaction. A refusal is not kept: the caller may mend it.
    """
    key = idempotency_key(request)
    _one_at_a_time(request.auth.pk, key)
    fingerprint = _fingerprint(request)
    known = ApiRequest.objects.filter(api_key=request.auth, idempotency_key=key).first()
    if known and known.fingerprint != fingerprint:
        words = gettext("This Idempotency-Key was used for another request. Take a new key for a new request.")
        raise ApiError(422, "idempotency_key_reused", words, field="Idempotency-Key")
    if known:
        return known.status, known.answer
    status, told = work(key)
    plain = json.loads(json.dumps(told, cls=DjangoJSONEncoder))
    _forget_oldest()
    ApiRequest.objects.create(
        api_key=request.auth, idempotency_key=key, fingerprint=fingerprint, status=status, answer=plain
    )
    return status, plain


def _forget_oldest() -> None:
    """Each new answer takes up to two that nobody will ask for again with it, so that they never pile up."""
    oldest = ApiRequest.objects.order_by("pk").select_for_update(skip_locked=True)[:2]
    ended = timezone.now() - KEPT
    ApiRequest.objects.filter(pk__in=[row.pk for row in oldest if row.created_at < ended]).delete()


def _one_at_a_time(api_key_id: int, key: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"cascade api {api_key_id} {key}"])


def _fingerprint(request: KeyRequest) -> str:
    said = b"\n".join([(request.method or "").encode(), request.path.encode(), request.body])
    return hashlib.sha256(said).hexdigest()
