"""What the back office shows of the domain, and which tables of the libraries it keeps hidden."""

from typing import Any

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.contrib import admin
from django.contrib.auth.models import Group
from django.forms import Form
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from django_celery_beat import admin as beat
from django_celery_beat.models import ClockedSchedule, CrontabSchedule, IntervalSchedule, PeriodicTask, SolarSchedule
from unfold.admin import ModelAdmin
from unfold.widgets import UnfoldAdminSelectWidget, UnfoldAdminTextInputWidget

from campaigns.models import AuditEntry, Campaign, Enrolment, Message, User
from campaigns.sign_in import trust_address
from channels.admin import LookUp

# Roles are made by the code, the rest holds secrets or belongs to other pages.
for hidden in (Authenticator, EmailAddress, Group, SolarSchedule, ClockedSchedule):
    admin.site.unregister(hidden)
for themed in (PeriodicTask, CrontabSchedule, IntervalSchedule):
    admin.site.unregister(themed)


@admin.register(User)
class BackOfficeUser(ModelAdmin):
    """Users and superusers. They are made on the team page, which also hands over the link for the password."""

    list_display = ("email", "first_name", "last_name", "is_active", "is_superuser", "last_login")
    list_filter = ("is_active", "is_superuser", "groups")
    search_fields = ("email", "first_name", "last_name")
    ordering = ("email",)
    readonly_fields = ("last_login", "date_joined")
    filter_horizontal = ("groups",)
    fieldsets = (
        (None, {"fields": ("email", "first_name", "last_name", "language", "time_zone")}),
        (_("Permissions"), {"fields": ("is_active", "is_superuser", "groups")}),
        (_("Dates"), {"fields": ("last_login", "date_joined")}),
    )

    def save_model(self, request: HttpRequest, obj: User, form: Form, change: bool) -> None:
        """Save, and let the changed address be the one to sign in with."""
        super().save_model(request, obj, form, change)
        trust_address(obj)

    def has_add_permission(self, request: HttpRequest) -> bool:
        """The team page invites."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Who leaves is deactivated, so that what they did keeps their name."""
        return False


class BeatTaskSelect(UnfoldAdminSelectWidget, beat.TaskSelectWidget):
    """The names of the tasks that the workers know."""


class BeatTaskForm(beat.PeriodicTaskForm):
    """A scheduled task, its name chosen from a list or typed."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["task"].widget = UnfoldAdminTextInputWidget()
        self.fields["regtask"].widget = BeatTaskSelect()


@admin.register(PeriodicTask)
class BeatTask(beat.PeriodicTaskAdmin, ModelAdmin):
    """What the beat wakes, and when it last did."""

    form = BeatTaskForm


@admin.register(CrontabSchedule)
class BeatCrontab(beat.CrontabScheduleAdmin, ModelAdmin):
    """Schedules like those of cron."""


@admin.register(IntervalSchedule)
class BeatInterval(beat.IntervalScheduleAdmin, ModelAdmin):
    """Every so many seconds, minutes, hours."""


@admin.register(AuditEntry)
class AuditLookUp(LookUp):
    """Who changed what."""

    list_display = ("at", "actor", "verb", "subject_kind", "subject_id")
    list_filter = ("verb", "subject_kind")
    list_select_related = ("actor",)
    ordering = ("-id",)


@admin.register(Campaign)
class CampaignLookUp(LookUp):
    """Campaigns and their states."""

    list_display = ("name", "kind", "status", "held_at", "launched_at", "ended_at")
    list_filter = ("status", "kind")
    search_fields = ("name",)
    ordering = ("-id",)


@admin.register(Enrolment)
class EnrolmentLookUp(LookUp):
    """One contact's passage; searched by its id or the contact's."""

    list_display = ("id", "campaign", "contact_id", "step_position", "next_at", "outcome", "ended_at")
    list_filter = ("outcome",)
    list_select_related = ("campaign",)
    search_fields = ("=id", "=contact__id")
    raw_id_fields = ("campaign", "version", "route", "contact")
    ordering = ("-id",)


@admin.register(Message)
class MessageLookUp(LookUp):
    """One step of one passage; searched by its id or its enrolment's."""

    list_display = ("id", "campaign", "channel", "status", "skip_reason", "hold_reason", "accepted_at", "fate")
    list_filter = ("status", "channel")
    list_select_related = ("campaign",)
    search_fields = ("=id", "=enrolment__id")
    raw_id_fields = ("campaign", "enrolment", "step", "sender")
    ordering = ("-id",)
