"""People who were sent a message with a link, and have a month to follow it."""

from datetime import timedelta

from campaigns.engine import clock
from channels.models import Account
from tests.bench.crowd import make_crowd
from tests.bench.filling import without_indexes
from tests.bench.inside import TABLES, put_inside, running_campaign
from tests.factories import StepPlan, make_account, make_sender


def wait_for_clicks(people: int, *, webhook_secret: str) -> Account:
    """Let so many contacts, who are made, wait for a click; gives the account by which they were sent their message.

    Nobody listens at its address. `webhook_secret` is what the vendor signs its reports with.
    """
    make_crowd(people)
    account = make_account(settings={"url": "http://127.0.0.1:9", "webhook_secret": webhook_secret})
    steps = [StepPlan(sender=make_sender(account=account), timeout=timedelta(days=30))]
    with without_indexes(*TABLES):
        put_inside(running_campaign(steps, now=clock.now()), people=people, decide_at="now() + interval '29 days'")
    return account
