"""The domain: contacts, segments, campaigns, the engine, and their pages."""

from django.apps import AppConfig
from django.db.backends.signals import connection_created
from django.db.models.signals import post_migrate

from campaigns.dead_peers import give_up_silence
from campaigns.instants import read_fast
from campaigns.lookups import register_lookups
from campaigns.operations.publishing import date_tasks
from campaigns.planning import plan_once


class CampaignsConfig(AppConfig):
    """Everything between a contact file and a report."""

    name = "campaigns"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Make the roles and periodic tasks whenever the tables have been migrated; have Celery's processes be seen."""
        from campaigns.operations.alerts import look_when_due  # noqa: PLC0415  models are not loaded when this module is
        from campaigns.operations.pulses import show_pulses  # noqa: PLC0415  the same
        from campaigns.permissions import create_roles  # noqa: PLC0415  the same
        from campaigns.schedule import write_schedule  # noqa: PLC0415  the same

        register_lookups()
        connection_created.connect(read_fast)
        connection_created.connect(plan_once)
        connection_created.connect(give_up_silence)
        post_migrate.connect(create_roles, sender=self)
        post_migrate.connect(write_schedule, sender=self)
        date_tasks()
        show_pulses(look_when_due)
