"""The public addresses of an attempt, and how each of them answers."""

from urllib.parse import urlsplit

from django.http.response import HttpResponseBase

from campaigns import links
from campaigns.models import Attempt

BROWSER = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) Chrome/130.0.0.0 Safari/537.36"
TARGET = "https://shop.example.com/autumn"


def click_path(attempt: Attempt, position: int = 0) -> str:
    assert attempt.token is not None
    return urlsplit(links.click_url(attempt.token, position)).path


def path_of(url: str) -> str:
    return urlsplit(url).path


def assert_keeps_to_itself(response: HttpResponseBase) -> None:
    """No cookie, nothing cached, nothing indexed, no trace of the address in the next request."""
    assert not response.cookies
    assert response["Cache-Control"] == "no-store"
    assert response["X-Robots-Tag"] == "noindex, nofollow"
    assert response["Referrer-Policy"] == "no-referrer"
