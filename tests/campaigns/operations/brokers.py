"""Brokers that are not the product's database."""

from collections.abc import Iterator
from contextlib import contextmanager

from celery import current_app
from pytest_django import Settings

from cascade_site.embedded import broker_options


@contextmanager
def broker_at(url: str, settings: Settings) -> Iterator[None]:
    """Let Celery's broker be at `url` for a while, with the options that the settings give it."""
    conf = current_app.conf
    names = ("broker_read_url", "broker_write_url", "broker_transport_options")
    before = {name: getattr(conf, name) for name in names}
    options = broker_options(url, settings.DATABASE_URL)
    settings.CELERY_BROKER_TRANSPORT_OPTIONS = options
    conf.update(broker_read_url=url, broker_write_url=url, broker_transport_options=options)
    try:
        yield
    finally:
        conf.update(before)
