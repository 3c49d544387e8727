"""What can be done to a draft: one function for each thing, the same for pages, API and samples.

Every verb locks the campaign and refuses with NotADraft when it is none any more; `seen` is the
campaign's `updated_at` as the caller knew it, and ChangedMeanwhile is raised where it has moved on.
Limits, the end and a step's sender may change while a campaign runs (DESIGN §3.9): those are audited.
"""

from campaigns.drafting.chains import add_step, change_step, duplicate_step, set_timeout, timeout_problem
from campaigns.drafting.content import remove_content, set_link, write_content
from campaigns.drafting.copying import copy
from campaigns.drafting.drafts import archive, change_audience, create, delete
from campaigns.drafting.following import follow_recipe
from campaigns.drafting.limits import (
    Limits,
    RunningLimits,
    change_running_limits,
    change_sender,
    set_limits,
    set_schedule,
)
from campaigns.drafting.opening import ChangedMeanwhile, DraftRefused, NotADraft, acting
from campaigns.drafting.ordering import arrange_steps, move_step, order_by_price
from campaigns.drafting.removing import RemovedStep, remove_step, restore_step
from campaigns.drafting.routes import add_route, move_route, remove_route
from campaigns.drafting.starting import start

__all__ = [
    "ChangedMeanwhile",
    "DraftRefused",
    "Limits",
    "NotADraft",
    "RemovedStep",
    "RunningLimits",
    "acting",
    "add_route",
    "add_step",
    "archive",
    "arrange_steps",
    "change_audience",
    "change_running_limits",
    "change_sender",
    "change_step",
    "copy",
    "create",
    "delete",
    "duplicate_step",
    "follow_recipe",
    "move_route",
    "move_step",
    "order_by_price",
    "remove_content",
    "remove_route",
    "remove_step",
    "restore_step",
    "set_limits",
    "set_link",
    "set_schedule",
    "set_timeout",
    "start",
    "timeout_problem",
    "write_content",
]
