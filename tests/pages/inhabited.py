"""A product in which every page has something to show, and its lists more than they show at once."""

from dataclasses import dataclass
from datetime import date, timedelta
from random import Random
from typing import Any
from uuid import uuid4

from django.db.models import F

from campaigns import blueprints, links
from campaigns.models import (
    ApiKey,
    Campaign,
    Enrolment,
    Installation,
    MadeReport,
    Purpose,
    ReportMail,
    ReportSchedule,
    Route,
    Suppression,
    TestAddress,
    TestMessage,
    TestPerson,
    TestSend,
    User,
)
from campaigns.models.campaigns import CampaignStatus
from campaigns.models.testing import TestStatus
from campaigns.permissions import Role
from campaigns.testing.confirming import confirm
from campaigns.testing.planning import make_plan
from channels.kinds import AddressKind, Channel
from tests.campaigns.attempts import make_attempt
from tests.campaigns.histories import make_history
from tests.contact_files.importing import imported, uploaded
from tests.contact_files.made_up import ukrainian_csv
from tests.factories import (
    NOON,
    RoutePlan,
    StepPlan,
    make_account,
    make_campaign,
    make_contact,
    make_price,
    make_segment,
    make_sender,
    make_user,
)

Args = tuple[str | int, ...]
AGED_18_TO_25 = {"op": "all", "rules": [{"field": "age", "is": "between", "value": [18, 25]}]}
RULE_IN_A_RULE: dict[str, Any] = {
    "op": "all",
    "rules": [
        {"field": "age", "is": "between", "value": [18, 30]},
        {"field": "country", "is": "in", "value": ["UA", "ES"]},
        {
            "op": "any",
            "rules": [
                {"field": "preferences", "is": "any_of", "value": ["fashion", "sport"]},
                {"field": "attribute", "name": "balance", "is": "at_least", "value": "100"},
                {"field": "reachable", "is": "on", "channel": "sms", "purpose": "marketing"},
            ],
        },
    ],
}
MANY = 60


@dataclass(frozen=True, kw_only=True)
class Inhabited:
    """Who looks at the pages, and the parts of addresses (`reverse`'s args) of what there is."""

    user: User
    args: dict[str, Args]


def inhabit() -> Inhabited:
    """Fill the empty product; gives whom to sign in, an admin and marketer, and where everything is."""
    user = make_user(roles=[Role.ADMIN, Role.MARKETER], first_name="Олена", last_name="Коваленко")
    Installation.objects.create(name="The Roastery")
    args = {"user": (make_user(roles=[Role.MANAGER], first_name="Marc").pk,), "provider": ("sandbox",)}
    make_user(roles=[Role.MARKETER], first_name="Ivan", is_active=False)
    args |= _channels() | _people(user) | _campaigns() | {"schedule": (mailed_report(user).pk,)}
    made_reports(user)
    args |= tested(user, Campaign.objects.get(name="Winter collection"))
    key = ApiKey.objects.create(name="Web shop", prefix="cascade_", key_hash="0" * 64, created_by=user)
    return Inhabited(user=user, args=args | {"key": (key.pk,)})


def mailed_report(user: User) -> ReportSchedule:
    """A report that goes out by mail, and more of its mails than a page shows."""
    schedule = ReportSchedule.objects.create(
        name="Weekly figures",
        time_zone="Europe/Kyiv",
        language="en",
        next_at=NOON,
        addresses="board@example.com",
        owner=user,
    )
    schedule.users.add(user)
    ReportMail.objects.bulk_create(
        ReportMail(
            schedule=schedule,
            due_at=NOON - timedelta(days=7 * number),
            address="board@example.com",
            state=ReportMail.State.FAILED if number % 5 else ReportMail.State.SENT,
            reason=ReportMail.Reason.NO_CONNECTION if number % 5 else "",
            changed_at=NOON,
        )
        for number in range(MANY)
    )
    return schedule


def made_reports(user: User) -> None:
    """Files of reports for `user` in each state, and more than a page shows."""
    states = MadeReport.State
    for number in range(MANY):
        state = (states.WAITING, states.MAKING, states.FAILED)[number] if number < 3 else states.READY
        MadeReport.objects.create(
            user=user,
            begins_on=NOON.date() - timedelta(days=30 * number + 29),
            ends_on=NOON.date() - timedelta(days=30 * number),
            file_format=("xlsx", "pdf", "csv")[number % 3],
            table="channels" if number % 3 == 2 else "",
            language="en",
            time_zone="UTC",
            state=state,
            campaigns_total=12_480,
            campaigns_counted=5_000,
            lease_until=NOON,
            made_at=NOON,
            file=b"%PDF" if state == states.READY else None,
        )


def _channels() -> dict[str, Args]:
    account = make_account(name="Vonage")
    for channel in Channel:
        make_price(account=account, channel=channel, amount="0.05")
    make_sender(account=account, channel=Channel.VK, name="Old shop", is_active=False)
    sender = make_sender(account=account, name="SHOP")
    held = make_sender(account=account, name="SHOP 2", held_at=NOON, held_reason="402 balance is empty")
    return {"account": (account.pk,), "sender": (sender.pk,), "held": (held.pk,)}


def _people(user: User) -> dict[str, Args]:
    consents = (Channel.SMS, Channel.EMAIL)
    for number in range(MANY):
        make_contact(phone=f"+4915112350{number:03}", email=f"anna{number}@example.com", consents=consents)
    person = make_contact(
        phone="+491511236000",
        email="taras@example.com",
        consents=consents,
        first_name="Тарас",
        birth_date=date(2000, 5, 1),
        country="UA",
        language="uk",
        preferences=["fashion"],
        attributes={"city": "Київ", "balance": "120"},
        is_trackable=False,
    )
    make_contact(phone="+491511236001", consents=consents, first_name="Віра", deleted_at=None)
    address = person.addresses.get(kind=AddressKind.EMAIL)
    suppressed = Suppression.objects.create(
        address_kind=AddressKind.PHONE,
        address_hash=person.addresses.get(kind=AddressKind.PHONE).value_hash,
        reason=Suppression.Reason.MANUAL,
        created_at=NOON,
    )
    for number in range(MANY // 2):
        make_segment(name=f"Aged 18 to 25, part {number}", rule=AGED_18_TO_25)
    make_segment(name="West: Spanish speakers who like sport or travel and live by the sea", rule=AGED_18_TO_25)
    segment = make_segment(name="Young and reachable", rule=RULE_IN_A_RULE)
    make_campaign(name="Spring", segment=segment)
    file = ukrainian_csv(people=60, repetitions=2)
    done = imported(file.content, name=file.name, by=user)
    waiting = uploaded(file.content, name="next.csv", by=user)
    return {
        "contact": (person.pk,),
        "address": (address.pk,),
        "suppression": (person.pk, suppressed.pk),
        "consent": (person.pk, Channel.SMS.value, Purpose.MARKETING.value),
        "segment": (segment.pk,),
        "import": (done.pk,),
        "upload": (waiting.pk,),
    }


def _campaigns() -> dict[str, Args]:
    for number in range(MANY // 2):
        make_campaign(name=f"Autumn collection {number}", status=CampaignStatus.FINISHED, launched_at=NOON)
    young = RoutePlan(segment=make_segment(rule=AGED_18_TO_25), steps=[StepPlan(channel=Channel.TELEGRAM), StepPlan()])
    chain = [StepPlan(channel=channel) for channel in (Channel.PUSH, Channel.SMS, Channel.EMAIL, Channel.VOICE)]
    draft = make_campaign(name="Winter collection", routes=[young, RoutePlan(steps=chain)])
    running = make_history(random=Random(11), people=MANY)
    Campaign.objects.filter(pk=running.pk).update(launched_at=NOON, name="Autumn collection", budget=700)
    paused = make_campaign(name="Forgotten baskets", status=CampaignStatus.PAUSED, launched_at=NOON, enrolled_at=NOON)
    longest = max(Enrolment.objects.filter(campaign=running), key=lambda enrolment: enrolment.messages.count())
    step = Route.objects.filter(version=running.version_id).order_by("position")[0].steps.order_by("position")[0]
    return {
        "draft": (draft.pk,),
        "running": (running.pk,),
        "paused": (paused.pk,),
        "finished": (Campaign.objects.filter(status=CampaignStatus.FINISHED).latest("pk").pk,),
        "step": (running.pk, step.pk),
        "enrolment": (longest.pk,),
        "timeline": (longest.contact_id,),
        **_signed(),
    }


def tested(user: User, campaign: Campaign) -> dict[str, Args]:
    """Test people of `user`, and tests of `campaign` that its vendor has refused: more than a page shows."""
    people = [TestPerson.objects.create(name=f"Anna {number}", made_by=user) for number in range(6)]
    kinds = {
        AddressKind.PHONE: "+491511235000",
        AddressKind.EMAIL: "anna@example.com",
        AddressKind.TELEGRAM_ID: "123456",
    }
    rows = [TestAddress(person=person, kind=kind, value=value) for person in people for kind, value in kinds.items()]
    TestAddress.objects.bulk_create(rows)
    blueprint = blueprints.load(campaign)
    plan = make_plan(blueprint, people=people, steps=list(blueprint.steps), contact=None)
    for _ in range(3):
        confirm(plan=plan, blueprint=blueprint, key=uuid4(), seen=campaign.updated_at.isoformat(), by=user)
        # Nobody sends so many within an hour.
        TestSend.objects.update(at=F("at") - timedelta(days=1))
    TestMessage.objects.update(status=TestStatus.FAILED, error_class="account", code="402", detail="balance is empty")
    return {
        "test": (campaign.pk, TestSend.objects.latest("pk").pk),
        "tested": (campaign.pk,),
        "test_person": (people[0].pk,),
    }


def _signed() -> dict[str, Args]:
    attempt = make_attempt(Channel.EMAIL)
    addresses = {"unsubscribe": links.unsubscribe_url(attempt.pk), "trap": links.trap_url(attempt.pk)}
    return {name: (address.rsplit("/", 1)[1],) for name, address in addresses.items()}
