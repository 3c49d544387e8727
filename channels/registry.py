"""Which providers there are."""

from functools import cache

from django.utils.functional import Promise
from django.utils.module_loading import import_string

from channels.kinds import Channel
from channels.provider import Provider

PROVIDERS: dict[str, str] = {
    "sandbox": "channels.providers.sandbox.SandboxProvider",
    "smtp": "channels.providers.smtp.SmtpProvider",
    "generic_http": "channels.providers.generic_http.GenericHttpProvider",
}


@cache
def provider_class(key: str) -> type[Provider]:
    """The provider named `key`. Raises KeyError for an unknown one."""
    found: type[Provider] = import_string(PROVIDERS[key])
    return found


def provider_choices() -> list[tuple[str, str | Promise]]:
    """Every provider as (key, label), for a form."""
    return [(key, provider_class(key).label) for key in PROVIDERS]


def providers_for(channel: Channel) -> list[str]:
    """The keys of the providers that carry `channel`."""
    return [key for key in PROVIDERS if channel in provider_class(key).channels]
