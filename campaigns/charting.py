"""What the charts of a campaign's page are drawn from, as plain values for JSON: words, figures, names of colours.

static/js/charts.js draws them; the same figures stand in the page's tables. A colour means a channel or an outcome.
"""

from collections.abc import Sequence
from itertools import accumulate
from typing import Any

from django.urls import reverse
from django.utils.formats import date_format
from django.utils.http import urlencode
from django.utils.timezone import localtime
from django.utils.translation import gettext, pgettext

from campaigns.asked_languages import write_language
from campaigns.models import Campaign, Outcome
from campaigns.models.campaigns import CampaignKind
from campaigns.reports_flow import FlowNode, FlowPicture, NodeKind
from campaigns.reports_part import Part
from campaigns.reports_series import Point, Series, Unit
from campaigns.reports_watch import OUTCOME_COLOURS
from campaigns.wording import number
from channels import kinds

_GREY = "secondary"
_FIGURES = {
    NodeKind.AUDIENCE: "audience",
    NodeKind.STEP: "entered",
    NodeKind.SKIPPED: "skipped",
    NodeKind.WAITING: "waiting",
    NodeKind.BETWEEN: "between",
}


def flow_chart(picture: FlowPicture, campaign: Campaign, part: Part, *, has_lists: bool) -> dict[str, Any]:
    """The flow of `part` of a campaign; with `has_lists` a node leads to the people behind it."""
    names = {node.key: node_title(node) for node in picture.nodes}
    nodes = [
        {
            "name": node.key,
            "title": _short_title(node),
            "figure": number(node.people),
            "spoken": f"{names[node.key]}: {number(node.people)}",
            "colour": node_colour(node),
            "isFaint": node.kind is NodeKind.JUNCTION,
            "address": _address(node, campaign, part) if has_lists else "",
        }
        for node in picture.nodes
    ]
    links = [
        {
            "source": link.source,
            "target": link.target,
            "value": link.people,
            "spoken": f"{names[link.source]} → {names[link.target]}: {number(link.people)}",
        }
        for link in picture.links
    ]
    return {"kind": "flow", "nodes": nodes, "links": links}


def lines_chart(series: Series, campaign: Campaign) -> dict[str, Any]:
    """The lines over time: what happened in each point, or so far in a campaign of kind once.

    There most happens in the first hour, beside which all others would be flat, and all people enter in it.
    """
    acted, sent = [point.acted for point in series.points], [point.sent for point in series.points]
    if campaign.kind == CampaignKind.ONCE:
        lines = [
            _line(gettext("Acted so far"), list(accumulate(acted)), "green", "solid"),
            _line(gettext("Sent so far"), list(accumulate(sent)), "", "dashed"),
        ]
    else:
        lines = [
            _line(gettext("Acted"), acted, "green", "solid"),
            _line(pgettext("figure", "Sent"), sent, "", "dashed"),
            _line(gettext("Entered"), [point.entered for point in series.points], _GREY, "dotted"),
        ]
    moments = [moment(point, series.unit) for point in series.points]
    return {"kind": "lines", "moments": moments, "lines": lines}


def moment(point: Point, unit: Unit) -> str:
    """When a point begins, as the reader's language says it."""
    at = localtime(point.begins_at)
    day = date_format(at, "MONTH_DAY_FORMAT")
    return day if unit is Unit.DAY else f"{day}, {date_format(at, 'TIME_FORMAT')}"


def node_title(node: FlowNode) -> str:
    """What a node is called."""
    step = {"number": (node.position or 0) + 1}
    match node.kind:
        case NodeKind.STEP:
            return f"{step['number']}. {kinds.Channel(node.channel).label}"
        case NodeKind.SKIPPED:
            return gettext("Skipped at step %(number)s") % step
        case NodeKind.JUNCTION:
            return gettext("On from step %(number)s") % step
        case NodeKind.OUTCOME:
            return _outcome_title(node.outcome)
    return {
        NodeKind.AUDIENCE: gettext("Audience"),
        NodeKind.LEFT: gettext("No further step"),
        NodeKind.WAITING: gettext("Waiting"),
        NodeKind.BETWEEN: gettext("Before their next step"),
    }[node.kind]


def _short_title(node: FlowNode) -> str:
    """What stands beside the node in the picture, which shows itself behind which step it is."""
    if node.kind is NodeKind.JUNCTION:
        return ""
    return pgettext("figure", "Skipped") if node.kind is NodeKind.SKIPPED else node_title(node)


def _outcome_title(outcome: Outcome | None) -> str:
    return str(outcome.label) if outcome and outcome is not Outcome.ENGAGED else gettext("Acted")


def _line(title: str, values: Sequence[int], colour: str, dash: str) -> dict[str, Any]:
    return {"title": title, "values": values, "colour": colour, "dash": dash}


def node_colour(node: FlowNode) -> str:
    """The name of the colour of a node: its channel's or its outcome's."""
    if node.kind is NodeKind.STEP:
        return kinds.facts(node.channel).colour
    return OUTCOME_COLOURS[node.outcome] if node.outcome else _GREY


def _address(node: FlowNode, campaign: Campaign, part: Part) -> str:
    """Where the people of a node are listed; '' where no list has just these."""
    figure = f"outcome_{node.outcome.value}" if node.outcome else _FIGURES.get(node.kind, "")
    if not figure or len(node.steps) > 1:
        return ""
    route, key = node.steps[0] if node.steps else (part.route_id, "")
    asked = {"figure": figure, "step": key, "route": route, "language": write_language(part.language)}
    query = urlencode({name: value for name, value in asked.items() if value})
    return f"{reverse('campaign_people', args=[campaign.pk])}?{query}"
