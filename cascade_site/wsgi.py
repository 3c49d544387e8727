"""The WSGI application."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "cascade_site.settings")

application = get_wsgi_application()


def _show_pulse() -> None:
    """Let this process be seen to be at work, and look whether the others are."""
    from campaigns.models import Pulse  # noqa: PLC0415  models can be loaded only now
    from campaigns.operations.alerts import look_when_due  # noqa: PLC0415  the same
    from campaigns.operations.pulses import Heart  # noqa: PLC0415  the same

    Heart(kind=Pulse.Kind.WEB, look=look_when_due).start()


_show_pulse()
