"""Addresses of accounts, senders and webhooks."""

from django.urls import URLPattern, path

from channels.views import webhooks

urlpatterns: list[URLPattern] = [
    path("hooks/<slug:token>/", webhooks.receive, name="webhook"),
]
