"""Fill the demo: one account for each role."""

from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.db import transaction

from campaigns.models import User
from campaigns.permissions import Role, set_roles
from campaigns.sign_in import trust_address


class Command(BaseCommand):
    """Make what the demo shows, once; what is there already stays as it is."""

    help = "Load the demo's sample, unless it is there already."

    def add_arguments(self, parser: CommandParser) -> None:
        """Take the password that the demo's accounts get."""
        parser.add_argument("--password", required=True, help="the password of the demo's accounts")

    @transaction.atomic
    def handle(self, *args: Any, **options: Any) -> None:
        """Make the accounts that are missing."""
        for role in Role:
            email = f"{role.value}@demo.cascade"
            if not User.objects.filter(email=email).exists():
                user = User.objects.create_user(email, options["password"], first_name=str(role.label))
                set_roles(user=user, roles=[role])
                trust_address(user)
