"""Every page of the product, what it may cost, and what else answers at an address.

A new address belongs into one of the four tables, or tests fail; so does a page that has become dearer than it says.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from django.urls import URLPattern, URLResolver, get_resolver, reverse

from tests.pages.inhabited import Inhabited


@dataclass(frozen=True)
class Page:
    """A page: the name of its address, and which of `Inhabited.args` stand in it.

    It may make so many `queries`, and its HTML may have so many `kilobytes` when compressed, both with full lists.
    What most pages need not exceed is not repeated. `asks` is its query string, in which "{finished}" is the first of
    these args. A page that `is_public` is looked at by somebody who is not signed in.
    """

    name: str
    of: str = ""
    asks: str = ""
    queries: int = 10
    kilobytes: int = 8
    is_public: bool = False

    def path(self, inhabited: Inhabited) -> str:
        """Its address."""
        address = reverse(self.name, args=inhabited.args.get(self.of, ()))
        asks = self.asks.format_map({name: args[0] for name, args in inhabited.args.items() if args})
        return f"{address}?{asks}" if asks else address

    @property
    def title(self) -> str:
        """What to call it in a test's report, and its picture."""
        asks = re.sub(r"\W+", "-", self.asks).strip("-")
        return "-".join(part for part in (self.name, self.of, asks) if part)


PAGES = (
    Page("home", queries=19),
    Page("palette"),
    Page("palette", asks="sought=a"),
    Page("user_list"),
    Page("user_invite"),
    Page("user_edit", "user"),
    Page("user_deactivate", "user"),
    Page("settings", kilobytes=12),
    Page("operations", queries=36),
    Page("profile", kilobytes=12),
    Page("account_list", kilobytes=10),
    Page("account_new", "provider"),
    Page("account_edit", "account", kilobytes=9),
    Page("account_archive", "account"),
    Page("account_prices", "account"),
    Page("sender_new", "account"),
    Page("sender_edit", "sender"),
    Page("sender_edit", "held"),
    Page("sender_archive", "sender"),
    Page("sender_release", "held"),
    Page("campaign_list", kilobytes=10),
    Page("campaign_create"),
    Page("campaign_copy", "finished"),
    Page("campaign_delete", "draft"),
    Page("campaign_archive", "finished"),
    Page("campaign_editor", "draft", queries=36, kilobytes=20),
    Page("campaign_review", "draft", queries=37),
    Page("campaign_test", "draft", queries=18),
    Page("campaign_test", "running", queries=18),
    Page("campaign_test_result", "test"),
    Page("campaign_tests", "tested"),
    Page("campaign_tests", "draft"),
    Page("test_people"),
    Page("test_person_new"),
    Page("test_person_edit", "test_person"),
    Page("test_person_remove", "test_person"),
    Page("campaign_pause", "running"),
    Page("campaign_resume", "paused"),
    Page("campaign_cancel", "running"),
    Page("campaign_limits", "running"),
    Page("step_sender", "step"),
    Page("campaign_watch", "running", queries=20, kilobytes=14),
    Page("campaign_watch", "running", "view=flow", queries=20, kilobytes=14),
    Page("campaign_watch", "running", "view=time", queries=20, kilobytes=14),
    Page("campaign_watch", "running", "view=routes", queries=20, kilobytes=14),
    Page("campaign_watch", "paused", queries=20),
    Page("campaign_compare", "running", asks="other={finished}", queries=22),
    Page("campaign_compare", "running", queries=16),
    Page("campaign_people", "running", "figure=came"),
    Page("person", "enrolment"),
    Page("contact_timeline", "timeline"),
    Page("report_list", asks="begins_on=2026-02-01&ends_on=2026-02-28", queries=16, kilobytes=10),
    Page("made_report_list", kilobytes=10),
    Page("schedule_list"),
    Page("schedule_new"),
    Page("schedule_edit", "schedule"),
    Page("schedule_delete", "schedule"),
    Page("api_key_list"),
    Page("api_key_new"),
    Page("api_key_revoke", "key"),
    Page("segment_list"),
    Page("segment_create"),
    Page("segment_edit", "segment", kilobytes=12),
    Page("segment_archive", "segment"),
    Page("import_list"),
    Page("import_upload"),
    Page("import_detail", "import"),
    Page("import_mapping", "upload", kilobytes=12),
    Page("import_cancel", "upload"),
    Page("import_discard", "upload"),
    Page("contact_list", queries=12, kilobytes=12),
    Page("contact_list", asks="q=anna", queries=14, kilobytes=12),
    Page("contact_detail", "contact", queries=18, kilobytes=10),
    Page("contact_segments", "contact"),
    Page("contact_edit", "contact", kilobytes=16),
    Page("contact_delete", "contact"),
    Page("address_remove", "address"),
    Page("address_suppress", "address"),
    Page("suppression_lift", "suppression"),
    Page("consent_change", "consent"),
    Page("account_logout"),
    Page("account_reauthenticate"),
    Page("account_change_password"),
    Page("mfa_index"),
    # Its picture is of a secret drawn by lot, which packs now well, now badly: 11.9 to 12.1 in 25 tries.
    Page("mfa_activate_totp", queries=12, kilobytes=13),
    Page("account_login", is_public=True),
    Page("account_signup", is_public=True),
    Page("account_inactive", is_public=True),
    Page("account_reset_password", is_public=True),
    Page("account_reset_password_done", is_public=True),
    Page("account_reset_password_from_key_done", is_public=True),
    Page("unsubscribe", "unsubscribe", is_public=True),
    Page("trap", "trap", is_public=True),
)

# What htmx puts into pages.
PARTS = {
    "campaign_figures",
    "campaign_news",
    "campaign_outlook",
    "campaign_forecast",
    "campaign_texts",
    "message_people",
    "message_lacking",
    "message_languages",
    "campaign_live",
    "history",
    "segment_count",
    "segment_names",
    "home_live",
    "home_week",
}

# Addresses that only take what a page sends.
POSTED = {
    "sandbox_use",
    "account_test",
    "address_add",
    "address_promote",
    "audience_save",
    "campaign_launch",
    "choose_language",
    "choose_theme",
    "import_preview",
    "import_reading",
    "limits_save",
    "message_keep",
    "message_look",
    "message_remove",
    "message_save",
    "recipe_follow",
    "route_add",
    "route_down",
    "route_remove",
    "route_up",
    "schedule_save",
    "schedule_send",
    "segment_preview",
    "segment_reach",
    "segment_restore",
    "segment_row",
    "step_add",
    "step_copy",
    "step_down",
    "step_remove",
    "step_restore",
    "step_save",
    "step_up",
    "steps_arrange",
    "steps_order",
    "timeout_save",
    "user_reactivate",
}

# Neither: and why.
OTHERS = {
    "welcome": "only while nobody has an account: tests/e2e/test_frame_a11y.py looks at it",
    "user_link": "after a link was made: tests/campaigns/test_users.py",
    "account_email": "leads to the profile",
    "account_set_password": "leads to changing it",
    "account_confirm_email": "addresses are not confirmed here",
    "account_email_verification_sent": "addresses are not confirmed here",
    "account_confirm_login_code": "nobody signs in by a code",
    "account_reset_password_from_key": "by a link in a mail: tests/campaigns/test_welcome.py",
    "mfa_authenticate": "in the middle of signing in: tests/campaigns/test_profile.py",
    "mfa_reauthenticate": "with a second factor only, and as account_reauthenticate",
    "mfa_deactivate_totp": "with a second factor only, and as mfa_index",
    "mfa_view_recovery_codes": "with a second factor only, and as mfa_index",
    "mfa_generate_recovery_codes": "with a second factor only, and as mfa_index",
    "mfa_download_recovery_codes": "a file",
    "metrics": "for a machine",
    "sandbox_inbox": "leads to the sandbox",
    "contact_phone": "leads to the sandbox",
    "account_inbox": "leads to the sandbox",
    "campaign_export": "a file",
    "report_export": "a file",
    "made_report_file": "a file",
    "import_not_taken": "a file",
    "openapi": "for a machine",
    "click": "leads to where the link leads",
    "opened": "a picture",
    "webhook": "for vendors",
    None: "the API's answer to an address that it does not have",
}

# Django's own back office, and the API.
NAMESPACES_OF_OTHERS = {"admin", "api"}


def addresses() -> Iterator[URLPattern]:
    """Every address of the product itself."""
    return _walk(get_resolver())


def _walk(resolver: URLResolver) -> Iterator[URLPattern]:
    for pattern in resolver.url_patterns:
        if isinstance(pattern, URLPattern):
            yield pattern
        elif pattern.namespace not in NAMESPACES_OF_OTHERS:
            yield from _walk(pattern)
