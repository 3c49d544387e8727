"""The public addresses that stand in messages; links.py writes them, so they must not change."""

from django.urls import path

from campaigns.views import tracking

urlpatterns = [
    path("c/<path:part>", tracking.click, name="click"),
    path("o/<path:signed>.gif", tracking.opened, name="opened"),
    path("t/<path:signed>", tracking.trap, name="trap"),
    path("u/<path:signed>", tracking.unsubscribe, name="unsubscribe"),
]
