"""One worker's shift at one sender."""

from campaigns.engine import clock, ticking
from campaigns.engine.deliver import deliver
from campaigns.engine.shifts import Shift
from campaigns.engine.turns import turn
from campaigns.engine.wake import ADVANCE, DELIVER, URGENT, wake
from channels.models import Sender


def serve(sender_id: int, *, shift: Shift, is_urgent_only: bool = False) -> None:
    """Send what is queued for a sender, unless enough workers do; wake whoever goes on when the shift was too short.

    Where `is_urgent_only`, what transactional campaigns have queued.
    """
    with turn("urgent" if is_urgent_only else "deliver", sender_id) as is_mine:
        if not is_mine or not Sender.objects.filter(pk=sender_id).exists():
            return
        ticking.note_tick(clock.now())
        delivered = deliver(sender_id, shift=shift, is_urgent_only=is_urgent_only)
    if delivered.sent:
        wake(ADVANCE)
    if delivered.wait is not None and not delivered.wait:
        _go_on(sender_id, is_urgent_only)


def _go_on(sender_id: int, is_urgent_only: bool) -> None:
    if is_urgent_only:
        wake(URGENT)
    else:
        wake(DELIVER, sender_id)
