"""Who looks at the pages in tests: somebody signed in a moment ago, whom no page asks for the password again."""

from allauth.account.internal.flows.login import record_authentication
from django.http import HttpRequest
from django.test import Client

from campaigns.models import User


def signed_in_just_now(user: User) -> Client:
    """A client with a session of `user`."""
    client = Client()
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    request = HttpRequest()
    request.session = client.session
    record_authentication(request, user, "password", reauthenticated=True)
    request.session.save()
    return client
