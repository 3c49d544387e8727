"""The sandbox of an installation that starts it only when somebody asks for it."""

from pathlib import Path

import pytest
from pytest_django import Settings

from channels import own_sandbox

URL, HOST = "http://127.0.0.1:8001", "127.0.0.1:8001"


@pytest.fixture
def on_demand(settings: Settings, tmp_path: Path) -> Path:
    settings.DATA_DIR, settings.SANDBOX_URL, settings.IS_SANDBOX_ON_DEMAND = tmp_path, URL, True
    settings.PRIVATE_HOSTS = ["10.0.0.7:80"]
    return tmp_path


def test_it_is_there_once_somebody_has_asked_for_it(on_demand: Path) -> None:
    assert own_sandbox.is_possible()
    assert not own_sandbox.is_there()
    own_sandbox.ask_for()
    own_sandbox.ask_for()
    assert own_sandbox.is_there()
    assert own_sandbox.was_asked_for(on_demand)


@pytest.mark.usefixtures("on_demand")
def test_connections_may_lead_to_it_only_while_it_is_there() -> None:
    assert own_sandbox.private_hosts() == {"10.0.0.7:80"}
    own_sandbox.ask_for()
    assert own_sandbox.private_hosts() == {"10.0.0.7:80", HOST}


def test_one_whose_port_another_program_has_is_not_there_and_nothing_is_sent_to_that(on_demand: Path) -> None:
    own_sandbox.ask_for()
    own_sandbox.note_port(on_demand, is_taken=True)
    assert own_sandbox.is_kept_out()
    assert not own_sandbox.is_there()
    assert own_sandbox.private_hosts() == {"10.0.0.7:80"}
    own_sandbox.note_port(on_demand, is_taken=False)
    assert own_sandbox.is_there()
    own_sandbox.note_port(on_demand, is_taken=False)
    assert not own_sandbox.is_kept_out()


def test_one_that_an_admin_runs_elsewhere_is_kept_out_by_nobody(on_demand: Path, settings: Settings) -> None:
    own_sandbox.note_port(on_demand, is_taken=True)
    settings.SANDBOX_URL, settings.IS_SANDBOX_ON_DEMAND = "http://127.0.0.1:9001", False
    assert own_sandbox.is_there()
    assert not own_sandbox.is_kept_out()


@pytest.mark.usefixtures("on_demand")
def test_one_that_an_admin_runs_is_there_without_asking(settings: Settings) -> None:
    settings.IS_SANDBOX_ON_DEMAND = False
    assert own_sandbox.is_there()
    assert own_sandbox.private_hosts() == {"10.0.0.7:80"}


def test_without_an_address_there_is_none(settings: Settings) -> None:
    settings.SANDBOX_URL = ""
    assert not own_sandbox.is_possible()
    assert not own_sandbox.is_there()
