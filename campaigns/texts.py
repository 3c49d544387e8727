"""Which of a version's texts a channel uses, and whether a person can follow a link in it."""

from collections.abc import Sequence
from dataclasses import dataclass

from campaigns import personalise
from campaigns.composing import NoContent, pick_content
from campaigns.models import CampaignVersion, Content, Link


@dataclass(frozen=True, kw_only=True)
class Texts:
    """The contents and the tracked links of a version."""

    contents: Sequence[Content]
    links: Sequence[Link]

    @property
    def is_empty(self) -> bool:
        """Has nobody written anything yet?"""
        return not any(content.text.strip() for content in self.contents)

    @property
    def link_names(self) -> frozenset[str]:
        """The names by which links stand in texts; `link` is one before it has an address."""
        return frozenset({"link"}.union(link.name for link in self.links))

    def find(self, channel: str = "", language: str = "") -> Content | None:
        """The text written for exactly this `channel` and `language` ('' is any), None where there is none."""
        wanted = (channel, language)
        return next((content for content in self.contents if (content.channel, content.language) == wanted), None)

    def used_on(self, channel: str, language: str = "") -> Content | None:
        """The text that a person who reads `language` gets on `channel`; None where there is none."""
        try:
            return pick_content(self.contents, channel, language)
        except NoContent:
            return None

    def usable_on(self, channel: str) -> list[Content]:
        """Every text that somebody may get on `channel`, whatever their language."""
        own = [content for content in self.contents if content.channel == channel]
        if self.find(channel):
            return own
        return own + [content for content in self.contents if not content.channel]

    def has_link(self, channel: str) -> bool:
        """Does everybody on `channel` get a link? Where the texts have none in them, it is put below (composing.py)."""
        texts = self.usable_on(channel)
        return bool(self.links) or (bool(texts) and all(self.links_used(content) for content in texts))

    def links_used(self, content: Content) -> list[str]:
        """The names of the links that stand in the text of `content`."""
        return [name for name in personalise.variables(content.text) if name in self.link_names]


def load(version: CampaignVersion) -> Texts:
    """The texts and links of `version`."""
    return Texts(
        contents=list(version.contents.filter(variant="").order_by("channel", "language")),
        links=list(version.links.all()),
    )
