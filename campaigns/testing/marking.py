"""The mark by which whoever gets a test message knows it for one."""

from copy import copy

from campaigns.models import Content
from channels import kinds

MARK = "[Test] "


def marked(content: Content, channel: str) -> Content:
    """A copy of `content` with the mark in front: of the subject on `channel` where it has one, else of the text."""
    tested = copy(content)
    if kinds.facts(channel).has_subject and content.subject:
        tested.subject = MARK + content.subject
    else:
        tested.text = MARK + content.text
    return tested
