"""The audience of a draft, counted once: who goes which way, and on which channels they can be messaged, if not, why.

Everything that is foretold is worked out from these groups, so that nobody is counted once for each step.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db import connection

from campaigns import routing
from campaigns.models import Campaign, Purpose, Route, SkipReason, Suppression
from campaigns.models.consent import ConsentStatus
from channels import kinds
from channels.kinds import AddressKind

# Each channel is a bit. `had`: there is an address. `free`: one of them is not suppressed. `said`: the consent that
# decides, granted for marketing and withdrawn for what is transactional. Each table is read once, however many
# channels there are: aggregates with a filter would look every contact up for every channel.
_STATEMENT = """
WITH routed (id, route_id, country, language, is_trackable) AS MATERIALIZED ({routed}),
barred AS (
    SELECT address_hash, address_kind, bit_or({of_suppression}) AS bits FROM campaigns_suppression
    WHERE lifted_at IS NULL AND reason <> %s
    GROUP BY address_hash, address_kind
), usable AS (
    SELECT a.contact_id, bit_or({of_kind}) AS had, bit_or({of_kind} & ~COALESCE(b.bits, 0)) AS free
    FROM campaigns_address a
    JOIN routed ON routed.id = a.contact_id
    LEFT JOIN barred b ON b.address_hash = a.value_hash AND b.address_kind = a.kind
    WHERE a.is_live AND (a.is_primary OR a.kind = %s) AND a.kind = ANY(%s)
    GROUP BY a.contact_id
), answered AS (
    SELECT k.contact_id, bit_or({of_channel}) AS said
    FROM campaigns_consent k JOIN routed ON routed.id = k.contact_id
    WHERE k.purpose = %s AND k.status = %s AND k.channel = ANY(%s)
    GROUP BY k.contact_id
)
SELECT route_id, country, language, is_trackable, COALESCE(had, 0), COALESCE(free, 0), COALESCE(said, 0), count(*)
FROM routed
LEFT JOIN usable ON usable.contact_id = routed.id
LEFT JOIN answered ON answered.contact_id = routed.id
GROUP BY 1, 2, 3, 4, 5, 6, 7 ORDER BY 1, 2, 3, 4, 5, 6, 7
"""


@dataclass(frozen=True, kw_only=True)
class Group:
    """`people` of one kind: their route, where they live, what they read, and `lacks`: why not on which channel.

    A channel that is not in `lacks` reaches them.
    """

    route_id: int
    country: str
    language: str
    is_trackable: bool
    lacks: Mapping[str, SkipReason]
    people: int


@dataclass(frozen=True, kw_only=True)
class Crowd:
    """An audience in groups; `channels` are those that were asked about."""

    groups: Sequence[Group]
    channels: Sequence[str]

    @property
    def people(self) -> int:
        """Everybody in the audience."""
        return _sum(self.groups)

    @property
    def untracked(self) -> int:
        """Those whose opens and clicks may not be recorded."""
        return _sum(group for group in self.groups if not group.is_trackable)

    @property
    def reachable(self) -> int:
        """Those who can be messaged on at least one of the channels."""
        return _sum(group for group in self.groups if len(group.lacks) < len(self.channels))

    def on_route(self, route_id: int) -> int:
        """Those who would go this route."""
        return _sum(self.of_route(route_id))

    def of_route(self, route_id: int) -> list[Group]:
        """The groups of those who would go this route."""
        return [group for group in self.groups if group.route_id == route_id]

    def reached(self, channel: str, *, route_id: int | None = None) -> int:
        """Those who can be messaged on `channel`, of one route or (None) of all."""
        wanted = self.groups if route_id is None else self.of_route(route_id)
        return _sum(group for group in wanted if channel not in group.lacks)

    def skips(self, channel: str, *, route_id: int) -> dict[SkipReason, int]:
        """Why how many of a route cannot be messaged on `channel`, in the order of SkipReason."""
        found = dict.fromkeys(SkipReason, 0)
        for group in self.of_route(route_id):
            if channel in group.lacks:
                found[group.lacks[channel]] += group.people
        return {reason: people for reason, people in found.items() if people}


def count_crowd(campaign: Campaign, routes: Sequence[Route]) -> Crowd:
    """The audience of `campaign` among `routes`, those of its version in order with their steps; in one statement.

    The reasons are those of campaigns/eligibility.py. Raises InvalidRule.
    """
    channels = list(dict.fromkeys(step.channel for route in routes for step in route.steps.all()))
    columns = ("pk", "route_id", "country", "language", "is_trackable")
    try:
        routed, values = routing.routed(campaign, routes).order_by().values_list(*columns).query.sql_with_params()
    except EmptyResultSet:
        return Crowd(groups=(), channels=channels)
    with connection.cursor() as cursor:
        cursor.execute(_statement(routed, channels), [*values, *_values(campaign, channels)])
        return Crowd(
            groups=tuple(_group(row, channels, campaign.purpose) for row in cursor.fetchall()), channels=channels
        )


def _statement(routed: str, channels: Sequence[str]) -> str:
    bits = {channel: 1 << position for position, channel in enumerate(channels)}
    of_kind: dict[str, int] = defaultdict(int)
    for channel, bit in bits.items():
        of_kind[kinds.facts(channel).address_kind] |= bit
    any_of_kind = _case("address_kind", of_kind)
    return _STATEMENT.format(
        routed=routed,
        of_suppression=f"CASE channel WHEN '' THEN {any_of_kind} ELSE {_case('channel', bits)} END",
        of_kind=_case("a.kind", of_kind),
        of_channel=_case("k.channel", bits),
    )


def _case(column: str, bits: Mapping[str, int]) -> str:
    """The bits of what stands in `column`. Names of channels and of kinds of addresses are words of ours."""
    cases = " ".join(f"WHEN '{value}' THEN {bit}" for value, bit in bits.items())
    return f"CASE {column} {cases} ELSE 0 END" if cases else "0"


def _values(campaign: Campaign, channels: Sequence[str]) -> list[Any]:
    is_transactional = campaign.purpose == Purpose.TRANSACTIONAL
    return [
        # What is transactional may go to whoever unsubscribed.
        Suppression.Reason.UNSUBSCRIBE.value if is_transactional else "",
        AddressKind.PUSH_TOKEN.value,
        [kinds.facts(channel).address_kind.value for channel in channels],
        campaign.purpose,
        (ConsentStatus.WITHDRAWN if is_transactional else ConsentStatus.GRANTED).value,
        list(channels),
    ]


def _group(row: tuple[Any, ...], channels: Sequence[str], purpose: str) -> Group:
    route_id, country, language, is_trackable, had, free, said, people = row
    allowed = ~said if purpose == Purpose.TRANSACTIONAL else said
    lacks: dict[str, SkipReason] = {}
    for position, channel in enumerate(channels):
        # Suppression is named before consent, as when a message is sent.
        answers = ((had, SkipReason.NO_ADDRESS), (free, SkipReason.SUPPRESSED), (allowed, SkipReason.NO_CONSENT))
        if reason := next((reason for bits, reason in answers if not bits >> position & 1), None):
            lacks[channel] = reason
    return Group(
        route_id=route_id, country=country, language=language, is_trackable=is_trackable, lacks=lacks, people=people
    )


def _sum(groups: Iterable[Group]) -> int:
    return sum(group.people for group in groups)
