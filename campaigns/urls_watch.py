"""Addresses of the running campaign, the people behind its figures, and the reports."""

from django.urls import URLPattern, URLResolver, include, path

from campaigns.views import made_reports, people, period_reports, report_schedules, reports, watch

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
    path("reports/files/", made_reports.made_report_list, name="made_report_list"),
    path("reports/files/<int:pk>/", made_reports.made_report_file, name="made_report_file"),
    path("reports/schedules/", report_schedules.schedule_list, name="schedule_list"),
    path("reports/schedules/new/", report_schedules.schedule_new, name="schedule_new"),
    path("reports/schedules/<int:pk>/", report_schedules.schedule_edit, name="schedule_edit"),
    path("reports/schedules/<int:pk>/send/", report_schedules.schedule_send, name="schedule_send"),
    path("reports/schedules/<int:pk>/delete/", report_schedules.schedule_delete, name="schedule_delete"),
    path("", include("campaigns.urls_api")),
]
