"""Wiring: settings, addresses, Celery, and the one command that runs every process."""

from cascade_site.celery import app as celery_app

__all__ = ["celery_app"]
