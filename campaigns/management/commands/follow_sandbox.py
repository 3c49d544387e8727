"""Have accounts at this installation's sandbox find it again."""

from typing import Any

from django.core.management.base import BaseCommand

from campaigns.sandbox_account import follow_sandbox
from channels import own_sandbox


class Command(BaseCommand):
    """Tell the accounts at the sandbox where it listens this time."""

    help = "Let accounts at this installation's own sandbox follow it to another port."

    def handle(self, *args: Any, **options: Any) -> None:
        """Change their address, where there is a sandbox."""
        if own_sandbox.is_there():
            follow_sandbox()
