"""Addresses of the running campaign, the people behind its figures, and the reports."""

from django.urls import URLPattern, URLResolver, include, path

from campaigns.views import people, period_reports, reports, watch

urlpatterns: list[URLPattern | URLResolver] = [
    path("campaigns/<int:pk>/", watch.campaign_watch, name="campaign_watch"),
    path("campaigns/<int:pk>/live/", watch.campaign_live, name="campaign_live"),
    path("campaigns/<int:pk>/compare/", watch.campaign_compare, name="campaign_compare"),
    path("campaigns/<int:pk>/people/", people.campaign_people, name="campaign_people"),
    path("people/<int:pk>/", people.person, name="person"),
    path("contacts/<int:pk>/timeline/", people.contact_timeline, name="contact_timeline"),
    path("campaigns/<int:pk>/export/", reports.campaign_export, name="campaign_export"),
    path("reports/", period_reports.report_list, name="report_list"),
    path("reports/export/", period_reports.report_export, name="report_export"),
    path("", include("campaigns.urls_api")),
]
