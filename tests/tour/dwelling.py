"""Where in the demo each page of `tests.pages.book` has something to show."""

from django.db.models import Count

from campaigns import links
from campaigns.engine import control
from campaigns.models import ApiKey, Attempt, Campaign, Contact, Enrolment, Purpose, Route, Segment, Suppression
from campaigns.models.campaigns import CampaignKind, CampaignStatus
from campaigns.permissions import Role
from campaigns.sample.history import marks
from channels.kinds import AddressKind, Channel
from channels.models import Account, Sender
from tests.contact_files.importing import imported, uploaded
from tests.contact_files.made_up import ukrainian_csv
from tests.factories import NOON, make_sender, make_user
from tests.pages.inhabited import Args, Inhabited, mailed_report, tested
from tests.until import wait_until


def dwell() -> Inhabited:
    """Whom to sign in, an admin and marketer, and where the demo's pages are; adds the little that the demo lacks.

    Waits until the demo's past is played, so that all its pages have something to show.
    """
    wait_until(lambda: marks.progress() is None, what="the demo's past is played", patience_s=1200)
    user = make_user(roles=[Role.ADMIN, Role.MARKETER], first_name="Nora", email="nora@demo.cascade")
    key = ApiKey.objects.create(name="Web shop", prefix="cascade_", key_hash="0" * 64, created_by=user)
    colleague = make_user(roles=[Role.MANAGER], first_name="Marc", email="marc@demo.cascade")
    args: dict[str, Args] = {"user": (colleague.pk,), "provider": ("sandbox",), "key": (key.pk,)}
    file = ukrainian_csv(people=60, repetitions=2)
    args["import"] = (imported(file.content, name=file.name, by=user).pk,)
    args["upload"] = (uploaded(file.content, name="next.csv", by=user).pk,)
    args["schedule"] = (mailed_report(user).pk,)
    args["segment"] = (Segment.objects.present().earliest("pk").pk,)
    args |= _channels() | _campaigns() | _person() | _signed()
    args |= tested(user, Campaign.objects.filter(status=CampaignStatus.DRAFT, archived_at=None).earliest("pk"))
    return Inhabited(user=user, args=args)


def _channels() -> dict[str, Args]:
    sender = Sender.objects.usable().filter(channel=Channel.SMS).earliest("pk")
    account = Account.objects.get(pk=sender.account_id)
    held = make_sender(account=account, name="MARIGOLD 2", held_at=NOON, held_reason="402 balance is empty")
    return {"account": (account.pk,), "sender": (sender.pk,), "held": (held.pk,)}


def _campaigns() -> dict[str, Args]:
    once = Campaign.objects.filter(kind=CampaignKind.ONCE, launched_at__isnull=False)
    by_routes = once.annotate(routes=Count("version__routes", distinct=True)).order_by("-routes", "-launched_at")
    running = by_routes.filter(status=CampaignStatus.RUNNING)[0]
    finished = once.filter(status=CampaignStatus.FINISHED).order_by("-launched_at").first() or running
    # One that people are in: a campaign without anybody is over with the next tick.
    paused = Campaign.objects.filter(kind=CampaignKind.API, status=CampaignStatus.RUNNING).latest("pk")
    control.pause(campaign=paused, actor=None)
    route = Route.objects.filter(version=running.version_id).earliest("position")
    return {
        "draft": (Campaign.objects.filter(status=CampaignStatus.DRAFT, archived_at=None).earliest("pk").pk,),
        "running": (running.pk,),
        "finished": (finished.pk,),
        "paused": (paused.pk,),
        "step": (running.pk, route.steps.earliest("position").pk),
    }


def _person() -> dict[str, Args]:
    """Of the person who was sent the most, the longest passage, and a suppressed address."""
    busiest = Enrolment.objects.annotate(length=Count("messages")).order_by("-length", "-pk")[0]
    person = Contact.objects.get(pk=busiest.contact_id)
    address = person.addresses.exclude(kind=AddressKind.PUSH_TOKEN).latest("pk")
    suppressed, _ = Suppression.objects.get_or_create(
        address_kind=address.kind,
        address_hash=address.value_hash,
        defaults={"reason": Suppression.Reason.MANUAL, "created_at": NOON},
    )
    return {
        "enrolment": (busiest.pk,),
        "timeline": (person.pk,),
        "contact": (person.pk,),
        "address": (person.addresses.earliest("pk").pk,),
        "suppression": (person.pk, suppressed.pk),
        "consent": (person.pk, Channel.SMS.value, Purpose.MARKETING.value),
    }


def _signed() -> dict[str, Args]:
    attempt = Attempt.objects.filter(message__channel=Channel.EMAIL).latest("pk")
    addresses = {"unsubscribe": links.unsubscribe_url(attempt.pk), "trap": links.trap_url(attempt.pk)}
    return {name: (address.rsplit("/", 1)[1],) for name, address in addresses.items()}
