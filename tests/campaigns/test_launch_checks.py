"""What forbids a launch, and where it is mended."""

from datetime import timedelta
from decimal import Decimal

import pytest

from campaigns import blueprints, drafting
from campaigns.launch_checks import Problem, problems, quick_problems
from campaigns.models import Campaign, Condition, Contact, Purpose, Segment, Step
from campaigns.models.campaigns import CampaignKind, CampaignStatus
from channels.kinds import Channel
from tests.factories import (
    RoutePlan,
    StepPlan,
    ago,
    make_account,
    make_campaign,
    make_contact,
    make_price,
    make_segment,
    make_sender,
)

pytestmark = pytest.mark.django_db

FASHION = {"op": "all", "rules": [{"field": "preferences", "is": "any_of", "value": ["fashion"]}]}


@pytest.fixture
def olena() -> Contact:
    """Somebody who may be messaged by SMS and Viber."""
    return make_contact(
        phone="+380501112233", consents=[Channel.SMS, Channel.VIBER], attributes={"Favourite colour": "red"}
    )


def told(campaign: Campaign) -> list[tuple[str, bool]]:
    """The fields with something wrong, and whether it forbids the launch."""
    return [(problem.anchor, problem.is_blocking) for problem in problems(campaign)]


def only(campaign: Campaign) -> Problem:
    """The one problem of `campaign`."""
    (problem,) = problems(campaign)
    return problem


def with_step(**plan: object) -> Campaign:
    """A draft with one step."""
    return make_campaign(routes=[RoutePlan(steps=[StepPlan(**plan)])])  # type: ignore[arg-type]


def only_step() -> Step:
    """The one step there is."""
    return Step.objects.select_related("sender__account").get()


def test_a_sound_campaign_has_no_problems(olena: Contact) -> None:
    assert problems(make_campaign()) == ()


# --- Audience --------------------------------------------------------------------------------------


def test_without_contacts_nobody_can_be_messaged() -> None:
    assert only(make_campaign()).anchor == "audience"
    assert "Upload" in only(make_campaign()).sentence


def test_an_empty_audience_is_told_with_its_name(olena: Contact) -> None:
    problem = only(make_campaign(segment=make_segment(name="Fashion", rule=FASHION)))
    assert (problem.anchor, problem.is_blocking) == ("audience", True)
    assert "“Fashion”" in problem.sentence


def test_an_archived_segment_cannot_be_an_audience(olena: Contact) -> None:
    assert "archived" in only(make_campaign(segment=make_segment(archived_at=ago(days=1)))).sentence


def test_a_segment_whose_rule_cannot_be_read_is_no_audience(olena: Contact) -> None:
    broken = make_segment(rule={"op": "all", "rules": [{"field": "shoe_size", "is": "big", "value": 1}]})
    assert "cannot be read" in only(make_campaign(segment=broken)).sentence


def test_a_purpose_to_which_nobody_consented_is_told() -> None:
    make_contact(phone="+380501112233", consents=[Channel.SMS], purpose=Purpose.TRANSACTIONAL)
    problem = only(make_campaign())
    assert (problem.anchor, problem.is_blocking) == ("audience", True)
    assert "no consent to marketing messages" in problem.sentence


def test_a_channel_on_which_nobody_can_be_reached_is_only_a_warning(olena: Contact) -> None:
    steps = [StepPlan(channel=Channel.SMS), StepPlan(channel=Channel.TELEGRAM)]
    problem = only(make_campaign(routes=[RoutePlan(steps=steps)]))
    assert (problem.anchor, problem.is_blocking) == ("audience", False)
    assert "Telegram" in problem.sentence


def test_people_who_come_by_api_need_not_be_there_yet() -> None:
    assert problems(make_campaign(kind=CampaignKind.API)) == ()


def test_a_campaign_is_launched_once(olena: Contact) -> None:
    assert "already" in only(make_campaign(status=CampaignStatus.RUNNING)).sentence


# --- Message ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "anchor", "words"),
    [
        ("", "message-text", "Write the message"),
        ("Hello {{ frist_name }}", "message-text", "Did you mean “first_name”?"),
        ("Hello {{ first_name", "message-text", "never closed"),
    ],
)
def test_a_text_that_cannot_be_filled_is_told(olena: Contact, text: str, anchor: str, words: str) -> None:
    problem = only(make_campaign(text=text))
    assert problem.anchor == anchor
    assert words in problem.sentence


def test_attributes_of_contacts_are_variables(olena: Contact) -> None:
    assert problems(make_campaign(text="{{ favourite_colour }} {{ link }} {{ unsubscribe }}")) == ()


def test_a_rare_attribute_is_found_too(olena: Contact, monkeypatch: pytest.MonkeyPatch) -> None:
    """The editor offers what the newest contacts have; what older ones have is no mistake."""
    monkeypatch.setattr("campaigns.variables.SAMPLE_SIZE", 1)
    make_contact(attributes={"Shoe size": "40"})
    assert problems(make_campaign(text="{{ favourite_colour }}")) == ()


def test_whoever_calls_the_api_may_bring_variables_along() -> None:
    campaign = make_campaign(kind=CampaignKind.API, text="Your cart: {{ cart }}")
    assert told(campaign) == [("message-text", False)]


def test_a_channel_without_any_text_is_told(olena: Contact) -> None:
    campaign = make_campaign(text="")
    drafting.write_content(campaign=campaign, channel=Channel.VIBER, text="Only for Viber")
    problem = only(campaign)
    assert (problem.anchor, problem.query) == ("message-text", "text=sms")


def test_a_mistake_in_the_text_of_a_channel_opens_its_tab(olena: Contact) -> None:
    campaign = make_campaign()
    drafting.write_content(campaign=campaign, channel=Channel.SMS, text="{{ nmae }}")
    assert only(campaign).query == "text=sms"


def test_a_link_in_the_text_needs_an_address(olena: Contact) -> None:
    campaign = make_campaign()
    drafting.set_link(campaign=campaign, url="")
    assert only(campaign).anchor == "message-link_url"


def test_a_button_needs_a_link(olena: Contact) -> None:
    campaign = with_step(channel=Channel.VIBER, condition=Condition.OPENED)
    drafting.write_content(campaign=campaign, text="Look", button_label="Open", link_url="")
    assert only(campaign).anchor == "message-link_url"


def test_what_no_channel_of_the_chain_shows_is_nothing_to_mend(olena: Contact) -> None:
    campaign = with_step(channel=Channel.SMS, condition=Condition.DELIVERED)
    drafting.write_content(campaign=campaign, text="Look", subject="For {{ nobody }}", button_label="Open", link_url="")
    assert told(campaign) == []


@pytest.mark.parametrize("url", ["javascript:alert(1)", "shop.example.com", "https://{{ country }}.example.com/"])
def test_a_link_leads_somewhere_safe(olena: Contact, url: str) -> None:
    campaign = make_campaign()
    drafting.set_link(campaign=campaign, url=url)
    assert {problem.anchor for problem in problems(campaign)} == {"message-link_url"}


def test_a_variable_of_the_link_is_known(olena: Contact) -> None:
    campaign = make_campaign()
    drafting.set_link(campaign=campaign, url="https://shop.example.com/?c={{ favourite_color }}")
    assert "favourite_colour" in only(campaign).sentence


def test_a_mail_needs_a_subject() -> None:
    make_contact(email="olena@example.com", consents=[Channel.EMAIL])
    campaign = with_step(channel=Channel.EMAIL, condition=Condition.OPENED)
    drafting.write_content(campaign=campaign, text="Look", subject="")
    assert told(campaign) == [("message-subject", True)]


def test_a_link_that_would_be_read_aloud_is_a_warning() -> None:
    make_contact(phone="+380501112233", consents=[Channel.VOICE])
    campaign = with_step(channel=Channel.VOICE, condition=Condition.ANSWERED)
    assert told(campaign) == [("message-text", False)]
    drafting.write_content(campaign=campaign, channel=Channel.VOICE, text="Our autumn collection is here.")
    assert told(campaign) == []


def test_a_text_longer_than_the_channel_takes_is_told(olena: Contact) -> None:
    campaign = with_step(channel=Channel.VIBER)
    drafting.write_content(campaign=campaign, text="long " * 201)
    assert "at most 1000 characters" in only(campaign).sentence


# --- Chain -----------------------------------------------------------------------------------------


def test_a_chain_has_a_step(olena: Contact) -> None:
    assert ("chain", True) in told(make_campaign(routes=[RoutePlan(steps=[])]))


def test_a_route_without_steps_is_named(olena: Contact) -> None:
    campaign = make_campaign()
    drafting.add_route(campaign=campaign, segment=make_segment(name="18 to 25"), is_copy=False)
    assert "“18 to 25”" in only(campaign).sentence


def test_a_route_for_an_archived_segment_is_told(olena: Contact) -> None:
    campaign = make_campaign()
    drafting.add_route(campaign=campaign, segment=make_segment())
    Segment.objects.update(archived_at=ago(days=1))
    assert only(campaign).anchor == "chain"


def test_a_step_needs_a_sender(olena: Contact) -> None:
    campaign = with_step(has_sender=False)
    assert (only(campaign).anchor, only(campaign).query) == (
        f"step-{only_step().pk}-sender",
        f"route={only_step().route_id}",
    )


@pytest.mark.parametrize(
    ("sender", "account", "words"),
    [
        ({"held_at": ago(hours=1), "held_reason": "The balance is used up."}, {}, "The balance is used up."),
        ({"is_active": False}, {}, "switched off"),
        ({}, {"is_active": False}, "switched off"),
        ({"archived_at": ago(days=1)}, {}, "no longer there"),
        ({}, {"archived_at": ago(days=1)}, "no longer there"),
    ],
)
def test_a_sender_that_cannot_send_is_told(
    olena: Contact, sender: dict[str, object], account: dict[str, object], words: str
) -> None:
    campaign = with_step(sender=make_sender(account=make_account(**account), **sender))
    assert only(campaign).anchor == f"step-{only_step().pk}-sender"
    assert words in only(campaign).sentence


def test_a_condition_that_nobody_reports_is_refused_with_the_way_out(olena: Contact) -> None:
    campaign = with_step(condition=Condition.OPENED)
    problem = only(campaign)
    assert problem.anchor == f"step-{only_step().pk}-condition"
    assert problem.sentence.endswith("Nearest to it: stop if they follow the link.")


def test_a_click_cannot_be_waited_for_without_a_link(olena: Contact) -> None:
    campaign = make_campaign(text="No link in here")
    drafting.set_link(campaign=campaign, url="")
    assert only(campaign).anchor == f"step-{only_step().pk}-condition"


def test_a_link_that_is_put_below_the_text_can_be_followed(olena: Contact) -> None:
    assert problems(make_campaign(text="No link in here")) == ()


@pytest.mark.parametrize("timeout", [timedelta(seconds=1), timedelta(days=91)])
def test_a_wait_that_is_too_short_or_too_long_is_told(olena: Contact, timeout: timedelta) -> None:
    campaign = with_step(timeout=timeout)
    assert only(campaign).anchor == f"step-{only_step().pk}-timeout"


# --- Limits ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("times", "expected"),
    [
        ({"starts_at": ago(hours=1)}, [("schedule-starts_at", True)]),
        ({"starts_at": ago(hours=-2), "ends_at": ago(hours=-1)}, [("schedule-ends_at", True)]),
        ({"ends_at": ago(hours=1)}, [("schedule-ends_at", True)]),
        ({"starts_at": ago(hours=-1)}, []),
        # The only step starts at once, so any end that lies ahead will do.
        ({"ends_at": ago(hours=-1)}, []),
    ],
)
def test_a_campaign_starts_ahead_and_ends_later(
    olena: Contact, times: dict[str, object], expected: list[tuple[str, bool]]
) -> None:
    assert told(make_campaign(**times)) == expected


def test_an_end_before_the_last_step_would_start_is_a_warning(olena: Contact) -> None:
    steps = [StepPlan(timeout=timedelta(hours=5)), StepPlan(channel=Channel.VIBER)]
    campaign = make_campaign(routes=[RoutePlan(steps=steps)], ends_at=ago(hours=-3))
    assert told(campaign) == [("schedule-ends_at", False)]


def test_a_budget_that_will_not_do_for_the_first_step_is_a_warning(olena: Contact) -> None:
    make_contact(phone="+380501112244", consents=[Channel.SMS])
    sender = make_sender()
    make_price(account=sender.account, channel=Channel.SMS, amount="0.06")
    steps = [StepPlan(sender=sender)]
    assert told(make_campaign(routes=[RoutePlan(steps=steps)], budget=Decimal("0.10"))) == [("limits-budget", False)]
    assert told(make_campaign(routes=[RoutePlan(steps=steps)], budget=Decimal("0.12"))) == []


def test_the_editor_asks_for_no_count_of_people() -> None:
    """A page with a million contacts must not wait for them: they are counted apart."""
    assert quick_problems(blueprints.load(make_campaign())) == ()
