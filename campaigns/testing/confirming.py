"""Confirms a test: its messages are composed, written down once, and left to a worker."""

import uuid
from datetime import datetime, timedelta
from decimal import Decimal

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext, ngettext
from pydantic import TypeAdapter

from campaigns.blueprints import Blueprint
from campaigns.composing import Composition, compose
from campaigns.engine import clock
from campaigns.engine.attempt_keys import new_key
from campaigns.engine.wake import SEND_TESTS, wake
from campaigns.links import new_token, target_url
from campaigns.models import AuditEntry, BudgetState, Campaign, Contact, Purpose, TestMessage, TestSend, User
from campaigns.testing.planning import Letter, StepPlan, TestPlan
from channels.kinds import Channel
from channels.messages import OutboundMessage
from channels.provider import Capabilities
from channels.rows import run

OUTBOUND = TypeAdapter(OutboundMessage)
_IDS = "SELECT nextval('campaigns_attempt_id_seq') FROM generate_series(1, %s::int)"


class NotConfirmed(Exception):
    """The test is not sent; `sentence` says why in the user's words."""

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence)
        self.sentence = sentence


def confirm(*, plan: TestPlan, blueprint: Blueprint, key: uuid.UUID, seen: str, by: User) -> TestSend:
    """Write down everything of `plan` that can be sent, and wake a worker. Gives the test.

    1. Lock the user, so that two confirmations of one form cannot both go on.
    2. A test with this `key` is there already: give that one.
    3. Refuse what is not what was `seen` (the campaign's `updated_at` in ISO 8601), and what goes over the user's hour
       or over what is left of the campaign's budget.
    4. Lock the contact whose data fill the texts: whoever is deleted meanwhile is in no test.
    5. Compose each message, and keep it.

    Raises NotConfirmed, also where the key is of somebody else's test.
    """
    with transaction.atomic():
        User.objects.select_for_update().get(pk=by.pk)
        known = TestSend.objects.filter(key=key).first()
        if known:
            return _own(known, blueprint.campaign, by)
        if seen != blueprint.campaign.updated_at.isoformat():
            raise NotConfirmed(gettext("The campaign was changed meanwhile. Look at what would be sent now."))
        now = clock.real_now()
        _check(plan, blueprint.campaign, by, now)
        contact = _lock(plan.contact)
        test = TestSend.objects.create(key=key, campaign=blueprint.campaign, contact=contact, sent_by=by, at=now)
        TestMessage.objects.bulk_create(_messages(test, plan, blueprint))
        AuditEntry.objects.create(
            actor=by,
            verb="tested",
            subject_kind="campaign",
            subject_id=blueprint.campaign.pk,
            details={"messages": len(plan.sendable)},
        )
        transaction.on_commit(lambda: wake(SEND_TESTS))
        return test


def _own(test: TestSend, campaign: Campaign, by: User) -> TestSend:
    if (test.campaign_id, test.sent_by_id) != (campaign.pk, by.pk):
        raise NotConfirmed(gettext("This test was sent already."))
    return test


def _lock(contact: Contact | None) -> Contact | None:
    """`contact`, which nobody deletes before this transaction ends. Raises NotConfirmed where somebody just has."""
    if contact and not Contact.objects.present().select_for_update(no_key=True).filter(pk=contact.pk).first():
        raise NotConfirmed(gettext("The contact whose data fill the texts was deleted meanwhile."))
    return contact


def _check(plan: TestPlan, campaign: Campaign, by: User, now: datetime) -> None:
    """Whether the test may be sent. Raises NotConfirmed."""
    count = len(plan.sendable)
    if not count:
        raise NotConfirmed(gettext("There is nothing to send: choose people and steps that can be sent to them."))
    most = settings.TEST_MESSAGES_PER_HOUR
    lately = TestMessage.objects.filter(test__sent_by=by, test__at__gt=now - timedelta(hours=1)).count()
    if lately + count > most:
        sentence = ngettext(
            "You may send %(n)d test message an hour, and have sent %(sent)d. Choose fewer, or wait a while.",
            "You may send %(n)d test messages an hour, and have sent %(sent)d. Choose fewer, or wait a while.",
            most,
        )
        raise NotConfirmed(sentence % {"n": most, "sent": lately})
    left = _left_of_budget(campaign)
    if left is not None and plan.cost > left:
        raise NotConfirmed(gettext("This test costs more than is left of the campaign's budget."))


def _left_of_budget(campaign: Campaign) -> Decimal | None:
    """What may still be spent; None without a budget."""
    if campaign.budget is None:
        return None
    state = BudgetState.objects.filter(campaign=campaign).first()
    return campaign.budget - (state.committed if state else Decimal(0))


def _messages(test: TestSend, plan: TestPlan, blueprint: Blueprint) -> list[TestMessage]:
    ids = run(_IDS, [len(plan.sendable)])
    return [
        _message(blueprint, step, letter, TestMessage(id=pk, test=test, key=uuid.UUID(new_key()), token=new_token()))
        for (step, letter), (pk,) in zip(plan.sendable, ids, strict=True)
    ]


def _message(blueprint: Blueprint, step: StepPlan, letter: Letter, message: TestMessage) -> TestMessage:
    """`message`, which has only its names so far, with everything that it says and that is told of it."""
    links, wording, sender = blueprint.texts.links, step.wording, step.step.sender
    if wording is None or sender is None:
        raise AssertionError("a letter that can be sent has words and a sender")
    outbound = compose(
        Composition(
            key=message.key.hex,
            token=message.token if links else None,
            attempt_id=message.pk,
            channel=Channel(letter.step.channel),
            sender=sender.identity,
            sender_settings=sender.settings,
            address=letter.address,
            content=wording.content,
            links=links,
            values=wording.values,
            is_trackable=wording.is_trackable,
            is_transactional=blueprint.campaign.purpose == Purpose.TRANSACTIONAL,
            language=wording.language,
            has_buttons=wording.able.has_buttons if wording.able else None,
            has_images=wording.able.has_images if wording.able else None,
            validity=_validity(letter, wording.able),
        )
    )
    message.person_name, message.address, message.address_hash = letter.person.name, letter.address, letter.hash
    message.channel, message.sender = letter.step.channel, sender
    message.parts, message.cost = letter.parts, letter.cost
    message.outbound = OUTBOUND.dump_python(outbound, mode="json")
    message.targets = {str(link.position): target_url(link.url, wording.values) for link in links}
    return message


def _validity(letter: Letter, able: Capabilities | None) -> timedelta | None:
    longest = able.max_validity if able else None
    return min(letter.step.timeout, longest) if longest else None
