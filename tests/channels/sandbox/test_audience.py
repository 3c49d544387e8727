"""The simulated people: the same seed and key behave the same, in the proportions that were set."""

from collections import Counter

import pytest

from channels.sandbox.audience import Planned, plan
from channels.sandbox.preferences import BadPreferences, Preferences, changed
from channels.sandbox.vocabulary import APPS


def people(
    preferences: Preferences, channel: str, number: int = 2000, validity: float | None = None
) -> list[list[Planned]]:
    """What so many recipients of a message do."""
    return [
        plan(
            key=f"key-{count}",
            channel=channel,
            address=f"+38067{count:07}",
            language="uk",
            validity=validity,
            preferences=preferences,
        )
        for count in range(number)
    ]


def on(**changes: object) -> Preferences:
    """The usual audience, switched on."""
    return changed(Preferences(), {"is_on": True} | changes)


def gestures(planned: list[list[Planned]]) -> Counter[str]:
    """How many people make each gesture."""
    return Counter(one.gesture for person in planned for one in person)


def test_the_same_seed_and_key_behave_the_same() -> None:
    assert people(on(), "viber") == people(on(), "viber")
    assert people(on(), "viber") != people(on(seed="2"), "viber")


def test_chances_are_kept() -> None:
    chances = {"delivered": {"chance": 0.9}, "opened": {"chance": 0.5}, "clicked": {"chance": 0.5}}
    found = gestures(people(on(behaviours={"viber": chances}), "viber"))
    assert found["deliver"] == pytest.approx(1800, abs=60)
    assert found["fail"] == 2000 - found["deliver"]
    assert found["open"] == pytest.approx(900, abs=80)
    assert found["click"] == pytest.approx(450, abs=80)


def test_nobody_follows_a_link_in_what_they_did_not_open() -> None:
    for person in people(on(), "viber"):
        order = [one.gesture for one in sorted(person, key=lambda one: one.after) if one.gesture != "scan"]
        assert order.index("deliver") == 0 if "deliver" in order else order in (["fail"], ["expire"])
        if "click" in order:
            assert order.index("open") < order.index("click")


def test_changing_one_chance_changes_nothing_else() -> None:
    usual = people(on(), "sms")
    changed_replies = people(on(behaviours={"sms": {"replied": {"chance": 0}}}), "sms")
    without = [[one for one in person if one.gesture != "reply"] for person in usual]
    assert without == changed_replies


def test_time_may_run_faster() -> None:
    slow, fast = people(on(), "email"), people(on(time_factor=100), "email")
    assert gestures(slow) == gestures(fast)
    people_last = max(one.after for person in fast for one in person if one.gesture == "click")
    assert people_last < 60


def test_scanners_are_quick_whatever_the_time_factor() -> None:
    scanned = on(
        time_factor=1, behaviours={"email": {"scanned": {"chance": 1}, "delivered": {"chance": 1, "seconds": 0}}}
    )
    assert all(person[1].gesture == "scan" and person[1].after < 2 for person in people(scanned, "email", 200))


def test_a_message_that_is_not_delivered_in_its_validity_expires() -> None:
    found = gestures(people(on(behaviours={"sms": {"delivered": {"seconds": 100}}}), "sms", validity=10))
    assert found == {"expire": 2000}


def test_people_answer_stop_in_the_language_of_the_message() -> None:
    everyone = on(behaviours={"sms": {"opted_out": {"chance": 1}, "delivered": {"chance": 1}}})
    assert {one.value for person in people(everyone, "sms", 50) for one in person if one.gesture == "stop"} == {"СТОП"}


def test_with_the_audience_off_and_for_addresses_left_to_a_hand_only_the_network_works() -> None:
    by_hand = on(by_hand=["+380670000000"])
    assert [one.gesture for one in people(by_hand, "viber", 1)[0]] == ["deliver"]
    assert gestures(people(Preferences(), "sms", 100)) == {"deliver": 100}
    assert people(Preferences(), "voice", 10) == [[]] * 10


def test_channels_without_delivery_reports_deliver_all_the_same() -> None:
    for channel in ("push", "telegram", "instagram", "vk"):
        assert gestures(people(on(), channel, 100))["deliver"] == 100


def test_people_do_only_what_their_app_can() -> None:
    network = {"deliver", "fail", "expire", "scan"}
    for channel, app in APPS.items():
        everything = {name: {"chance": 1} for name in on().behaviours[channel] if name not in {"picked_up"}}
        done = set(gestures(people(on(behaviours={channel: everything}), channel, 300)))
        assert done - network <= app.gestures


@pytest.mark.parametrize(
    "told",
    [
        {"dragons": 1},
        {"time_factor": 0},
        {"time_factor": "fast"},
        {"behaviours": {"sms": {"clicked": {"chance": 1.1}}}},
        {"behaviours": {"sms": {"clicked": {"seconds": -1}}}},
        {"behaviours": {"sms": []}},
        {"faults": [{"fault": "dragons"}]},
        {"faults": [{"fault": "reset", "channel": "pigeon"}]},
        {"faults": [{"fault": "reset", "chance": 2}]},
        {"faults": [{"sort": "reset"}]},
        {"faults": 17},
    ],
)
def test_settings_that_cannot_work_are_refused(told: dict[str, object]) -> None:
    with pytest.raises(BadPreferences):
        changed(Preferences(), told)
