"""Can every step be sent, and can its success come true?"""

from collections.abc import Iterator

from django.utils.translation import gettext

from campaigns import conditions, drafting, sentences
from campaigns.blueprints import Blueprint
from campaigns.launch_checks.audience import unreadable
from campaigns.launch_checks.problem import Problem
from campaigns.models import Route, Step
from channels.models import Sender


def chain_problems(draft: Blueprint) -> Iterator[Problem]:
    """What is wrong with the routes and their steps, route by route."""
    for route in draft.routes:
        yield from _route_problems(route)
        for step in route.steps.all():
            yield from step_problems(draft, step)


def step_problems(draft: Blueprint, step: Step) -> Iterator[Problem]:
    """What is wrong with one step."""
    refusal = condition_refusal(draft, step)
    found = {
        "sender": _sender_problem(step.sender),
        "condition": refusal.sentence if refusal else "",
        "timeout": drafting.timeout_problem(step.timeout),
    }
    where = gettext("Step %(number)s, %(title)s") % {
        "number": step.position + 1,
        "title": sentences.step_title(step),
    }
    for part, sentence in found.items():
        if sentence:
            anchor = f"step-{step.pk}-{part}"
            yield Problem(anchor=anchor, sentence=sentence, query=f"route={step.route_id}", where=where)


def condition_refusal(draft: Blueprint, step: Step) -> conditions.Refusal | None:
    """Why the success of `step` can never come true, None where it can.

    Before anything is written a link is taken for granted: the text usually comes after the chain.
    """
    has_link = draft.texts.is_empty or draft.texts.has_link(step.channel)
    signals = conditions.signals_of(channel=step.channel, sender=step.sender, has_link=has_link)
    return conditions.refusal(step.condition, signals, source=sentences.step_title(step))


def _route_problems(route: Route) -> Iterator[Problem]:
    query, anchor = f"route={route.pk}", "chain"
    if route.segment is not None and route.segment.archived_at is not None:
        sentence = gettext("The segment “%(segment)s” was archived. Remove its route.") % {
            "segment": route.segment.name
        }
        yield Problem(anchor=anchor, sentence=sentence, query=query)
    elif route.segment is not None and unreadable(route.segment):
        yield Problem(anchor=anchor, sentence=unreadable(route.segment), query=query)
    if not route.steps.all():
        sentence = gettext("Add a step.")
        if route.segment is not None:
            sentence = gettext("The route for “%(segment)s” has no step.") % {"segment": route.segment.name}
        yield Problem(anchor=anchor, sentence=sentence, query=query)


def _sender_problem(sender: Sender | None) -> str:
    if sender is None:
        return gettext("Choose who sends this step.")
    if sender.archived_at or sender.account.archived_at:
        return gettext("%(sender)s is no longer there. Choose another sender.") % {"sender": sender.name}
    if not (sender.is_active and sender.account.is_active):
        return gettext("%(sender)s is switched off. Choose another sender, or ask an admin to switch it on.") % {
            "sender": sender.name
        }
    if sender.held_at:
        return gettext("%(sender)s is held: %(reason)s") % {"sender": sender.name, "reason": sender.held_reason}
    return ""
