"""Play the demo's past."""

import os
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import connection

from campaigns.rubbish import look_for_rubbish_less
from campaigns.sample.history.markets import MARKETS
from campaigns.sample.history.year import play_year

# Whoever looks at the demo meanwhile comes first.
NICENESS = 10


class Command(BaseCommand):
    """Play the year of one market, or what is left of it; a process for each can run at once."""

    # The processes of the demo that was just started have no fault that this one would find.
    requires_system_checks = ()

    help = "Play a year of campaigns of one market of the demo, unless it has been played."

    def add_arguments(self, parser: CommandParser) -> None:
        """Take the market."""
        parser.add_argument("market", choices=sorted(MARKETS), help="the market whose year is played")

    def handle(self, *args: Any, **options: Any) -> None:
        """Play, and say that it is over."""
        if not settings.HAS_HISTORY:
            raise CommandError("Only the demo has a history, and CASCADE_DEMO_HISTORY=off does without one.")
        os.nice(NICENESS)
        look_for_rubbish_less()
        with connection.cursor() as cursor:
            # What a crash of PostgreSQL would take along, of less than a second, is played again.
            cursor.execute("SET synchronous_commit = off")
        play_year(MARKETS[options["market"]])
        self.stdout.write("The year is played.")
