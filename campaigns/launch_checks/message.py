"""Is there a text for every channel, and can it be filled?"""

from collections.abc import Iterator

from django.utils.translation import gettext

from campaigns import links, personalise, variables
from campaigns.blueprints import Blueprint
from campaigns.launch_checks.problem import Problem
from campaigns.models import Content
from channels import kinds
from channels.kinds import Channel


def message_problems(draft: Blueprint) -> Iterator[Problem]:
    """What is wrong with the texts and the link of the campaign."""
    if draft.texts.is_empty:
        yield Problem(anchor="message-text", sentence=gettext("Write the message."))
        return
    known = _known(draft)
    for content in draft.texts.contents:
        yield from content_problems(draft, content, known)
    yield from _missing(draft)
    yield from _link_problems(draft, known)


def content_problems(draft: Blueprint, content: Content, known: frozenset[str]) -> Iterator[Problem]:
    """What is wrong with one text; `known` are the names that its variables may have."""
    query = text_query(content.channel, content.language)
    facts = [kinds.facts(channel) for channel in draft.channels if content in draft.texts.usable_on(channel)]
    # What no channel of the chain shows is kept for one that may come back; the editor has no field for it now.
    subject = content.subject if any(fact.has_subject for fact in facts) else ""
    for anchor, text in (("message-text", content.text), ("message-subject", subject)):
        for problem in personalise.syntax_problems(text):
            yield Problem(anchor=anchor, sentence=problem.sentence, query=query)
        for problem in personalise.unknown_variables(text, known):
            # Whoever enrols people by API may send the value along.
            is_blocking = not variables.come_with_entries(draft.campaign)
            yield Problem(anchor=anchor, sentence=problem.sentence, query=query, is_blocking=is_blocking)
    has_button = content.button_label.strip() and any(fact.has_buttons for fact in facts)
    if has_button and not draft.texts.links:
        sentence = gettext("The button leads nowhere. Give the tracked link an address.")
        yield Problem(anchor="message-link_url", sentence=sentence, query=query)


def text_query(channel: str, language: str) -> str:
    """The part of the editor's address that opens the text for `channel` and `language`."""
    parts = (("text", channel), ("language", language))
    return "&".join(f"{name}={value}" for name, value in parts if value)


def _known(draft: Blueprint) -> frozenset[str]:
    written = [text for content in draft.texts.contents for text in (content.text, content.subject)]
    urls = [link.url for link in draft.texts.links]
    used = {name for text in (*written, *urls) for name in personalise.variables(text)}
    return variables.known(used, links=draft.texts.link_names)


def _missing(draft: Blueprint) -> Iterator[Problem]:
    for channel in draft.channels:
        usable, query = draft.texts.usable_on(channel), text_query(channel, "")
        general = draft.texts.used_on(channel)
        if general is None or not general.text.strip():
            sentence = gettext("There is no text for %(channel)s, and none for everyone.") % {"channel": channel.label}
            yield Problem(anchor="message-text", sentence=sentence, query=query)
            continue
        yield from (problem for content in usable for problem in _channel_problems(draft, channel, content, query))


def _channel_problems(draft: Blueprint, channel: Channel, content: Content, query: str) -> Iterator[Problem]:
    if kinds.facts(channel).has_subject and not content.subject.strip():
        sentence = gettext("%(channel)s needs a subject.") % {"channel": channel.label}
        # A notification without a title is poor, a mail without a subject is taken for spam.
        yield Problem(anchor="message-subject", sentence=sentence, query=query, is_blocking=channel is Channel.EMAIL)
    if channel is Channel.VOICE and draft.texts.links_used(content):
        sentence = gettext("Nobody can follow a link that is read aloud. Give Voice a text of its own, without it.")
        yield Problem(anchor="message-text", sentence=sentence, query=query, is_blocking=False)
    too_long = _too_long(channel, content)
    if too_long:
        yield Problem(anchor="message-text", sentence=too_long, query=query)


def _too_long(channel: Channel, content: Content) -> str:
    limit, length = kinds.facts(channel).text_limit, len(content.text)
    if not limit or length <= limit:
        return ""
    return gettext("%(channel)s takes at most %(limit)s characters; this text has %(length)s.") % {
        "channel": channel.label,
        "limit": limit,
        "length": length,
    }


def _link_problems(draft: Blueprint, known: frozenset[str]) -> Iterator[Problem]:
    used = {name for content in draft.texts.contents for name in draft.texts.links_used(content)}
    for name in sorted(used - {link.name for link in draft.texts.links}):
        sentence = gettext("The text has {{ %(name)s }} in it, but the tracked link has no address yet.")
        yield Problem(anchor="message-link_url", sentence=sentence % {"name": name})
    for link in draft.texts.links:
        yield from _address_problems(draft, link.url, known - draft.texts.link_names)


def _address_problems(draft: Blueprint, url: str, known: frozenset[str]) -> Iterator[Problem]:
    for sentence in links.validate_link(url):
        yield Problem(anchor="message-link_url", sentence=sentence)
    for problem in personalise.unknown_variables(url, known):
        is_blocking = not variables.come_with_entries(draft.campaign)
        yield Problem(anchor="message-link_url", sentence=problem.sentence, is_blocking=is_blocking)
