"""A campaign that is sent as fast as it goes while some of its people follow their link."""

import asyncio
import time
from collections.abc import Mapping
from datetime import timedelta

from campaigns.engine.launch import launch
from campaigns.models import Campaign
from campaigns.models.campaigns import CampaignStatus
from tests.bench.crowd import make_crowd
from tests.bench.gateway import draft, gateway_sender
from tests.bench.load import Asker, Request
from tests.bench.selected import selected
from tests.bench.sink import Sink
from tests.factories import StepPlan

STEPS = 3
WINDOW = timedelta(seconds=5)
# So many clicks of each sort in each look.
CLICKS = 5
LOOK_EVERY_S = 0.5
PATIENCE_S = 1200

# A click within two seconds of the acceptance would be taken for a machine's.
CLICKABLE = """
JOIN campaigns_message sent ON sent.enrolment_id = e.id AND sent.status = 'accepted'
    AND sent.accepted_at < cascade_now() - interval '2.5 seconds'
JOIN campaigns_attempt a ON a.message_id = sent.id AND a.live_hash IS NOT NULL
WHERE e.outcome = '' AND NOT e.id = ANY(%(before)s)
"""
NEXT_IN_THE_QUEUE = f"""
SELECT e.id, a.token FROM (
    SELECT enrolment_id FROM campaigns_message
    WHERE status IN ('queued', 'claimed') AND sender_id = %(sender)s AND campaign_id = %(campaign)s
    ORDER BY available_at, id LIMIT 2000
) AS next JOIN campaigns_enrolment e ON e.id = next.enrolment_id {CLICKABLE} LIMIT %(clicks)s
"""
NEXT_TO_TIME_OUT = f"""
SELECT e.id, a.token FROM (
    SELECT * FROM campaigns_enrolment WHERE outcome = '' AND next_at > cascade_now() ORDER BY next_at LIMIT 200
) AS e {CLICKABLE} LIMIT %(clicks)s
"""


class Clickers:
    """Who clicks: each once, as soon as they are found."""

    def __init__(self, *, campaign_id: int, sender_id: int, asker: Asker, runner: asyncio.Runner) -> None:
        self._asker = asker
        self._runner = runner
        self._values = {"campaign": campaign_id, "sender": sender_id, "clicks": CLICKS}
        self.answered_at: dict[int, float] = {}

    def click(self) -> None:
        """Let some follow their link, all at once."""
        for query in (NEXT_IN_THE_QUEUE, NEXT_TO_TIME_OUT):
            chosen = dict(selected(query, {**self._values, "before": list(self.answered_at)}))
            self.answered_at.update(self._runner.run(self._follow(chosen)))

    async def _follow(self, tokens: Mapping[int, str]) -> dict[int, float]:
        asking = [
            self._asker.ask(enrolment_id, Request(path=f"/c/{token}0"), due_at=time.time())
            for enrolment_id, token in tokens.items()
        ]
        answers = await asyncio.gather(*asking)
        assert all(one.is_success for one in answers), "a click was not answered"
        return {one.number: one.answered_at for one in answers}


def send_and_click(people: int, vendor: Sink, asker: Asker, runner: asyncio.Runner) -> dict[int, float]:
    """Send a campaign for so many `people`, who are made, to its end, with clicks.

    Gives when the click of each enrolment was answered.
    """
    make_crowd(people)
    sender = gateway_sender(vendor)
    campaign = draft([StepPlan(sender=sender, timeout=WINDOW) for _ in range(STEPS)])
    clickers = Clickers(campaign_id=campaign.pk, sender_id=sender.pk, asker=asker, runner=runner)
    launch(campaign=campaign, actor=None)
    gives_up_at = time.monotonic() + PATIENCE_S
    while Campaign.objects.filter(pk=campaign.pk).exclude(status=CampaignStatus.FINISHED).exists():
        assert time.monotonic() < gives_up_at, "the campaign does not come to its end"
        clickers.click()
        time.sleep(LOOK_EVERY_S)
    return clickers.answered_at
