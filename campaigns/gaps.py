"""The variables of a text that have no words for people without a value, and how many such people there are."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

from campaigns import lacking, personalise
from campaigns.composing import UNSUBSCRIBE
from campaigns.lacking import Lack
from campaigns.models import Campaign, Content


@dataclass(frozen=True, kw_only=True)
class Gap:
    """A variable without words in its place. `is_here`: the person in the preview has no value for it.

    `lack` says how many of the audience have none, once that has been counted.
    """

    name: str
    is_here: bool
    lack: Lack | None

    @property
    def is_shown(self) -> bool:
        """Is there anything to tell, or still to find out?"""
        return self.is_here or self.lack is None or self.lack.people > 0


def gaps(campaign: Campaign, content: Content, *, missing: Collection[str], links: Collection[str]) -> list[Gap]:
    """The gaps of `content`: what is `missing` for the person in the preview, then what others may lack."""
    names = [name for name in dict.fromkeys([*missing, *_bare(content)]) if name not in {*links, UNSUBSCRIBE}]
    found = (Gap(name=name, is_here=name in missing, lack=lacking.remembered(campaign, name)) for name in names)
    return [gap for gap in found if gap.is_shown]


def _bare(content: Content) -> Iterator[str]:
    texts: Sequence[str] = (content.subject, content.text, content.button_label)
    for text in texts:
        for piece in personalise.parse(text).pieces:
            if isinstance(piece, personalise.Variable) and not piece.fallback:
                yield piece.name
