"""What a text takes as an SMS, while it is written: parts, price, and the characters to blame."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from campaigns import prices, sms_words
from campaigns.models import Content, Installation
from channels import sms_text
from channels.models import Sender
from channels.sms_text import CostlyCharacter, SmsEncoding, SmsMeasure

# So much of the text around a costly character that one finds it again.
_AROUND = 12


@dataclass(frozen=True, kw_only=True)
class CostlySign:
    """A character that forces UCS-2: `words` say what it is, `before` and `after` where it first stands.

    `replacement` is "" where there is none, or where it is best left out: `can_go` tells these apart.
    """

    character: str
    words: str
    is_seen: bool
    before: str
    after: str
    replacement: str
    can_go: bool


@dataclass(frozen=True, kw_only=True)
class SmsLook:
    """What the text takes as an SMS. `costly` are its own characters that force UCS-2, each once.

    With their plain equivalents it would take `cheaper_parts`; None where that saves nothing. `is_by_name`
    says that not the text but a value of this person, such as the name, asks for UCS-2. `price` is for one person.
    """

    measure: SmsMeasure
    costly: Sequence[CostlySign]
    cheaper_parts: int | None
    is_by_name: bool
    price: Decimal | None
    currency: str

    @property
    def is_unicode(self) -> bool:
        """Does it take UCS-2, where a part is less than half as long?"""
        return self.measure.encoding is SmsEncoding.UCS2

    @property
    def is_mendable(self) -> bool:
        """Would replacing its own characters bring it back to GSM-7, or save a part?"""
        return self.cheaper_parts is not None or (bool(self.costly) and all(sign.can_go for sign in self.costly))


def look_as_sms(
    content: Content, *, measured: Callable[[Content], SmsMeasure], sender: Sender | None, country: str
) -> SmsLook:
    """What `content` takes from `sender` to somebody in `country`; `measured` fills a content and measures it."""
    own, now = sms_text.measure(content.text).costly, measured(content)
    cheap = measured(Content(text=sms_text.cheapened(content.text))) if own else now
    price = prices.load_prices([sender]).of(sender, country)
    return SmsLook(
        measure=now,
        costly=_signs(content.text, own),
        cheaper_parts=cheap.parts if cheap.parts < now.parts else None,
        is_by_name=now.encoding is SmsEncoding.UCS2 and not own,
        price=price * now.parts if price is not None else None,
        currency=Installation.current().reporting_currency,
    )


def _signs(text: str, costly: Sequence[CostlyCharacter]) -> tuple[CostlySign, ...]:
    first: dict[str, CostlyCharacter] = {}
    for one in costly:
        first.setdefault(one.character, one)
    return tuple(_sign(text, one) for one in first.values())


def _sign(text: str, one: CostlyCharacter) -> CostlySign:
    end = one.position + len(one.character)
    return CostlySign(
        character=one.character,
        words=sms_words.in_words(one.character),
        is_seen=sms_words.is_seen(one.character),
        before=text[max(0, one.position - _AROUND) : one.position],
        after=text[end : end + _AROUND],
        replacement=one.replacement,
        can_go=one.has_replacement,
    )
