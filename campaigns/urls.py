"""Addresses of the product's own pages, by area; the order of the menu."""

from django.urls import URLPattern, URLResolver, include, path

from campaigns.views import (
    history,
    home,
    metrics,
    operations,
    palette,
    profile,
    sandbox,
    settings_pages,
    users,
    welcome,
)

urlpatterns: list[URLPattern | URLResolver] = [
    path("", home.home, name="home"),
    path("history/", history.history, name="history"),
    path("jump/", palette.palette, name="palette"),
    path("overview/live/", home.home_live, name="home_live"),
    path("overview/week/", home.home_week, name="home_week"),
    path("channels/sandbox/", home.sandbox_use, name="sandbox_use"),
    path("team/", users.user_list, name="user_list"),
    path("team/invite/", users.user_invite, name="user_invite"),
    path("team/<int:pk>/", users.user_edit, name="user_edit"),
    path("team/<int:pk>/link/", users.user_link, name="user_link"),
    path("team/<int:pk>/deactivate/", users.user_deactivate, name="user_deactivate"),
    path("team/<int:pk>/reactivate/", users.user_reactivate, name="user_reactivate"),
    path("settings/", settings_pages.settings_page, name="settings"),
    path("operations/", operations.operations, name="operations"),
    path("metrics", metrics.metrics, name="metrics"),
    path("profile/", profile.profile, name="profile"),
    path("profile/theme/", profile.choose_theme, name="choose_theme"),
    path("profile/language/", profile.choose_language, name="choose_language"),
    path("welcome/<str:token>/", welcome.welcome, name="welcome"),
    path("sandbox/", sandbox.sandbox_inbox, name="sandbox_inbox"),
    path("contacts/<int:pk>/phone/", sandbox.contact_phone, name="contact_phone"),
    path("", include("campaigns.urls_accounts")),
    path("", include("campaigns.urls_campaigns")),
    path("", include("campaigns.urls_watch")),
    path("", include("campaigns.urls_tracking")),
    path("", include("campaigns.urls_segments")),
    path("", include("campaigns.urls_imports")),
    path("", include("campaigns.urls_contacts")),
]
