"""The demo, as a newcomer starts it, for a tour through its pages."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import django

from cascade_site import embedded
from tests.e2e.running_product import free_ports, running


@contextmanager
def demo(data_dir: Path) -> Iterator[str]:
    """Run the demo in `data_dir` for the length of a block, with Django set up for its database; gives its address."""
    with running(data_dir, port=free_ports(), has_history=True) as product:
        os.environ |= {
            "CASCADE_DATA_DIR": str(data_dir),
            "CASCADE_DEMO": "true",
            "CASCADE_PUBLIC_URL": product.url,
            "DATABASE_URL": embedded.url(data_dir),
            "DJANGO_ALLOW_ASYNC_UNSAFE": "true",
            "DJANGO_SETTINGS_MODULE": "cascade_site.settings",
        }
        django.setup()
        yield product.url
