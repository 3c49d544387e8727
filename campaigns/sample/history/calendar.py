"""The year of a market: when new customers join, and which campaigns are sent to whom, and how."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from enum import Enum
from itertools import count, cycle, product
from random import Random

from campaigns.models.campaigns import CampaignKind
from campaigns.sample.history.chains import CHAINS
from campaigns.sample.history.markets import Market
from campaigns.sample.history.words import THEMES
from campaigns.sample.plans import CampaignPlan

YEAR = timedelta(days=365)
# The last campaign with an audience begins so long before the end; the one for carts, which goes on, after it.
LAST_BEFORE_END = timedelta(days=23)
CARTS_BEFORE_END = timedelta(days=18)
# By month and day: the theme of the week that begins then or shortly before.
SEASONS = {
    (1, 8): "january_sale",
    (2, 10): "valentine",
    (3, 4): "eighth_of_march",
    (3, 16): "spring",
    (5, 5): "mothers_day",
    (6, 3): "summer",
    (7, 10): "summer_sale",
    (8, 20): "back_to_school",
    (9, 9): "autumn",
    (11, 10): "singles_day",
    (11, 24): "black_friday",
    (12, 8): "gifts",
    (12, 29): "new_year",
}
ALWAYS = ("weekend", "points", "beans", "win_back", "app", "delivery", "nps", "vip", "referral", "travel", "birthday")
# Whom a theme is for, where it is not for those whose turn it is, and how it is sent.
AUDIENCES = {"win_back": "away", "vip": "gold", "points": "silver", "birthday": "older"}
CHAINS_OF = {"nps": "question", "vip": "personal", "win_back": "mail and sms", "black_friday": "cheapest first"}
# How lively people are: everybody waits for Black Friday.
MOODS = {"black_friday": 1.6, "new_year": 1.3, "eighth_of_march": 1.25, "nps": 0.8, "referral": 0.6, "win_back": 0.7}
# Of a language's customers, who is there from the beginning, and who joins with each further third of the year.
JOINING = (0.6, 0.2, 0.2)
QUIET = (time(21), time(9))
BUDGET = Decimal(900)


class Story(Enum):
    """What is particular about a campaign."""

    NOTHING = "nothing"
    # The vendor refuses the text until somebody has talked to it.
    REFUSED = "refused"
    PAUSED = "paused"
    CANCELLED = "cancelled"
    # People enter one by one, as they leave their carts.
    CARTS = "carts"


@dataclass(frozen=True, kw_only=True)
class Size:
    """How much happens in a market: campaigns with an audience, customers of each language, carts."""

    campaigns: int
    customers: int
    carts: int


FULL = Size(campaigns=39, customers=4_900, carts=80)


@dataclass(frozen=True, kw_only=True)
class Joining:
    """So many customers of each language join at `at`, from the number `first` on."""

    number: int
    at: datetime
    first: int
    count: int


@dataclass(frozen=True, kw_only=True)
class PlannedCampaign:
    """A campaign that is launched at `at`; `mood` is how lively its audience is, 1 is usual."""

    number: int
    at: datetime
    plan: CampaignPlan
    mood: float
    story: Story


def year_of(market: Market, *, end: datetime, size: Size) -> list[Joining | PlannedCampaign]:
    """Everything that happens in `market` in the year before `end`, in the order of time."""
    return sorted([*_joinings(end, size), *_campaigns(market, end, size)], key=lambda item: item.at)


def campaigns_in(size: Size) -> int:
    """How many campaigns a year of a market has."""
    return size.campaigns + 1


def _joinings(end: datetime, size: Size) -> Iterator[Joining]:
    first = 0
    for number, share in enumerate(JOINING):
        joined = round(size.customers * share)
        yield Joining(number=number, at=end - YEAR + YEAR / len(JOINING) * number, first=first, count=joined)
        first += joined


def _campaigns(market: Market, end: datetime, size: Size) -> Iterator[PlannedCampaign]:
    begin, numbers = end - YEAR + timedelta(days=3), count()
    apart = (YEAR - LAST_BEFORE_END - timedelta(days=3)) / max(size.campaigns, 1)
    themes, ways = cycle(ALWAYS), cycle(sorted(CHAINS.keys() - {"question", "personal"}))
    people = cycle(_turns(market))
    for number in range(size.campaigns):
        chance = Random(f"{market.key} {number}")  # noqa: S311  a history is to be repeatable, not unguessable
        day = begin + apart * number
        theme = _season(day, apart) or next(themes)
        at = datetime.combine(day.date(), time(chance.randint(8, 15), chance.choice((0, 15, 30))), tzinfo=day.tzinfo)
        plan = _plan(
            market,
            theme,
            at,
            chain=CHAINS_OF.get(theme) or next(ways),
            audience=AUDIENCES.get(theme) or next(people),
        )
        yield PlannedCampaign(
            number=next(numbers),
            at=at,
            plan=plan,
            mood=MOODS.get(theme, 1.0) * chance.uniform(0.75, 1.25),
            story=STORIES.get(number, Story.NOTHING),
        )
    at = end - CARTS_BEFORE_END
    plan = _plan(market, "cart", at, chain="mail and sms", audience="", kind=CampaignKind.API)
    yield PlannedCampaign(number=next(numbers), at=at, plan=plan, mood=1.4, story=Story.CARTS)


# By the number of the campaign.
STORIES: Mapping[int, Story] = {9: Story.REFUSED, 22: Story.PAUSED, 34: Story.CANCELLED}


def _turns(market: Market) -> list[str]:
    first, second = market.languages
    return [
        f"{first} coffee",
        f"{second} fashion",
        "young",
        f"{second} coffee",
        f"{first} sport or travel",
        f"{first} fashion",
        "older",
        f"{second} sport or travel",
    ]


def _season(day: datetime, length: timedelta) -> str:
    """The theme of the season that falls into the `length` of time from `day` on; '' where none does."""
    first, next_first = day.date(), (day + length).date()
    for year, ((month, of_month), theme) in product({first.year, next_first.year}, SEASONS.items()):
        if first <= date(year, month, of_month) < next_first:
            return theme
    return ""


def _plan(
    market: Market, theme: str, at: datetime, *, chain: str, audience: str, kind: CampaignKind = CampaignKind.ONCE
) -> CampaignPlan:
    said = THEMES[theme]
    return CampaignPlan(
        name=f"{said.name}, {market.label}: {at:%B}",
        link=f"https://example.com/?page={said.page}",
        words=said.words(market.languages),
        routes=CHAINS[chain],
        segment=audience,
        kind=kind,
        quiet_hours=QUIET if theme == "vip" else None,
        budget=BUDGET if theme == "black_friday" else None,
    )
