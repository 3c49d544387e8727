"""Addresses of accounts, senders and webhooks."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
