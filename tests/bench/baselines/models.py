"""What a tutorial's sender keeps: people, and a row for each message."""

import uuid

from django.db import models


class Person(models.Model):
    """Somebody to send to."""

    first_name = models.CharField(max_length=100)
    phone = models.CharField(max_length=20)

    objects: "models.Manager[Person]" = models.Manager()

    class Meta:
        app_label = "baselines"

    def __str__(self) -> str:
        return self.phone


class Sending(models.Model):
    """A message of one step, and whether it was taken."""

    person = models.ForeignKey(Person, on_delete=models.CASCADE)
    step = models.PositiveSmallIntegerField()
    key = models.UUIDField(default=uuid.uuid4, unique=True)
    status = models.CharField(max_length=10, default="sending")
    sent_at = models.DateTimeField(null=True)

    objects: "models.Manager[Sending]" = models.Manager()

    class Meta:
        app_label = "baselines"

    def __str__(self) -> str:
        return str(self.key)
