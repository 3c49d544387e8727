"""Records the vendor's immediate answers, in groups as they come."""

import uuid
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from django.db import transaction

from campaigns.engine.accepting import accept
from campaigns.engine.content_errors import hold_broken_campaigns
from campaigns.engine.ledger import Ledger
from campaigns.engine.routes import Surroundings, load_surroundings
from campaigns.engine.settling import fail
from campaigns.engine.standing import judge_sender
from campaigns.engine.stopping import lock_enrolments
from campaigns.engine.suppressing import retire_address
from campaigns.engine.unanswered import give_up_answer, is_recognised
from campaigns.models import Attempt, Message, Step, VendorReference
from campaigns.models.messages import AttemptStatus, MessageStatus
from channels.errors import TEMPORARY, ErrorClass
from channels.messages import Receipt, ReceiptStatus

FIRST_RETRY = timedelta(seconds=10)
LONGEST_RETRY = timedelta(minutes=30)
# How often an unanswered request is repeated where the vendor promises to recognise its key.
KEYED_TRIES = 3
# Says that there is no answer because nobody was there to hear it, which tells nothing of the vendor.
WORKER_DIED = "worker_died"


@dataclass(frozen=True, kw_only=True)
class Answers:
    """The locked rows that a group of receipts is about; `attempts` are all those of its messages, by their key."""

    attempts: Mapping[uuid.UUID, Attempt]
    messages: Mapping[int, Message]
    surroundings: Surroundings


def record(receipts: Sequence[Receipt], *, now: datetime) -> None:
    """Record `receipts` at `now` (product time), and hold the campaigns whose texts the vendor keeps refusing.

    A campaign is held when what tells against it is committed: who changes its limits locks it, and then waits for
    whoever counts its cost.
    """
    answers = _record(receipts, now)
    hold_broken_campaigns(answers.messages.values(), now)


@transaction.atomic
def _record(receipts: Sequence[Receipt], now: datetime) -> Answers:
    """Record `receipts` in one transaction.

    1. Lock enrolments, then messages, then attempts, each in the order of their ids.
    2. Write each answer into its attempt.
    3. What the answers of all attempts of a message come to decides the message.
    4. Settle budgets, slow or hold the senders that refused.

    Receipts may come twice or after an event of the same message: what is known is not recorded again.
    """
    answers = _lock(receipts)
    ledger = Ledger(now)
    touched: dict[int, list[Receipt]] = defaultdict(list)
    for receipt in receipts:
        attempt = answers.attempts.get(uuid.UUID(receipt.key))
        if attempt:
            _answer(ledger, attempt, receipt)
            touched[attempt.message_id].append(receipt)
    attempts: dict[int, list[Attempt]] = defaultdict(list)
    for attempt in answers.attempts.values():
        attempts[attempt.message_id].append(attempt)
    for message_id, of_message in touched.items():
        _conclude(
            ledger,
            answers,
            answers.messages[message_id],
            attempts=attempts[message_id],
            receipts=of_message,
        )
    ledger.write()
    _judge_senders(answers, receipts, now)
    return answers


def _lock(receipts: Iterable[Receipt]) -> Answers:
    keys = [uuid.UUID(receipt.key) for receipt in receipts]
    rows = Attempt.objects.filter(key__any=keys).values_list("message_id", "message__enrolment_id")
    message_ids = {row[0] for row in rows}
    enrolments = lock_enrolments({row[1] for row in rows})
    surroundings = load_surroundings(
        campaign_ids={enrolment.campaign_id for enrolment in enrolments.values()},
        route_ids={enrolment.route_id for enrolment in enrolments.values()},
    )
    steps = {step.pk: step for of_route in surroundings.steps.values() for step in of_route}
    messages = Message.objects.filter(pk__any=message_ids).order_by("id").select_for_update()
    by_id = {message.pk: message for message in messages}
    for message in by_id.values():
        message.enrolment = enrolments[message.enrolment_id]
        message.campaign = surroundings.campaigns[message.campaign_id]
        message.step = steps[message.step_id]
    attempts = Attempt.objects.filter(message_id__any=message_ids).order_by("id").select_for_update()
    return Answers(
        attempts={row.key: row for row in attempts},
        messages=by_id,
        surroundings=surroundings,
    )


def _answer(ledger: Ledger, attempt: Attempt, receipt: Receipt) -> None:
    if attempt.status == AttemptStatus.ACCEPTED:
        if receipt.vendor_message_id and not attempt.vendor_message_id:
            _name(ledger, attempt, receipt)
        return
    status = _attempt_status(attempt, receipt)
    ledger.change(
        attempt,
        status=status,
        answered_at=ledger.now,
        error_class=ErrorClass.UNKNOWN if status is AttemptStatus.UNKNOWN else receipt.error_class or "",
        error_code=receipt.code[:60],
        error_detail=receipt.detail[:1000],
    )
    if receipt.vendor_message_id:
        _name(ledger, attempt, receipt)
    if receipt.price is not None:
        ledger.change(attempt, price=receipt.price)


def _name(ledger: Ledger, attempt: Attempt, receipt: Receipt) -> None:
    """Remember by which id the vendor will speak of `attempt`."""
    ledger.change(attempt, vendor_message_id=receipt.vendor_message_id)
    reference = VendorReference(
        account_id=attempt.account_id, vendor_message_id=receipt.vendor_message_id, attempt_id=attempt.pk
    )
    VendorReference.objects.bulk_create([reference], ignore_conflicts=True)


def _attempt_status(attempt: Attempt, receipt: Receipt) -> AttemptStatus:
    if receipt.status is ReceiptStatus.FAILED and receipt.error_class in TEMPORARY:
        # That a repetition was refused for now says nothing of the first request, which nobody answered.
        return AttemptStatus.UNKNOWN if attempt.error_class == ErrorClass.UNKNOWN else AttemptStatus.NOT_SENT
    return AttemptStatus(receipt.status.value)


def _conclude(
    ledger: Ledger, answers: Answers, message: Message, *, attempts: Sequence[Attempt], receipts: Sequence[Receipt]
) -> None:
    """What the answers so far make of `message`: push goes to all tokens, and fails only when all fail."""
    states = {attempt.status for attempt in attempts}
    for receipt in receipts:
        if receipt.error_class in {ErrorClass.RECIPIENT, ErrorClass.OPTED_OUT}:
            retire_address(
                answers.attempts[uuid.UUID(receipt.key)],
                message,
                receipt.error_class,
                ledger.now,
            )
    if AttemptStatus.ACCEPTED in states:
        accept(ledger, message, answers.surroundings)
    elif AttemptStatus.SENDING in states or message.status != MessageStatus.SENDING:
        return
    elif AttemptStatus.UNKNOWN in states:
        _unanswered(ledger, answers, message)
    else:
        _refused(ledger, message, receipts)


def _unanswered(ledger: Ledger, answers: Answers, message: Message) -> None:
    """No answer: repeated under its key where the vendor recognises it, else unknown and never resent."""
    able = answers.surroundings.capability(_step(answers, message))
    is_known = is_recognised(able.deduplicates_for if able else None, message.first_attempt_at, ledger.now)
    if is_known and message.tries < KEYED_TRIES and not message.enrolment.outcome:
        _requeue(ledger, message, FIRST_RETRY)
        ledger.change(message, error_class=ErrorClass.UNKNOWN)
    else:
        give_up_answer(ledger, message)


def _step(answers: Answers, message: Message) -> Step:
    steps = answers.surroundings.steps[message.enrolment.route_id]
    return next(step for step in steps if step.pk == message.step_id)


def _refused(
    ledger: Ledger,
    message: Message,
    receipts: Sequence[Receipt],
) -> None:
    receipt = receipts[-1]
    error_class = receipt.error_class or ErrorClass.UNKNOWN
    ledger.charge(message, Decimal(0))
    is_over = bool(message.enrolment.outcome or message.fate)
    if error_class not in TEMPORARY and error_class is not ErrorClass.ACCOUNT:
        fail(ledger, message, error_class=error_class, code=receipt.code, detail=receipt.detail)
    elif is_over:
        ledger.change(message, status=MessageStatus.WITHDRAWN)
    elif error_class is ErrorClass.ACCOUNT:
        # The sender is held, which uses up nothing: it goes out when somebody has released it.
        _requeue(ledger, message, timedelta(0))
        ledger.change(message, first_attempt_at=None)
    else:
        _requeue(ledger, message, _retry_in(message.tries, receipt.retry_after))
        ledger.change(message.enrolment, next_at=_retry_until(message))


def _requeue(ledger: Ledger, message: Message, wait: timedelta) -> None:
    ledger.change(
        message,
        status=MessageStatus.QUEUED,
        available_at=ledger.now + wait,
        claim_token=None,
    )


def _retry_until(message: Message) -> datetime:
    if message.first_attempt_at is None:
        raise AssertionError("a message that was sent has a first attempt")
    return message.first_attempt_at + message.step.timeout


def _retry_in(tries: int, retry_after: timedelta | None) -> timedelta:
    doublings = max(min(tries - 1, 12), 0)
    backoff = timedelta(seconds=FIRST_RETRY.total_seconds() * 2.0**doublings)
    return max(min(backoff, LONGEST_RETRY), retry_after or timedelta(0))


def _judge_senders(answers: Answers, receipts: Sequence[Receipt], now: datetime) -> None:
    by_sender: dict[int, list[Receipt]] = defaultdict(list)
    for receipt in receipts:
        attempt = answers.attempts.get(uuid.UUID(receipt.key))
        if attempt and receipt.code != WORKER_DIED:
            by_sender[attempt.sender_id].append(receipt)
    for sender_id in sorted(by_sender):
        judge_sender(sender_id, by_sender[sender_id], now=now)
