"""How fast a sender may go now, shared by all workers."""

from django.db import models

from channels.models.accounts import Sender


class SenderState(models.Model):
    """A sender's token bucket and circuit breaker, apart from its settings because it changes all the time.

    `tokens` are the messages it may send at `tokens_at`; they refill at the sender's rate up to one
    second's worth. After failures nothing is claimed before `closed_until`, and then one message is tried first.
    """

    sender = models.OneToOneField(Sender, on_delete=models.CASCADE, primary_key=True, related_name="state")
    tokens = models.FloatField(default=0)
    tokens_at = models.DateTimeField()
    failures_in_a_row = models.PositiveIntegerField(default=0)
    closed_until = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"{self.sender_id}"
