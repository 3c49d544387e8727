"""May this contact be messaged on this channel for this purpose now, and if not, why.

The rule, once, in three forms that the tests hold together: `judge` over loaded rows (and `load_reach`,
which loads them in bulk), `REACHABLE_SQL` for the statement that marks a message as sending, and
`reachable_q` of campaigns/audience/reach.py for segments. Decision 0030 says why it is this rule:

1. An address of the channel's kind, live and the primary one; of push tokens every live one counts.
2. No suppression in force of that address, for this channel or for all that use its kind. For
   transactional messages an unsubscribe does not count.
3. Consent of the contact for the channel and the purpose: granted for marketing; for transactional
   messages it is enough that it was not withdrawn.
"""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from campaigns.models import Address, Consent, Purpose, SkipReason, Suppression
from campaigns.models.consent import ConsentStatus
from channels import kinds
from channels.kinds import AddressKind

__all__ = ["REACHABLE_SQL", "Reach", "ReachableAddress", "SkipReason", "judge", "load_addresses", "load_reach"]


class ReachableAddress(NamedTuple):
    """An address that may be messaged; `hash` is the keyed hash by which suppressions and attempts know it."""

    id: int
    value: str
    hash: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Reach:
    """The answer for one contact on one channel: addresses, or (exactly when there are none) the reason."""

    contact_id: int
    channel: str
    skip_reason: SkipReason | None
    addresses: tuple[ReachableAddress, ...] = ()


def judge(
    *,
    contact_id: int,
    channel: str,
    purpose: str,
    addresses: Sequence[ReachableAddress],
    suppressed: Collection[str],
    consent: str | None,
) -> Reach:
    """The answer for a contact with the usable `addresses` of the channel's kind.

    `suppressed` holds the hashes that may not be messaged on the channel for the purpose, `consent` is the
    ConsentStatus in force or None. Suppression is named before consent: asking for consent would not help.
    """
    free = tuple([address for address in addresses if address.hash not in suppressed])
    reason: SkipReason | None = None
    if not addresses:
        reason = SkipReason.NO_ADDRESS
    elif not free:
        reason = SkipReason.SUPPRESSED
    elif not _allows(consent, purpose):
        reason = SkipReason.NO_CONSENT
    return Reach(contact_id=contact_id, channel=channel, skip_reason=reason, addresses=() if reason else free)


def load_reach(contact_ids: Sequence[int], channels: Sequence[str], purpose: str) -> dict[tuple[int, str], Reach]:
    """The answer for each (contact id, channel), in three queries however many there are.

    A contact that does not exist, or was deleted, has no address. Raises ValueError for an unknown
    channel or purpose.
    """
    purpose = Purpose(purpose)
    kind_of = {channel: kinds.facts(channel).address_kind for channel in channels}
    addresses = _addresses(contact_ids, set(kind_of.values()))
    hashes = {address.hash for found in addresses.values() for address in found}
    suppressed = _suppressed(hashes, kind_of, purpose)
    consents = _consents(contact_ids, channels, purpose)
    return {
        (contact_id, channel): judge(
            contact_id=contact_id,
            channel=channel,
            purpose=purpose,
            addresses=addresses.get((contact_id, kind), ()),
            suppressed=suppressed[channel],
            consent=consents.get((contact_id, channel)),
        )
        for contact_id in contact_ids
        for channel, kind in kind_of.items()
    }


def load_addresses(contact_ids: Sequence[int], channel: str) -> Mapping[int, Sequence[ReachableAddress]]:
    """The usable addresses of contacts on `channel`, by contact id, whatever consent and suppressions say of them."""
    kind = kinds.facts(channel).address_kind
    return {contact_id: found for (contact_id, _), found in _addresses(contact_ids, {kind}).items()}


def _allows(consent: str | None, purpose: str) -> bool:
    if purpose == Purpose.TRANSACTIONAL:
        return consent != ConsentStatus.WITHDRAWN
    return consent == ConsentStatus.GRANTED


def _addresses(
    contact_ids: Sequence[int], address_kinds: Collection[str]
) -> Mapping[tuple[int, str], Sequence[ReachableAddress]]:
    rows = (
        Address.objects.filter(contact_id__any=contact_ids, kind__in=address_kinds, is_live=True)
        .order_by("id")
        .values_list("contact_id", "kind", "is_primary", "id", "value", "value_hash")
    )
    found: dict[tuple[int, str], list[ReachableAddress]] = defaultdict(list)
    for contact_id, kind, is_primary, address_id, value, value_hash in rows:
        if is_primary or kind == AddressKind.PUSH_TOKEN:
            found[contact_id, kind].append(ReachableAddress(address_id, value, value_hash))
    return found


def _suppressed(
    hashes: Collection[str], kind_of: Mapping[str, AddressKind], purpose: str
) -> Mapping[str, Collection[str]]:
    """By channel, the hashes that it may not message; a hash is keyed with its kind, so kinds cannot be mixed up."""
    rows = Suppression.objects.active().filter(address_hash__any=hashes)
    if purpose == Purpose.TRANSACTIONAL:
        rows = rows.exclude(reason=Suppression.Reason.UNSUBSCRIBE)
    found: dict[str, set[str]] = defaultdict(set)
    for channel, kind, value_hash in rows.values_list("channel", "address_kind", "address_hash"):
        for candidate in [channel] if channel else kind_of:
            if kind_of.get(candidate) == kind:
                found[candidate].add(value_hash)
    return found


def _consents(contact_ids: Sequence[int], channels: Sequence[str], purpose: str) -> Mapping[tuple[int, str], str]:
    rows = Consent.objects.filter(contact_id__any=contact_ids, channel__in=channels, purpose=purpose)
    return {(row[0], row[1]): row[2] for row in rows.values_list("contact_id", "channel", "status")}


_KIND_OF_CHANNEL_SQL = " ".join(
    f"WHEN '{channel.value}' THEN '{facts.address_kind.value}'" for channel, facts in kinds.FACTS.items()
)

# Whether address `a` may be messaged now: `m` is the message's row (m.channel), `e` its enrolment
# (e.contact_id), `a` a campaigns_address and `c` the campaign (c.purpose). Never NULL; no parameters
# and no percent sign, so it can stand in any statement.
REACHABLE_SQL = f"""(
    a.contact_id = e.contact_id
    AND a.kind = CASE m.channel {_KIND_OF_CHANNEL_SQL} ELSE '' END
    AND a.is_live
    AND (a.is_primary OR a.kind = '{AddressKind.PUSH_TOKEN.value}')
    AND NOT EXISTS (
        SELECT FROM campaigns_suppression s
        WHERE s.address_hash = a.value_hash AND s.address_kind = a.kind AND s.lifted_at IS NULL
        AND s.channel IN ('', m.channel)
        AND NOT (c.purpose = '{Purpose.TRANSACTIONAL.value}' AND s.reason = '{Suppression.Reason.UNSUBSCRIBE.value}')
    )
    AND CASE c.purpose
        WHEN '{Purpose.TRANSACTIONAL.value}' THEN NOT EXISTS (
            SELECT FROM campaigns_consent k
            WHERE k.contact_id = e.contact_id AND k.channel = m.channel AND k.purpose = c.purpose
            AND k.status = '{ConsentStatus.WITHDRAWN.value}'
        )
        ELSE EXISTS (
            SELECT FROM campaigns_consent k
            WHERE k.contact_id = e.contact_id AND k.channel = m.channel AND k.purpose = c.purpose
            AND k.status = '{ConsentStatus.GRANTED.value}'
        )
    END
)"""  # noqa: S608  # constants of ours alone
