"""What a test would send: to whom, in which words, at what price, and what would not leave."""

from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property

from campaigns import marks
from campaigns.audience.addresses import address_hash
from campaigns.audience.phones import phone_country
from campaigns.blueprints import Blueprint
from campaigns.composing import preview
from campaigns.conditions import capabilities_of
from campaigns.models import Contact, Content, Installation, Purpose, Step, Suppression, TestPerson
from campaigns.personalise import contact_values
from campaigns.previews import Length, Look
from campaigns.prices import PriceList, load_prices
from campaigns.testing.marking import marked
from campaigns.testing.refusals import Refusal, of_sender
from channels import kinds
from channels.kinds import AddressKind, Channel
from channels.provider import Capabilities


@dataclass(frozen=True, kw_only=True)
class Wording:
    """What a step says: its marked `content`, filled with `values`, in `language`, by a sender that is `able` to."""

    content: Content
    values: Mapping[str, str]
    language: str
    is_trackable: bool
    able: Capabilities | None


@dataclass(frozen=True, kw_only=True)
class Letter:
    """A step's message to one person. With a `refusal` it does not leave; `cost` is None where nobody told a price."""

    step: Step
    person: TestPerson
    address: str
    hash: str
    parts: int
    cost: Decimal | None
    refusal: Refusal | None


@dataclass(frozen=True, kw_only=True)
class StepPlan:
    """A step of a test: the `look` of its message (None: there is none to show) and its letters."""

    step: Step
    number: int
    wording: Wording | None
    look: Look | None
    refusal: Refusal | None
    letters: Sequence[Letter]


@dataclass(frozen=True, kw_only=True)
class TestPlan:
    """Everything that a test would send; amounts are in `currency`."""

    __test__ = False

    steps: Sequence[StepPlan]
    contact: Contact | None
    currency: str

    @cached_property
    def sendable(self) -> list[tuple[StepPlan, Letter]]:
        """What leaves when it is confirmed."""
        return [(step, letter) for step in self.steps for letter in step.letters if letter.refusal is None]

    @property
    def cost(self) -> Decimal:
        """What it costs, as far as prices are known."""
        return sum((letter.cost or Decimal(0) for _, letter in self.sendable), Decimal(0))

    @property
    def is_cost_known(self) -> bool:
        """Has somebody told the price of all of it?"""
        return all(letter.cost is not None for _, letter in self.sendable)


def make_plan(
    blueprint: Blueprint, *, people: Sequence[TestPerson], steps: Sequence[Step], contact: Contact | None
) -> TestPlan:
    """The test of `steps` for `people` (addresses loaded), the texts filled with what is known of `contact`."""
    postage = _Postage(_suppressed(people), load_prices(step.sender for step in steps))
    planner = _Planner(blueprint, contact)
    planned = []
    for step in steps:
        wording = planner.wording(step)
        look = planner.look(step, wording) if wording else None
        refusal = planner.refusal(step, wording)
        letters = [] if refusal else [postage.letter(step, person, look) for person in people]
        number = step.position + 1
        planned.append(StepPlan(step=step, number=number, wording=wording, look=look, refusal=refusal, letters=letters))
    return TestPlan(steps=planned, contact=contact, currency=Installation.current().reporting_currency)


class _Planner:
    """Words the steps of one campaign for one contact."""

    def __init__(self, blueprint: Blueprint, contact: Contact | None) -> None:
        self._texts = blueprint.texts
        self._is_transactional = blueprint.campaign.purpose == Purpose.TRANSACTIONAL
        self._contact = contact
        self._values = contact_values(contact) if contact else {}
        self._language = contact.language if contact else ""

    def wording(self, step: Step) -> Wording | None:
        """What `step` says; None where nobody has written it."""
        content = self._texts.used_on(step.channel, self._language)
        if content is None or not content.text.strip():
            return None
        return Wording(
            content=marked(content, step.channel, self._language),
            values=self._values,
            language=self._language,
            is_trackable=self._contact.is_trackable if self._contact else True,
            able=capabilities_of(step.sender, step.channel) if step.sender else None,
        )

    def look(self, step: Step, wording: Wording) -> Look:
        """How it looks when it has arrived, and its length where the channel takes little more, or less."""
        able, sender = wording.able, step.sender.identity if step.sender else ""
        shown = preview(
            wording.content,
            channel=Channel(step.channel),
            links=self._texts.links,
            values=wording.values,
            language=wording.language,
            sender=sender,
            is_transactional=self._is_transactional,
            has_buttons=able.has_buttons if able else None,
            has_images=able.has_images if able else None,
        )
        limit = kinds.facts(step.channel).text_limit
        length = Length(channel=Channel(step.channel), length=len(shown.message.text), limit=limit)
        return Look(
            person=self._contact,
            channel=Channel(step.channel),
            sender=sender,
            preview=shown,
            subject=marks.pieces(shown.subject, shown.missing),
            body=marks.pieces(shown.body, shown.missing),
            gaps=(),
            notes=(),
            sms=None,
            lengths=(length,) if limit and length.tone else (),
        )

    def refusal(self, step: Step, wording: Wording | None) -> Refusal | None:
        """What keeps the whole step from being sent."""
        if step.sender is None:
            return Refusal.NO_SENDER
        return of_sender(step.sender) or (None if wording else Refusal.NO_TEXT)


class _Postage:
    """Addresses letters, and says what each costs."""

    def __init__(self, suppressed: AbstractSet[tuple[str, str]], prices: PriceList) -> None:
        self._suppressed = suppressed
        self._prices = prices

    def letter(self, step: Step, person: TestPerson, look: Look | None) -> Letter:
        """What `step` sends to `person`."""
        kind = kinds.facts(step.channel).address_kind
        address = next((known.value for known in person.addresses.all() if known.kind == kind), "")
        known_hash = address_hash(kind, address) if address else ""
        measured = look.preview.measure if look else None
        parts = measured.parts if measured else 1
        country = phone_country(address) if kind == AddressKind.PHONE and address else ""
        price = self._prices.of(step.sender, country)
        return Letter(
            step=step,
            person=person,
            address=address,
            hash=known_hash,
            parts=parts,
            cost=None if price is None else price * parts,
            refusal=self._refusal(known_hash, step.channel),
        )

    def _refusal(self, known_hash: str, channel: str) -> Refusal | None:
        if not known_hash:
            return Refusal.NO_ADDRESS
        return Refusal.SUPPRESSED if is_among(self._suppressed, known_hash, channel) else None


def _suppressed(people: Sequence[TestPerson]) -> set[tuple[str, str]]:
    hashes = [address_hash(known.kind, known.value) for person in people for known in person.addresses.all()]
    return suppressed_among(hashes)


def suppressed_among(hashes: Sequence[str]) -> set[tuple[str, str]]:
    """Which of the addresses with `hashes` must not be messaged, each with the channel ('' is any).

    An unsubscribe counts for a test whatever the campaign's purpose is.
    """
    rows = Suppression.objects.active().filter(address_hash__in=hashes)
    return set(rows.values_list("address_hash", "channel"))


def is_among(suppressed: AbstractSet[tuple[str, str]], known_hash: str, channel: str) -> bool:
    """Must the address with `known_hash` not be messaged on `channel`?"""
    return not suppressed.isdisjoint({(known_hash, channel), (known_hash, "")})
