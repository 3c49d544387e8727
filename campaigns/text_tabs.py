"""The tabs of the message: whom a text is written for by language, and by channel within that language."""

from collections.abc import Collection
from dataclasses import dataclass

from django.utils.translation import gettext

from campaigns.audience.places import language_label
from campaigns.blueprints import Blueprint
from campaigns.launch_checks.message import text_query
from channels import kinds
from channels.kinds import Channel


@dataclass(frozen=True, kw_only=True)
class TextTab:
    """A tab that opens the text for `channel` in `language` ('' is any).

    `has_own` says whether a text was written for it, `has_problem` whether there is something to mend behind it.
    """

    channel: str
    language: str
    label: str
    icon: str
    is_current: bool
    has_own: bool
    has_problem: bool


@dataclass(frozen=True, kw_only=True)
class TextTabs:
    """The two rows of tabs: `languages`, and the `channels` of the language that is open."""

    languages: list[TextTab]
    channels: list[TextTab]


def text_tabs(blueprint: Blueprint, opened: tuple[str, str], queries: Collection[str]) -> TextTabs:
    """The tabs of the message of `blueprint`.

    Takes the channel and the language whose text is open, and the queries (launch_checks/message.py) of the texts with
    problems.
    """
    written = [(content.channel, content.language) for content in blueprint.texts.contents]
    in_chain = [channel.value for channel in blueprint.channels]
    asked = {*written, *((channel, "") for channel in in_chain)} - {("", "")}
    rows = _Rows(opened=opened, written=written, bad={text for text in asked if text_query(*text) in queries})
    languages = ["", *(language for _, language in written), opened[1]]
    channels = ["", *in_chain, *(channel for channel, language in written if language == opened[1]), opened[0]]
    return TextTabs(
        languages=[rows.of_language(language) for language in dict.fromkeys(languages)],
        channels=[rows.of_channel(channel) for channel in dict.fromkeys(channels)],
    )


@dataclass(frozen=True, kw_only=True)
class _Rows:
    opened: tuple[str, str]
    written: Collection[tuple[str, str]]
    bad: Collection[tuple[str, str]]

    def of_language(self, language: str) -> TextTab:
        return TextTab(
            channel="",
            language=language,
            label=language_label(language) if language else gettext("Everyone"),
            icon="language" if language else "users",
            is_current=language == self.opened[1],
            has_own=any(of == language for _, of in self.written),
            has_problem=any(of == language for _, of in self.bad),
        )

    def of_channel(self, channel: str) -> TextTab:
        text = (channel, self.opened[1])
        return TextTab(
            channel=channel,
            language=self.opened[1],
            label=str(Channel(channel).label) if channel else gettext("All channels"),
            icon=kinds.facts(channel).icon if channel else "affiliate",
            is_current=text == self.opened,
            has_own=text in self.written,
            has_problem=text in self.bad,
        )
