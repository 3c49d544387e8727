"""What the back office shows of the channels: senders, to look up. Accounts hold credentials and stay out of it."""

from typing import Any

from django.contrib import admin
from django.db.models import Model
from django.http import HttpRequest
from unfold.admin import ModelAdmin

from channels.models import Sender


class LookUp(ModelAdmin):
    """Rows to look at and never to change; a long table is not counted."""

    show_full_result_count = False
    list_per_page = 50
    actions = None

    def has_add_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """Rows come from the product alone."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """Nothing is changed behind the product's back."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Figures would no longer add up."""
        return False


@admin.register(Sender)
class SenderLookUp(LookUp):
    """Senders, and which are held. Their settings stay out: a vendor may want a secret there."""

    list_display = ("name", "channel", "identity", "account", "is_active", "held_at")
    list_filter = ("channel", "is_active")
    search_fields = ("name", "identity")
    exclude = ("settings",)
