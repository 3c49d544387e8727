"""Person or machine? Judges one open or click of a message, given the others (DESIGN §3.7).

Pure: no clock, no database. Machine signals are stored and shown; what they may stop is the campaign's
choice. A class may be wrong, so the request is kept as it came and can be judged again.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from functools import lru_cache

from django.db import models
from django.utils.translation import gettext_lazy as _

# Nobody reads that fast: what comes earlier was fetched on the way to the person.
TOO_SOON = timedelta(seconds=2)
# Nobody follows two links of a message that fast.
TWO_LINKS = timedelta(seconds=1)
# A scanner takes all links of a mail in one go, and the hidden one may be its last.
TRAP = timedelta(seconds=10)

# Apple's Mail Privacy Protection loads every picture of a mail before, and whether or not, it is read,
# and names itself with this and nothing else:
# https://help.socketlabs.com/docs/identifying-apple-mpp-opens-in-notification-api-events
APPLE_PROXY = "Mozilla/5.0"

# Load pictures when the person looks at the mail, so that the open is the person's: proxies of mailboxes
# (dropping Gmail's as a bot was mautic#16069), Outlook, and mail programs of phones.
LOOKED_AT = re.compile(r"GoogleImageProxy|YahooMailProxy|ms-?office|microsoft o|okhttp", re.IGNORECASE)

# Who names itself in the user agent, and by what. From the vendors' own pages, github.com/monperrus/crawler-user-agents
# and matomo-org/device-detector; what only looks odd is not here. Phones by Cubot are not bots.
AGENTS = {
    "mail scanners": r"barracuda|proofpoint|mimecast|cloudmark|ciscosecure|ironport|messagelabs|symantec|sophos"
    r"|trendmicro|trend micro|fireeye|trellix|forcepoint|zscaler|fortinet|bitdefender|kaspersky|vadesecure|netskope"
    r"|checkpoint|mailscanner",
    "Microsoft's link checks": r"safelinks|bingpreview|microsoftpreview|skypeuripreview|microsoft office|ms-office"
    r"|msoffice",
    "Google's link checks": r"google-safebrowsing|google-safety|google web preview|apis-google",
    "previews of messengers": r"^whatsapp|telegrambot|^viber|slackbot|slack-imgproxy|discordbot|vkshare|line-poker"
    r"|kakaotalk-scrap|snap url preview|googlemessages",
    "previews of social networks": r"facebookexternalhit|facebookcatalog|facebot|meta-external|twitterbot|linkedinbot"
    r"|pinterestbot|redditbot|embedly|iframely|mastodon|bluesky",
    "search engines": r"googlebot|bingbot|yandex\w*bot|yadirectfetcher|duckduckbot|baiduspider|applebot|slurp|petalbot"
    r"|semrushbot|ahrefsbot",
    "programs": r"headlesschrome|phantomjs|^curl/|^wget/|python-requests|python-urllib|python-httpx|aiohttp"
    r"|go-http-client|^java/|apache-httpclient|libwww-perl|node-fetch|axios/|okhttp|guzzlehttp|^ruby|scrapy|nutch",
    "anybody who says so": r"(?<!cu)bot[/;)]|crawler|spider[/;)]|link[ -]?(?:preview|check|expand)|url[ -]?scan",
}
_AGENTS = re.compile("|".join(AGENTS.values()), re.IGNORECASE)


class SignalKind(StrEnum):
    """What was asked for; the same values as Hit.Kind."""

    CLICK = "click"
    OPEN = "open"
    TRAP = "trap"


class MachineRule(models.TextChoices):
    """Which rule says that it was a machine."""

    HEAD = "head", _("it only asked whether the page is there")
    AGENT = "agent", _("a scanner or a link preview, by its own name")
    APPLE_PROXY = "apple_proxy", _("Apple Mail loads every picture by itself")
    TOO_SOON = "too_soon", _("it came within 2 seconds of the message")
    TWO_LINKS = "two_links", _("two links were followed within a second")
    TRAP = "trap", _("a link that nobody can see was followed within 10 seconds")


@dataclass(frozen=True, kw_only=True, slots=True)
class Signal:
    """One request to a link or picture of a message; `link` tells its links apart (an id or a position)."""

    kind: SignalKind
    at: datetime
    link: int | None = None
    method: str = "GET"
    user_agent: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Verdict:
    """A machine (with its rule), a person, or nobody knows `until` then."""

    rule: MachineRule | None = None
    until: datetime | None = None

    @property
    def is_machine(self) -> bool | None:
        """True or False; None while undecided."""
        return None if self.until else self.rule is not None

    def settled(self, now: datetime) -> "Verdict":
        """The verdict at `now`, given that nothing else has come: who was undecided until then is a person."""
        return PERSON if self.until and self.until <= now else self


PERSON = Verdict()


def classify(
    hit: Signal, others: Sequence[Signal], *, accepted_at: datetime, sends_many_links: bool, is_mail: bool
) -> Verdict:
    """Was `hit` a person? `others` are the other signals of its message, as far as they have come.

    `accepted_at` is when the vendor took the message, or when it was sent where no answer came.
    `sends_many_links`: has the message more than one tracked link? `is_mail`: has it the hidden link?
    An undecided verdict says until when another signal may still give the machine away.
    """
    rule = _own_rule(hit, accepted_at) or _rule_by_others(hit, others)
    if rule:
        return Verdict(rule=rule)
    if hit.kind is SignalKind.CLICK and is_mail:
        return Verdict(until=hit.at + TRAP)
    if hit.kind is SignalKind.CLICK and sends_many_links:
        return Verdict(until=hit.at + TWO_LINKS)
    return PERSON


def _own_rule(hit: Signal, accepted_at: datetime) -> MachineRule | None:
    """The rule that `hit` meets by itself."""
    if hit.kind is SignalKind.TRAP:
        return MachineRule.TRAP
    if hit.method == "HEAD":
        return MachineRule.HEAD
    if hit.user_agent.strip() == APPLE_PROXY:
        return MachineRule.APPLE_PROXY
    if _is_machines_agent(hit):
        return MachineRule.AGENT
    return MachineRule.TOO_SOON if hit.at - accepted_at <= TOO_SOON else None


def _is_machines_agent(hit: Signal) -> bool:
    if hit.kind is SignalKind.OPEN and LOOKED_AT.search(hit.user_agent):
        return False
    return _names_machine(hit.user_agent)


@lru_cache(maxsize=10_000)
def _names_machine(user_agent: str) -> bool:
    """The same few programs come again and again, and the search is slow."""
    return _AGENTS.search(user_agent) is not None


def _rule_by_others(hit: Signal, others: Sequence[Signal]) -> MachineRule | None:
    """The rule that a click meets through another signal, before or after it."""
    if hit.kind is not SignalKind.CLICK:
        return None
    apart = [(other, abs(other.at - hit.at)) for other in others]
    if any(other.kind is SignalKind.TRAP and gap <= TRAP for other, gap in apart):
        return MachineRule.TRAP
    clicks = [(other, gap) for other, gap in apart if other.kind is SignalKind.CLICK and other.link != hit.link]
    return MachineRule.TWO_LINKS if any(gap <= TWO_LINKS for _other, gap in clicks) else None
