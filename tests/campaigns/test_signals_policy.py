"""Person or machine? A table of situations."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

import pytest
from hypothesis import given
from hypothesis import strategies as st

from campaigns.signals_policy import MachineRule, Signal, SignalKind, Verdict, classify

ACCEPTED = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
BROWSER = (
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/130.0.0.0 Safari/537.36"
)
IPHONE = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) "
    "Version/18.1 Mobile/15E148 Safari/604.1"
)
GMAIL = "Mozilla/5.0 (Windows NT 5.1; rv:11.0) Gecko Firefox/11.0 (via ggpht.com GoogleImageProxy)"


def click(after: float, link: int = 0, agent: str = BROWSER, method: str = "GET") -> Signal:
    return Signal(
        kind=SignalKind.CLICK, at=ACCEPTED + timedelta(seconds=after), link=link, user_agent=agent, method=method
    )


def opened(after: float, agent: str = BROWSER) -> Signal:
    return Signal(kind=SignalKind.OPEN, at=ACCEPTED + timedelta(seconds=after), user_agent=agent)


def trap(after: float) -> Signal:
    return Signal(kind=SignalKind.TRAP, at=ACCEPTED + timedelta(seconds=after), user_agent=BROWSER)


def judged(hit: Signal, *others: Signal, links: int = 1, is_mail: bool = False) -> Verdict:
    return classify(hit, others, accepted_at=ACCEPTED, sends_many_links=links > 1, is_mail=is_mail)


class Kind(NamedTuple):
    """What kind of message it was."""

    links: int = 1
    is_mail: bool = False


SMS, TWO_LINKS, MAIL = Kind(), Kind(links=2), Kind(is_mail=True)
PERSON, LATER = "person", "undecided"


@pytest.mark.parametrize(
    ("hit", "others", "kind", "expected"),
    [
        # An SMS with one link, followed after a minute: clear at once.
        (click(60), [], SMS, PERSON),
        # The same link again and again is still one person.
        (click(60), [click(60.2), click(60.4)], SMS, PERSON),
        # A checker asks whether the page is there.
        (click(60, method="HEAD"), [], SMS, MachineRule.HEAD),
        # Faster than anybody can read, and exactly at the edge.
        (click(0.4), [], SMS, MachineRule.TOO_SOON),
        (click(2), [], SMS, MachineRule.TOO_SOON),
        (click(2.001), [], SMS, PERSON),
        # Fetched by the vendor before it even answered us.
        (click(-3), [], SMS, MachineRule.TOO_SOON),
        (opened(1.9), [], MAIL, MachineRule.TOO_SOON),
        # Two different links within a second, before or after: both are the machine's.
        (click(60, 0), [click(60.9, 1)], TWO_LINKS, MachineRule.TWO_LINKS),
        (click(60, 0), [click(59.1, 1)], TWO_LINKS, MachineRule.TWO_LINKS),
        (click(60, 0), [click(61, 1)], TWO_LINKS, MachineRule.TWO_LINKS),
        # A person may follow both, one after the other; nobody knows before a second has gone.
        (click(60, 0), [click(61.5, 1)], TWO_LINKS, LATER),
        (click(60, 0), [], TWO_LINKS, LATER),
        # A mail has the hidden link: nobody knows for 10 seconds.
        (click(60), [], MAIL, LATER),
        (click(60), [trap(60.5)], MAIL, MachineRule.TRAP),
        (click(60), [trap(50)], MAIL, MachineRule.TRAP),
        (click(60), [trap(70)], MAIL, MachineRule.TRAP),
        # The scanner came much earlier; this is the person behind it.
        (click(60), [trap(49)], MAIL, LATER),
        # Whoever follows the hidden link is a machine, whatever it calls itself.
        (trap(60), [], MAIL, MachineRule.TRAP),
        # The rule of the hidden link is about clicks: an open beside it counts by itself.
        (opened(60), [trap(60.5)], MAIL, PERSON),
        # An open near a click says nothing against either.
        (opened(60), [click(60.2)], MAIL, PERSON),
        (click(60), [opened(59.9)], MAIL, LATER),
        # Gmail's proxy loads the picture when the person looks (mautic#16069), unless that is too soon.
        (opened(60, GMAIL), [], MAIL, PERSON),
        (opened(1, GMAIL), [], MAIL, MachineRule.TOO_SOON),
        (opened(60, "YahooMailProxy; https://help.yahoo.com/kb/yahoo-mail-proxy-SLN28749.html"), [], MAIL, PERSON),
        # Outlook shows the picture to a person, but looks by itself whether a link's page is there.
        (opened(60, "Mozilla/4.0 (compatible; Microsoft Outlook 16.0.1; ms-office; MSOffice 16)"), [], MAIL, PERSON),
        (click(60, agent="Microsoft Office Existence Discovery"), [], MAIL, MachineRule.AGENT),
        # Apple's proxy loads it whether or not somebody looks.
        (opened(60, "Mozilla/5.0"), [], MAIL, MachineRule.APPLE_PROXY),
        (opened(60, IPHONE), [], MAIL, PERSON),
        # A preview of the messenger, then the person (dub#1860, device-detector#5463): two signals, one of them counts.
        (click(60, agent="WhatsApp/2.23.20.0 A"), [click(90)], SMS, MachineRule.AGENT),
        (click(90), [click(60, agent="WhatsApp/2.23.20.0 A")], SMS, PERSON),
        # Nothing is known against a request without a name.
        (click(60, agent=""), [], SMS, PERSON),
    ],
)  # fmt: skip
def test_a_signal_is_judged(hit: Signal, others: list[Signal], kind: Kind, expected: str | MachineRule) -> None:
    """Incidents listmonk#1025, #1078, mautic#9162, #9798, #16263: scanners open and click everything."""
    verdict = judged(hit, *others, links=kind.links, is_mail=kind.is_mail)
    if isinstance(expected, MachineRule):
        assert (verdict.is_machine, verdict.rule) == (True, expected)
    else:
        assert (verdict.is_machine, verdict.rule) == (None if expected == LATER else False, None)


@pytest.mark.parametrize(
    "agent",
    [
        "Mozilla/5.0 (compatible; BarracudaCentral/1.0)",
        "Proofpoint URL Defense",
        "Mimecast-URL-Protect",
        "Mozilla/5.0 (Windows NT 6.1; WOW64) AppleWebKit/534+ (KHTML, like Gecko) BingPreview/1.0b",
        "Mozilla/5.0 AppleWebKit/537.36 (KHTML, like Gecko; compatible; MicrosoftPreview/2.0; +https://aka.ms/x)",
        "Mozilla/5.0 (Windows NT 6.1; WOW64) SkypeUriPreview Preview/0.5",
        "Slackbot-LinkExpanding 1.0 (+https://api.slack.com/robots)",
        "WhatsApp/2.12.15/i",
        "TelegramBot (like TwitterBot)",
        "facebookexternalhit/1.1 (+http://www.facebook.com/externalhit_uatext.php)",
        "Mozilla/5.0 (Macintosh) AppleWebKit/601.2.4 Version/9.0.1 Safari/601.2.4 facebookexternalhit/1.1 Facebot",
        "Twitterbot/1.0",
        "Viber/13.3.0.8 CFNetwork/1121.2.2 Darwin/19.3.0",
        "Viber",
        "Mozilla/5.0 (compatible; Discordbot/2.0; +https://discordapp.com)",
        "Google-Safety (+http://www.google.com/bot.html)",
        "Google-SafeBrowsing",
        "Mozilla/5.0 (compatible; vkShare; +http://vk.com/dev/Share)",
        "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 HeadlessChrome/130.0.0.0 Safari/537.36",
        "python-requests/2.32",
        "Mozilla/5.0 (compatible; SomethingNewBot/1.0; +https://example.com)",
    ],
)
def test_scanners_and_previews_are_known_by_their_names(agent: str) -> None:
    assert judged(click(60, agent=agent)).rule is MachineRule.AGENT


@pytest.mark.parametrize(
    "agent",
    [
        BROWSER,
        IPHONE,
        "Mozilla/5.0 (Linux; Android 9; CUBOT_P40) AppleWebKit/537.36 Chrome/130.0.0.0 Mobile Safari/537.36",
        "Mozilla/5.0 (Linux; Android 7; CUBOT/7.0) AppleWebKit/537.36 Chrome/130.0.0.0 Mobile Safari/537.36",
        # The browsers inside apps, in which links of their messages open.
        "Mozilla/5.0 (iPhone; CPU iPhone OS 17_0 like Mac OS X) Mobile/15E148 [FBAN/FBIOS;FBAV/440.0]",
        "Mozilla/5.0 (Linux; Android 13; SM-S908B) Chrome/130.0 Mobile Safari/537.36 Instagram 300.0.0.0 Android",
        "Mozilla/5.0 (Linux; Android 13) AppleWebKit/537.36 Chrome/130.0 Mobile Safari/537.36 Viber/21.0.0.2",
        "Mozilla/5.0 (Linux; Android 13; K) AppleWebKit/537.36 Chrome/130 Mobile Safari/537.36 Telegram-Android/11.2",
        "Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 Chrome/130 YaBrowser/24.1 Safari/537.36",
        "Mozilla/5.0 (Windows NT 10.0; rv:128.0) Gecko/20100101 Thunderbird/128.0",
    ],
)
def test_browsers_of_people_are_people(agent: str) -> None:
    assert judged(click(60, agent=agent)).is_machine is False


@pytest.mark.parametrize(("links", "is_mail", "seconds"), [(2, False, 1), (1, True, 10), (2, True, 10)])
def test_nobody_waits_longer_than_needed(links: int, is_mail: bool, seconds: int) -> None:
    hit = click(60)
    verdict = judged(hit, links=links, is_mail=is_mail)
    assert verdict.until == hit.at + timedelta(seconds=seconds)
    assert verdict.settled(verdict.until - timedelta(milliseconds=1)).is_machine is None
    assert verdict.settled(verdict.until).is_machine is False


def test_a_machine_stays_one_however_late_it_is_asked_about() -> None:
    verdict = judged(click(1))
    assert verdict.settled(ACCEPTED + timedelta(days=1)) is verdict


SIGNALS = st.builds(
    Signal,
    kind=st.sampled_from(SignalKind),
    at=st.integers(-20_000, 40_000).map(lambda millis: ACCEPTED + timedelta(milliseconds=millis)),
    link=st.integers(0, 2),
    method=st.sampled_from(["GET", "HEAD"]),
    user_agent=st.sampled_from([BROWSER, GMAIL, "Mozilla/5.0", "Twitterbot/1.0", ""]),
)


@given(hit=SIGNALS, others=st.lists(SIGNALS, max_size=6), is_mail=st.booleans(), links=st.integers(1, 3))
def test_another_signal_never_turns_a_machine_into_a_person(
    hit: Signal, others: list[Signal], is_mail: bool, links: int
) -> None:
    fewer = judged(hit, *others[1:], links=links, is_mail=is_mail)
    more = judged(hit, *others, links=links, is_mail=is_mail)
    assert not (fewer.is_machine and not more.is_machine)


@given(hit=SIGNALS, others=st.lists(SIGNALS, max_size=6), is_mail=st.booleans(), links=st.integers(1, 3))
def test_the_order_in_which_signals_come_changes_nothing(
    hit: Signal, others: list[Signal], is_mail: bool, links: int
) -> None:
    verdict = judged(hit, *others, links=links, is_mail=is_mail)
    assert verdict == judged(replace(hit), *reversed(others), links=links, is_mail=is_mail)


@given(others=st.lists(SIGNALS, max_size=6), links=st.integers(1, 3), is_mail=st.booleans())
def test_nothing_that_comes_after_the_wait_changes_a_verdict(others: list[Signal], links: int, is_mail: bool) -> None:
    """A message that is no mail has no hidden link."""
    hit = click(5)
    until = judged(hit, links=links, is_mail=is_mail).until or hit.at
    late = [other for other in others if other.at > until and (is_mail or other.kind is not SignalKind.TRAP)]
    if links > 1 or is_mail:
        assert judged(hit, *late, links=links, is_mail=is_mail).settled(ACCEPTED + timedelta(days=1)) == Verdict()
