"""Webhooks as they came."""

from django.db import models


class InboundRequest(models.Model):
    """A vendor's verified webhook, stored once before it is answered, partitioned by arrival.

    The table is made by SQL in the migration: Django cannot declare partitions. `account_id` is not
    constrained (decision 0003): a partition must be dropped fast, and accounts are only archived.
    """

    class State(models.TextChoices):
        """Where the request is."""

        NEW = "new"
        # Some of its events name messages that we do not know yet; tried again at `retry_at`.
        WAITING = "waiting"
        DONE = "done"
        # It could not be read; `error` says why. Kept, never tried again by itself.
        FAILED = "failed"

    pk = models.CompositePrimaryKey("received_at", "id")
    id = models.BigIntegerField()
    received_at = models.DateTimeField()
    account_id = models.BigIntegerField()
    method = models.CharField(max_length=8)
    path = models.TextField()
    query = models.JSONField(default=dict)
    headers = models.JSONField(default=dict)
    body = models.BinaryField()
    state = models.CharField(max_length=10, choices=State, default=State.NEW)
    retry_at = models.DateTimeField()
    tries = models.PositiveSmallIntegerField(default=0)
    error = models.TextField(blank=True)

    class Meta:
        managed = False
        db_table = "channels_inboundrequest"

    def __str__(self) -> str:
        return f"{self.account_id} {self.received_at}"
