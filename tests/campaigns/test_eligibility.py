"""May this contact be messaged now: the rule as a table, and its three forms held together on random rows."""

from collections.abc import Sequence

import pytest
from django.db import connection
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from campaigns.audience.reach import reachable_q
from campaigns.eligibility import REACHABLE_SQL, Reach, load_reach
from campaigns.models import Address, Contact, Purpose, SkipReason, Suppression
from campaigns.models.consent import ConsentStatus
from channels.kinds import FACTS, AddressKind, Channel
from tests.campaigns.examples import undone
from tests.factories import NOON, make_address, make_consent, make_contact

pytestmark = pytest.mark.django_db

MARKETING, TRANSACTIONAL = Purpose.MARKETING, Purpose.TRANSACTIONAL
Reason = Suppression.Reason
PHONE = "+380671234567"


def suppress(
    address: Address, *, reason: str = Reason.MANUAL, channel: str = "", is_lifted: bool = False
) -> Suppression:
    return Suppression.objects.create(
        address_kind=address.kind,
        address_hash=address.value_hash,
        channel=channel,
        reason=reason,
        created_at=NOON,
        lifted_at=NOON if is_lifted else None,
    )


def reach(contact: Contact, channel: Channel = Channel.SMS, purpose: str = MARKETING) -> Reach:
    return load_reach([contact.pk], [channel], purpose)[contact.pk, channel]


def test_somebody_with_a_number_and_consent_can_be_reached() -> None:
    contact = make_contact(phone=PHONE, consents=[Channel.SMS])
    found = reach(contact)
    assert (found.skip_reason, [address.value for address in found.addresses]) == (None, [PHONE])
    assert found.addresses[0].hash == contact.addresses.get().value_hash


def test_somebody_without_an_address_of_the_kind_cannot() -> None:
    contact = make_contact(email="olena@example.com", consents=[Channel.SMS])
    assert reach(contact).skip_reason is SkipReason.NO_ADDRESS


def test_a_dead_address_is_no_address() -> None:
    contact = make_contact(phone=PHONE, consents=[Channel.SMS])
    contact.addresses.update(is_live=False)
    assert reach(contact).skip_reason is SkipReason.NO_ADDRESS


def test_only_the_primary_number_is_messaged() -> None:
    contact = make_contact(phone=PHONE, consents=[Channel.SMS])
    make_address(contact=contact, kind=AddressKind.PHONE, value="+380501112233", is_primary=False)
    assert [address.value for address in reach(contact).addresses] == [PHONE]


def test_push_goes_to_every_live_token_that_is_not_suppressed() -> None:
    contact = make_contact(consents=[Channel.PUSH])
    kept, second, dead, suppressed = (
        make_address(contact=contact, kind=AddressKind.PUSH_TOKEN, value=f"token-{n}", is_primary=n == 0)
        for n in range(4)
    )
    Address.objects.filter(pk=dead.pk).update(is_live=False)
    suppress(suppressed)
    assert [address.id for address in reach(contact, Channel.PUSH).addresses] == [kept.pk, second.pk]


def test_consent_for_one_channel_is_none_for_another_on_the_same_number() -> None:
    contact = make_contact(phone=PHONE, consents=[Channel.SMS])
    assert reach(contact, Channel.VIBER).skip_reason is SkipReason.NO_CONSENT


def test_suppression_of_one_channel_leaves_the_others_of_the_same_number() -> None:
    """mautic#3721: opt-out of one channel ignored on another; here both scopes are exact."""
    contact = make_contact(phone=PHONE, consents=[Channel.SMS, Channel.VIBER])
    suppress(contact.addresses.get(), channel=Channel.SMS)
    assert reach(contact).skip_reason is SkipReason.SUPPRESSED
    assert reach(contact, Channel.VIBER).skip_reason is None


def test_suppression_of_all_channels_stops_each_of_them() -> None:
    """mautic#3721."""
    contact = make_contact(phone=PHONE, consents=[Channel.SMS, Channel.VIBER])
    suppress(contact.addresses.get())
    assert {reach(contact, channel).skip_reason for channel in (Channel.SMS, Channel.VIBER)} == {SkipReason.SUPPRESSED}


def test_a_suppression_knows_the_address_whoever_has_it() -> None:
    first = make_contact(phone=PHONE, consents=[Channel.SMS])
    second = make_contact(phone=PHONE, consents=[Channel.SMS])
    suppress(first.addresses.get())
    assert reach(second).skip_reason is SkipReason.SUPPRESSED


def test_a_lifted_suppression_stops_nothing() -> None:
    contact = make_contact(phone=PHONE, consents=[Channel.SMS])
    suppress(contact.addresses.get(), is_lifted=True)
    assert reach(contact).skip_reason is None


def test_suppression_is_told_before_missing_consent() -> None:
    contact = make_contact(phone=PHONE)
    suppress(contact.addresses.get())
    assert reach(contact).skip_reason is SkipReason.SUPPRESSED


@pytest.mark.parametrize(
    ("purpose", "status", "expected"),
    [
        # Marketing needs a yes.
        (MARKETING, None, SkipReason.NO_CONSENT),
        (MARKETING, ConsentStatus.GRANTED, None),
        (MARKETING, ConsentStatus.WITHDRAWN, SkipReason.NO_CONSENT),
        # A transactional message needs only that nobody said no.
        (TRANSACTIONAL, None, None),
        (TRANSACTIONAL, ConsentStatus.GRANTED, None),
        (TRANSACTIONAL, ConsentStatus.WITHDRAWN, SkipReason.NO_CONSENT),
    ],
)
def test_consent_by_purpose(purpose: Purpose, status: str | None, expected: SkipReason | None) -> None:
    contact = make_contact(phone=PHONE)
    if status:
        make_consent(contact=contact, channel=Channel.SMS, purpose=purpose, status=status)
    assert reach(contact, purpose=purpose).skip_reason is expected


def test_consent_to_marketing_withdrawn_does_not_stop_a_transactional_message() -> None:
    contact = make_contact(phone=PHONE)
    make_consent(contact=contact, channel=Channel.SMS, purpose=MARKETING, status=ConsentStatus.WITHDRAWN)
    assert reach(contact, purpose=TRANSACTIONAL).skip_reason is None


@pytest.mark.parametrize(
    ("reason", "expected"),
    [
        # Advertising was refused, not the receipt.
        (Reason.UNSUBSCRIBE, None),
        (Reason.HARD_BOUNCE, SkipReason.SUPPRESSED),
        (Reason.COMPLAINT, SkipReason.SUPPRESSED),
        (Reason.MANUAL, SkipReason.SUPPRESSED),
    ],
)
def test_which_suppressions_stop_a_transactional_message(reason: str, expected: SkipReason | None) -> None:
    contact = make_contact(phone=PHONE)
    suppress(contact.addresses.get(), reason=reason)
    assert reach(contact, purpose=TRANSACTIONAL).skip_reason is expected


@pytest.mark.parametrize("reason", list(Reason))
def test_every_suppression_stops_marketing(reason: str) -> None:
    contact = make_contact(phone=PHONE, consents=[Channel.SMS])
    suppress(contact.addresses.get(), reason=reason)
    assert reach(contact).skip_reason is SkipReason.SUPPRESSED


def test_any_number_of_contacts_takes_three_queries(django_assert_num_queries: object) -> None:
    contacts = [make_contact(phone=f"+38067123450{n}", consents=[Channel.SMS]) for n in range(5)]
    with django_assert_num_queries(3):  # type: ignore[operator]
        found = load_reach([contact.pk for contact in contacts], list(Channel), MARKETING)
    assert len(found) == len(contacts) * len(Channel)


def test_a_contact_that_does_not_exist_has_no_address() -> None:
    assert load_reach([987_654], [Channel.EMAIL], MARKETING)[987_654, Channel.EMAIL].skip_reason is (
        SkipReason.NO_ADDRESS
    )


def test_an_unknown_channel_or_purpose_is_refused() -> None:
    with pytest.raises(ValueError, match="pigeon"):
        load_reach([1], ["pigeon"], MARKETING)
    with pytest.raises(ValueError, match="gossip"):
        load_reach([1], [Channel.SMS], "gossip")


# --- The three forms of the rule agree -----------------------------------------------------

CHANNELS = [Channel.SMS, Channel.VIBER, Channel.EMAIL, Channel.PUSH]
KINDS = sorted({FACTS[channel].address_kind for channel in CHANNELS})
addresses = st.fixed_dictionaries(
    {"kind": st.sampled_from(KINDS), "number": st.integers(0, 2), "is_primary": st.booleans(), "is_live": st.booleans()}
)
consents = st.dictionaries(
    st.tuples(st.sampled_from(CHANNELS), st.sampled_from(list(Purpose))), st.sampled_from(list(ConsentStatus))
)
people = st.lists(st.tuples(st.lists(addresses, max_size=4), consents), min_size=1, max_size=3)
suppressions = st.dictionaries(
    st.tuples(st.sampled_from(KINDS), st.integers(0, 2), st.sampled_from(["", *CHANNELS]), st.booleans()),
    st.sampled_from(list(Reason)),
    max_size=5,
)


def hash_of(kind: str, number: int) -> str:
    return f"{kind}-{number}"[:32]


def make_people(drawn: Sequence[tuple[list[dict[str, object]], dict[tuple[Channel, Purpose], str]]]) -> list[Contact]:
    contacts = []
    for its_addresses, its_consents in drawn:
        contact = make_contact()
        contacts.append(contact)
        taken: set[object] = set()
        for parts in its_addresses:
            kind, number = str(parts["kind"]), int(str(parts["number"]))
            if (kind, number) in taken:
                continue
            is_primary = bool(parts["is_primary"]) and (kind == AddressKind.PUSH_TOKEN or kind not in taken)
            taken |= {(kind, number)} | ({kind} if is_primary else set())
            make_address(
                contact=contact,
                kind=AddressKind(kind),
                value=hash_of(kind, number),
                value_hash=hash_of(kind, number),
                is_primary=is_primary,
                is_live=parts["is_live"],
            )
        for (channel, purpose), status in its_consents.items():
            make_consent(contact=contact, channel=channel, purpose=purpose, status=status)
    return contacts


def make_suppressions(drawn: dict[tuple[str, int, str, bool], str]) -> None:
    for (kind, number, channel, is_lifted), reason in drawn.items():
        Suppression.objects.create(
            address_kind=kind,
            address_hash=hash_of(kind, number),
            channel=channel,
            reason=reason,
            created_at=NOON,
            lifted_at=NOON if is_lifted else None,
        )


def by_sql(purpose: str) -> dict[tuple[int, str], set[int]]:
    """The addresses that REACHABLE_SQL lets pass, by contact and channel."""
    found: dict[tuple[int, str], set[int]] = {}
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT e.contact_id, m.channel, a.id FROM (SELECT id AS contact_id FROM campaigns_contact) e"
            " CROSS JOIN unnest(%s::text[]) m(channel) CROSS JOIN (SELECT %s::text AS purpose) c"
            f" JOIN campaigns_address a ON {REACHABLE_SQL}",
            [[*CHANNELS], purpose],
        )
        for contact_id, channel, address_id in cursor.fetchall():
            found.setdefault((contact_id, channel), set()).add(address_id)
    return found


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(drawn=people, suppressed=suppressions, purpose=st.sampled_from(list(Purpose)))
def test_the_loaded_answer_the_statement_and_the_segment_agree(
    drawn: list[tuple[list[dict[str, object]], dict[tuple[Channel, Purpose], str]]],
    suppressed: dict[tuple[str, int, str, bool], str],
    purpose: Purpose,
) -> None:
    with undone():
        contacts = make_people(drawn)
        make_suppressions(suppressed)
        loaded = load_reach([contact.pk for contact in contacts], CHANNELS, purpose)
        in_statement = by_sql(purpose)
        for channel in CHANNELS:
            in_segment = set(Contact.objects.filter(reachable_q(channel, purpose)).values_list("pk", flat=True))
            for contact in contacts:
                answer = loaded[contact.pk, channel]
                assert {address.id for address in answer.addresses} == in_statement.get((contact.pk, channel), set())
                assert (answer.skip_reason is None) == (contact.pk in in_segment) == bool(answer.addresses)
