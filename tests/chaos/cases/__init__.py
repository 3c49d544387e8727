"""The cases, by name, in the order in which they run."""

from collections.abc import Callable

from tests.chaos.cases.kills import (
    kill_after_claim,
    kill_after_flush,
    kill_before_flush,
    kill_mid_http,
    kill_mid_http_keyed,
    kill_urgent_mid_http,
)
from tests.chaos.cases.operators import clock_jumps, pause_resume_cancel, stop_racing_timer
from tests.chaos.cases.pumps import broker_away, broker_emptied, downtime, kill_beat, postgres_stopped, two_beats
from tests.chaos.cases.reports import kill_web, receipts_in_any_order
from tests.chaos.cases.vendors import vendor_429, vendor_500, vendor_half_an_answer, vendor_reset, vendor_silent
from tests.chaos.scene import Scene

Case = Callable[[Scene], None]

CASES: dict[str, Case] = {
    case.__name__: case
    for case in (
        kill_after_claim,
        kill_mid_http,
        kill_mid_http_keyed,
        kill_urgent_mid_http,
        kill_before_flush,
        kill_after_flush,
        kill_beat,
        two_beats,
        kill_web,
        postgres_stopped,
        broker_emptied,
        broker_away,
        vendor_500,
        vendor_429,
        vendor_silent,
        vendor_half_an_answer,
        vendor_reset,
        receipts_in_any_order,
        stop_racing_timer,
        pause_resume_cancel,
        clock_jumps,
        downtime,
    )
}
