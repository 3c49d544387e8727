"""The metrics: nobody reads them without the token, and Prometheus's own parser understands them."""

import pytest
from django.test import Client
from prometheus_client.parser import text_string_to_metric_families
from pytest_django import Settings

from campaigns.engine import clock, leases
from campaigns.engine.claiming import claim
from campaigns.models import Message
from channels.kinds import Channel
from channels.models import Sender
from tests.campaigns.engine.stage import Stage
from tests.campaigns.engine.workers import let_leases_die
from tests.campaigns.operations.running import campaign_of, show_everybody

pytestmark = pytest.mark.django_db

TOKEN = "a long and unguessable token"


@pytest.fixture(autouse=True)
def token(settings: Settings) -> None:
    """Whoever knows it may read."""
    settings.METRICS_TOKEN = TOKEN


def scrape() -> dict[str, float]:
    """What Prometheus reads: values by name and labels."""
    answer = Client().get("/metrics", headers={"authorization": f"Bearer {TOKEN}"})
    assert (answer.status_code, answer["Content-Type"]) == (200, "text/plain; version=0.0.4; charset=utf-8")
    samples = {}
    for family in text_string_to_metric_families(answer.content.decode()):
        assert family.documentation.endswith(".")
        for sample in family.samples:
            labels = ",".join(f"{name}={value}" for name, value in sorted(sample.labels.items()))
            samples[f"{sample.name}{{{labels}}}"] = sample.value
    return samples


@pytest.mark.parametrize(
    "given", [None, "", "Bearer", "Bearer wrong", f"Basic {TOKEN}", f"Bearer {TOKEN}x", "Bearer ü"]
)
def test_nobody_reads_them_without_the_token(given: str | None) -> None:
    answer = Client().get("/metrics", headers={"authorization": given} if given is not None else {})
    assert (answer.status_code, answer["WWW-Authenticate"]) == (401, 'Bearer realm="metrics"')
    assert b"cascade_" not in answer.content


def test_without_a_token_in_the_settings_there_is_no_such_page(settings: Settings) -> None:
    settings.METRICS_TOKEN = ""
    for given in ("", "Bearer", "Bearer "):
        assert Client().get("/metrics", headers={"authorization": given}).status_code == 404


def test_an_empty_product_has_metrics(stage: Stage) -> None:
    told = scrape()
    assert told["cascade_workers{queue=engine}"] == 0
    assert told["cascade_processes{kind=beat}"] == 0
    assert told["cascade_broker_up{}"] == 1
    assert told["cascade_queue_depth{queue=engine}"] >= 0


def test_they_tell_what_the_page_tells(stage: Stage) -> None:
    show_everybody()
    sender = stage.sender(Channel.SMS)
    Sender.objects.filter(pk=sender.pk).update(name='"Quoted"\nname \\')
    campaign_of(stage, 3)
    assert stage.post([stage.told(Message.objects.first(), "handset_delivered")]) == 200
    told = scrape()
    assert told[f"cascade_messages_total{{outcome=accepted,sender={sender.pk}}}"] == 3
    assert told[f'cascade_sender_held{{name="Quoted"\nname \\,sender={sender.pk}}}'] == 0
    assert (told["cascade_workers{queue=engine}"], told["cascade_webhooks_unread{}"]) == (1, 1)
    assert told["cascade_webhooks_received_total{}"] >= 1
    assert told["cascade_alerts{kind=campaign_stuck}"] == 0
    stage.run()
    assert scrape()["cascade_events_total{type=delivered}"] == 1


def test_leases_taken_back_are_counted(stage: Stage) -> None:
    with stage.holding(Channel.SMS) as sender:
        campaign_of(stage, 3)
    assert scrape()["cascade_messages_ready{}"] == 3
    assert len(claim(sender, now=clock.now(), limit=3).messages) == 3
    let_leases_die()
    assert scrape()["cascade_leases_dead{}"] == 3
    leases.reclaim(clock.now())
    assert scrape()["cascade_leases_reclaimed_total{state=returned}"] == 3
