"""The readings as Prometheus metrics. They are read from the database when asked for, so any web process tells all."""

from collections.abc import Iterable, Iterator

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from campaigns.engine import flows
from campaigns.engine.flows import Reclaimed
from campaigns.models import Alert, AlertKind, Pulse
from campaigns.operations.backlog import Depth
from campaigns.operations.broker import QUEUES
from campaigns.operations.readings import Readings, read
from channels.models import InboundRequest

_EVENT = "event_"


class OperationsCollector(Collector):
    """Gives the metrics of one reading; make a new one for each scrape."""

    def __init__(self, readings: Readings) -> None:
        self._readings = readings

    def collect(self) -> Iterable[Metric]:
        """All families."""
        readings = self._readings
        yield from _queues(readings)
        yield from _backlog(readings)
        yield from _processes(readings)
        yield from _senders(readings)
        yield from _counters()
        yield from _alerts()


def expose() -> bytes:
    """What `/metrics` answers, in the text exposition format 0.0.4."""
    registry = CollectorRegistry()
    registry.register(OperationsCollector(read()))
    return generate_latest(registry)


def _queues(readings: Readings) -> Iterator[Metric]:
    up = GaugeMetricFamily("cascade_broker_up", "Whether Celery's broker answers.")
    up.add_metric([], 0 if readings.broker.error else 1)
    yield up
    depth = GaugeMetricFamily("cascade_queue_depth", "Tasks that wait in a queue of the broker.", labels=["queue"])
    age = GaugeMetricFamily(
        "cascade_queue_oldest_seconds",
        "Age of the oldest task that waits in a queue; only where the broker tells.",
        labels=["queue"],
    )
    for queue in readings.broker.queues:
        depth.add_metric([queue.name], queue.depth)
        if queue.oldest is not None:
            age.add_metric([queue.name], queue.oldest.total_seconds())
    yield from (depth, age)


def _backlog(readings: Readings) -> Iterator[Metric]:
    waiting = {
        "enrolments_due": (readings.backlog.due, "People about whom it is time to decide"),
        "messages_ready": (readings.ready, "Messages that could leave now"),
        "messages_stopped": (readings.stopped, "Messages whose campaign or sender is paused, held or refused"),
        "webhooks_unread": (readings.backlog.inbound, "Stored webhooks that could be read now"),
        "hits_unjudged": (readings.backlog.hits, "Clicks and opens that could be judged now"),
    }
    for name, (depth, meaning) in waiting.items():
        yield from _depth(name, depth, meaning, readings)
    held = GaugeMetricFamily(
        "cascade_messages_held",
        "Queued messages that wait until some instant, counted up to a limit.",
        labels=["reason"],
    )
    for reason, depth in readings.backlog.later.items():
        held.add_metric([reason or "retry"], depth.count)
    yield held
    leased = GaugeMetricFamily("cascade_messages_leased", "Messages that a worker has now.", labels=["status"])
    leased.add_metric(["claimed"], readings.backlog.leased.claimed)
    leased.add_metric(["sending"], readings.backlog.leased.sending)
    yield leased
    yield _gauge("cascade_leases_dead", "Messages whose lease has died.", readings.backlog.leased.dead)
    yield _gauge("cascade_messages_unknown_day", "Messages of the last day with no answer.", readings.unknown)


def _depth(name: str, depth: Depth, meaning: str, readings: Readings) -> Iterator[Metric]:
    yield _gauge(f"cascade_{name}", f"{meaning}, counted up to a limit.", depth.count)
    now = readings.real_now if name == "webhooks_unread" else readings.now
    age = (now - depth.oldest_at).total_seconds() if depth.oldest_at else 0.0
    yield _gauge(f"cascade_{name}_oldest_seconds", f"{meaning}: for how long the first has waited.", age)


def _processes(readings: Readings) -> Iterator[Metric]:
    workers = GaugeMetricFamily("cascade_workers", "Workers alive that take tasks from a queue.", labels=["queue"])
    for queue in QUEUES:
        workers.add_metric([queue], readings.workers_of(queue))
    yield workers
    processes = GaugeMetricFamily("cascade_processes", "Processes alive.", labels=["kind"])
    for kind in Pulse.Kind:
        processes.add_metric([kind.value], sum(pulse.kind == kind for pulse in readings.pulses))
    yield processes
    if readings.ticked_at:
        since = (readings.now - readings.ticked_at).total_seconds()
        yield _gauge("cascade_tick_age_seconds", "Time since somebody last looked for what is due.", since)
    if readings.looked_at:
        since = (readings.real_now - readings.looked_at).total_seconds()
        yield _gauge("cascade_alert_look_age_seconds", "Time since somebody last looked for what is wrong.", since)
    partitions = GaugeMetricFamily(
        "cascade_default_partition_used", "Whether rows went to a default partition.", labels=["table"]
    )
    for table in readings.default_partitions:
        partitions.add_metric([table], 1)
    yield partitions


def _senders(readings: Readings) -> Iterator[Metric]:
    labels = ["sender", "name"]
    held = GaugeMetricFamily("cascade_sender_held", "Whether a sender is held.", labels=labels)
    refused = GaugeMetricFamily("cascade_sender_refused", "Whether a sender's vendor refuses for now.", labels=labels)
    ready = GaugeMetricFamily(
        "cascade_sender_messages_ready", "Queued messages of a sender, counted up to a limit.", labels=labels
    )
    for sender in readings.senders:
        values = [str(sender.pk), sender.name]
        held.add_metric(values, sender.held_at is not None)
        refused.add_metric(values, sender.is_refused)
        ready.add_metric(values, sender.ready.count)
    yield from (held, refused, ready)


def _counters() -> Iterator[Metric]:
    totals = flows.totals([*flows.FOLDED, *Reclaimed])
    sent = CounterMetricFamily(
        "cascade_messages", "Messages by what the vendor said: accepted, failed, unknown.", labels=["sender", "outcome"]
    )
    events: dict[str, int] = {}
    for (name, sender_id), total in sorted(totals.items()):
        if name in flows.SENT:
            sent.add_metric([str(sender_id), name], total)
        elif name.startswith(_EVENT):
            events[name] = events.get(name, 0) + total
    yield sent
    recorded = CounterMetricFamily("cascade_events", "Events of messages that were recorded.", labels=["type"])
    for name, total in events.items():
        recorded.add_metric([name.removeprefix(_EVENT)], total)
    yield recorded
    reclaimed = CounterMetricFamily(
        "cascade_leases_reclaimed", "Messages taken back from workers that had died.", labels=["state"]
    )
    for name in Reclaimed:
        reclaimed.add_metric([name.removeprefix("lease_")], totals.get((name, 0), 0))
    yield reclaimed
    last = InboundRequest.objects.order_by("-received_at").values_list("id", flat=True).first()
    yield CounterMetricFamily("cascade_webhooks_received", "Webhooks that were proved and stored.", value=last or 0)


def _alerts() -> Iterator[Metric]:
    alerts = GaugeMetricFamily("cascade_alerts", "Alerts that are raised now.", labels=["kind"])
    raised = list(Alert.objects.raised().values_list("kind", flat=True))
    for kind in AlertKind:
        alerts.add_metric([kind.value], raised.count(kind))
    yield alerts


def _gauge(name: str, meaning: str, value: float) -> Metric:
    return GaugeMetricFamily(name, meaning, value=value)
