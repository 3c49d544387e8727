"""What every test stands on: a PostgreSQL thrown away afterwards, a data directory of its own, the queue.

DATABASE_URL names another server. The settings are loaded by `pytest_configure` below, not by an option
of pytest-django, because that reads them before a conftest can say where the database is.
"""

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import hypothesis
import pytest
import pytest_django
from psycopg.conninfo import make_conninfo

FOLDER = Path(__file__).resolve().parent.parent
# How long an example takes says more about the machine than about the code.
hypothesis.settings.register_profile("cascade", deadline=None)
hypothesis.settings.load_profile("cascade")
BROWSER_TESTS = FOLDER / "tests" / "e2e"


def pytest_configure(config: pytest.Config) -> None:
    """Give this run its data directory and its database, before Django is set up."""
    if "PYTEST_XDIST_WORKER" not in os.environ:
        ended = ExitStack()
        config.add_cleanup(ended.close)
        _make_surroundings(ended, are_several=bool(config.getoption("numprocesses", default=None)))
    os.environ["DJANGO_SETTINGS_MODULE"] = "cascade_site.settings"
    from django.conf import settings  # not before its surroundings are there

    # Pages are tested with the static files as they lie, not as `collectstatic` would write them.
    settings.STORAGES["staticfiles"] = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    # Passwords that protect nothing need no second of hashing each.
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture(autouse=True)
def _no_attempts_remembered() -> None:
    """Failed sign-ins are counted in the process's cache: those of one test must not lock out the next."""
    from django.core.cache import cache

    cache.clear()


@pytest.fixture(autouse=True)
def _no_language_left() -> None:
    """A page leaves its thread in the language of whoever asked for it; the next test has not asked."""
    from django.utils import translation

    translation.deactivate()


@pytest.fixture(autouse=True, scope="session")
def _settings_may_change() -> None:
    """What the product reads once of its settings it reads again when a test has changed them."""
    from django.core.signals import setting_changed

    from campaigns.links import clicks

    setting_changed.connect(lambda **_: clicks.cache_clear(), weak=False)


@pytest.fixture(scope="session")
def django_db_modify_db_settings(django_db_modify_db_settings: None) -> None:
    """Copy the first database, where it was made for several processes: nothing is left to migrate then."""
    from django.conf import settings

    from tests import first_database

    if name := first_database.name():
        settings.DATABASES["default"]["TEST"]["TEMPLATE"] = name


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: pytest_django.DjangoDbBlocker) -> Iterator[None]:
    """The test database, with Celery's queue in it: a task published by a test stays in the test's database."""
    from django.conf import settings
    from django.db import connection
    from django.test import TransactionTestCase
    from kombu import pools

    from cascade_site.broker import install_queue
    from cascade_site.celery import app
    from cascade_site.embedded import broker_options
    from tests.emptying import remember

    if "conn_string" in settings.CELERY_BROKER_TRANSPORT_OPTIONS:
        conninfo = make_conninfo(settings.DATABASE_URL, dbname=connection.settings_dict["NAME"])
        install_queue(conninfo)
        app.conf.broker_transport_options = broker_options(settings.CELERY_BROKER_URL, conninfo)
    with django_db_blocker.unblock(), connection.cursor() as cursor:
        first = remember(cursor)

    def restore(_test: TransactionTestCase) -> None:
        with connection.cursor() as cursor:
            first.restore(cursor)

    with pytest.MonkeyPatch.context() as ours:
        # In the place of Django's own way, behind every test that commits.
        ours.setattr(TransactionTestCase, "_fixture_teardown", restore)
        yield
    pools.reset()  # a connection left open would keep the database from being dropped


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with what may take longest: nobody shall still be at it when those beside have ended."""
    items.sort(key=_may_take_s, reverse=True)


def _may_take_s(test: pytest.Item) -> float:
    """How long a test asks to be let, 0 where it is content with what all are given."""
    asked = test.get_closest_marker("timeout")
    return float(asked.args[0]) if asked else 0.0


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Name the browser tests that were left out, in one sentence."""
    skipped = {report.nodeid.split("::")[0] for report in terminalreporter.stats.get("skipped", [])}
    if left_out := sorted(name for name in skipped if (FOLDER / name).is_relative_to(BROWSER_TESTS)):
        terminalreporter.write_line(f"Left out, for want of Chromium or axe-core: {', '.join(left_out)}.")


def _make_surroundings(ended: ExitStack, *, are_several: bool) -> None:
    """Set CASCADE_DATA_DIR to a fresh folder and, where it is not given, DATABASE_URL to a server in it.

    Where `are_several` processes share the server, the tables are made beside, for all of them. What must go in the
    end is told to `ended`.
    """
    installed = Path(os.environ.get("CASCADE_DATA_DIR") or FOLDER / "var").resolve()
    data_dir = Path(tempfile.mkdtemp(prefix="cascade-tests-"))
    ended.callback(shutil.rmtree, data_dir, ignore_errors=True)
    for assets in ("vendor", "icons"):
        (data_dir / assets).symlink_to(installed / assets)
    # WhiteNoise warns where there is no folder of collected files.
    (data_dir / "static").mkdir()
    os.environ["CASCADE_DATA_DIR"] = str(data_dir)
    if not os.environ.get("DATABASE_URL"):
        from cascade_site.embedded import serving
        from tests.first_database import shared

        # Without fsync: the server is thrown away, and half of the time goes when the disk need not confirm.
        server = shared(data_dir) if are_several else serving(data_dir, is_durable=False)
        os.environ["DATABASE_URL"] = ended.enter_context(server)
