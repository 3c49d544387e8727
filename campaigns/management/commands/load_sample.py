"""Fill the demo."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from campaigns.sample.loading import load_sample


class Command(BaseCommand):
    """Make what the demo shows, once; what is there already stays as it is."""

    help = "Load the demo's sample, unless it is there already."

    def add_arguments(self, parser: CommandParser) -> None:
        """Take the password that the demo's accounts get."""
        parser.add_argument("--password", required=True, help="the password of the demo's accounts")

    def handle(self, *args: Any, **options: Any) -> None:
        """Load it, or say that it is there."""
        if not settings.SANDBOX_URL:
            raise CommandError("The sample needs the sandbox: CASCADE_SANDBOX_URL says where it listens.")
        is_new = load_sample(password=options["password"])
        self.stdout.write("The sample is loaded." if is_new else "The sample is there already.")
