"""`make hosts`: the product on several hosts, one added and one cut off while a campaign runs.

The hosts are network namespaces of this machine: database and broker, web and beat, two for workers, a vendor. The
judge is the vendor's log: nobody is lost, nobody is asked for twice, unknown are only those whose requests were under
way, or whose answers were not recorded, when a host was cut off, and the figures add up.
"""

import os
import shutil
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from cryptography.fernet import Fernet

from cascade_site import processes
from cascade_site.children import Program
from cascade_site.supervisor import QUEUES
from tests import until
from tests.bench.sink import ECHO_MODULE
from tests.hosts import programs
from tests.hosts.network import Host, hosts

NAMES = ("database", "web", "worker1", "worker2", "vendor")
WEB_PORT = 8000
PEOPLE = 6_000
# Until everything has happened to the hosts, and for the rest.
RATE, FASTER = 40, 400
# Of one task at once; the vendor takes half a second for each.
REQUESTS_AT_ONCE = 20
TASKS_AT_ONCE = 2
BODY = '{"to": "{{ to }}", "text": "{{ text }}"}'
PATIENCE_S = 300.0
wait_until = partial(until.wait_until, patience_s=PATIENCE_S, every_s=0.2)
# Shorter than what makes either end give a connection up, and longer.
SHORT_CUT_S = 5.0


@dataclass(frozen=True, kw_only=True)
class Site:
    """The hosts with everything on them but the workers. `shared` is what every host of the product is given."""

    hosts: Mapping[str, Host]
    folder: Path
    shared: Mapping[str, str]

    @property
    def vendor_folder(self) -> Path:
        """Where the vendor's log is."""
        return self.folder / "vendor"

    def start(self, name: str, program: Program) -> None:
        """Start one of the product's programs on the host `name`, which shares no file with the others."""
        own = {"CASCADE_DATA_DIR": str(self.folder / f"data-{name}")}
        self.hosts[name].start(program, environment=self.shared | own, log_dir=self.folder)

    def start_workers(self, name: str) -> None:
        """Start the workers of all queues on the host `name`."""
        self.start(name, processes.worker(*QUEUES, concurrency=TASKS_AT_ONCE))

    def taken_from(self, name: str) -> int:
        """How many requests of the host `name` the vendor has taken."""
        address = self.hosts[name].address
        return sum(asked_by == address for asked_by, _ in programs.taken(self.vendor_folder))


def build(made: Mapping[str, Host], folder: Path) -> Site:
    """Start database, broker and vendor, prepare the database, and set Django up here."""
    bare = {"PATH": os.environ["PATH"], "HOME": str(folder), "LANG": "C.UTF-8"}
    conninfo = programs.start_postgres(made["database"], folder, bare)
    made["database"].start(programs.redis(made["database"]), environment=bare, log_dir=folder)
    made["vendor"].start(programs.vendor(made["vendor"], folder / "vendor"), environment=bare, log_dir=folder)
    keys = {
        "SECRET_KEY": "for this run only, nothing here is secret",
        "CASCADE_CREDENTIAL_KEYS": Fernet.generate_key().decode(),
        "CASCADE_ADDRESS_HASH_KEY": "for this run only",
        "CASCADE_TRACKING_KEYS": "for this run only",
    }
    site = Site(
        hosts=made,
        folder=folder,
        shared=bare
        | keys
        | {
            "DATABASE_URL": programs.database_url(made["database"]),
            "CELERY_BROKER_URL": programs.broker_url(made["database"]),
            "CASCADE_PUBLIC_URL": f"http://{made['web'].address}:{WEB_PORT}",
            "CASCADE_PRIVATE_HOSTS": f"{made['vendor'].address}:{programs.VENDOR_PORT}",
            "ALLOWED_HOSTS": made["web"].address,
        },
    )
    # This process reaches the database by its socket, and no broker: the tick finds all work.
    _set_up_django(keys | {"DATABASE_URL": conninfo, "CELERY_BROKER_URL": "redis://127.0.0.1:9", "LOG_LEVEL": "ERROR"})
    return site


def _set_up_django(environment: Mapping[str, str]) -> None:
    os.environ.update(environment)
    os.environ["DJANGO_SETTINGS_MODULE"] = "cascade_site.settings"
    import django  # noqa: PLC0415  the settings are read from the environment above

    django.setup()


def prepare(site: Site) -> None:
    """Make the tables, from the host of the web server, as an operator does."""
    program = Program(name="prepare", command=[sys.executable, "-m", "cascade_site.prepare"])
    site.start("web", program)
    assert site.hosts["web"].running[-1].wait(timeout=PATIENCE_S) == 0, "the preparation failed"


def launch(site: Site) -> Any:
    """A running campaign for everybody, at the vendor."""
    from campaigns.engine import launch as launching  # noqa: PLC0415  Django is set up only now
    from channels.kinds import Channel  # noqa: PLC0415  the same
    from tests.bench.crowd import make_crowd  # noqa: PLC0415  the same
    from tests.factories import RoutePlan, StepPlan, make_account, make_campaign, make_sender  # noqa: PLC0415  the same

    make_crowd(PEOPLE)
    gateway = {
        "url": f"http://{site.hosts['vendor'].address}:{programs.VENDOR_PORT}/send",
        "body": BODY,
        "key_header": "Idempotency-Key",
        "id_path": "id",
        "requests_at_once": REQUESTS_AT_ONCE,
    }
    account = make_account(provider="generic_http", settings=gateway)
    sender = make_sender(channel=Channel.SMS, account=account, rate_per_second=RATE)
    campaign = make_campaign(routes=[RoutePlan(steps=[StepPlan(sender=sender)])])
    launching.launch(campaign=campaign, actor=None)
    return campaign


def states(campaign: Any) -> Counter[str]:
    """How many messages of the campaign are in each state."""
    from campaigns.models import Message  # noqa: PLC0415  Django is set up only now

    return Counter(Message.objects.filter(campaign=campaign).values_list("status", flat=True))


def judge(site: Site, campaign: Any) -> None:
    """Nobody was sent anything twice, nobody is lost, unknown is what was under way at the cut, the figures add up."""
    from campaigns.models import Attempt  # noqa: PLC0415  Django is set up only now
    from tests.chaos.invariants import wrong_figures  # noqa: PLC0415  the same

    message_of = {key.hex: message for key, message in Attempt.objects.values_list("key", "message_id")}
    asked = Counter(message_of[key] for _, key in programs.taken(site.vendor_folder))
    found = states(campaign)
    may_be = most_unknown()
    twice = [message for message, count in asked.items() if count > 1]
    assert not twice, f"{len(twice)} messages were sent twice"
    assert found["accepted"] + found["unknown"] == PEOPLE, f"some are lost: {dict(found)}"
    assert found["unknown"] <= may_be, f"{found['unknown']} are unknown, and {may_be} may be"
    assert len(asked) >= found["accepted"]
    wrong = wrong_figures(campaign.pk)
    assert not wrong, "\n".join(wrong)
    by_host = {name: site.taken_from(name) for name in ("worker1", "worker2")}
    unknown = f"{found['unknown']} unknown of {may_be} that may be"
    tell(f"{PEOPLE} people: {found['accepted']} accepted, {unknown}, nobody twice, no wrong figure; {by_host}")


def most_unknown() -> int:
    """Of each task of the host that stayed cut off: its requests, and a group of answers that was not recorded.

    A short cut leaves none: answers are kept until the database is there again, and packets are sent again.
    """
    from campaigns.engine.deliver import RECORDED_TOGETHER  # noqa: PLC0415  Django is set up only now

    return TASKS_AT_ONCE * (REQUESTS_AT_ONCE + RECORDED_TOGETHER)


def play(site: Site) -> None:
    """A campaign through everything that befalls the hosts."""
    prepare(site)
    site.start("web", processes.web(host=site.hosts["web"].address, port=WEB_PORT))
    site.start("web", processes.beat())
    site.start_workers("worker1")
    campaign = launch(site)
    wait_until(lambda: site.taken_from("worker1") > PEOPLE // 20, what="worker1 sends")
    tell("worker1 sends; worker2 joins, with nothing but the environment")
    site.start_workers("worker2")
    wait_until(lambda: site.taken_from("worker2") > PEOPLE // 20, what="worker2 takes part")

    tell(f"worker1 is cut off for {SHORT_CUT_S:.0f} s")
    site.hosts["worker1"].cut_off()
    time.sleep(SHORT_CUT_S)
    site.hosts["worker1"].reconnect()
    before = site.taken_from("worker1")
    wait_until(lambda: site.taken_from("worker1") > before, what="worker1 sends again by itself")

    go_faster(campaign)
    before = site.taken_from("worker2")
    wait_until(lambda: site.taken_from("worker2") > before + RATE, what="worker2 sends more")
    tell("worker2 is cut off until everything has left, in the midst of sending")
    site.hosts["worker2"].cut_off()
    assert states(campaign)["queued"], "everything has left too early to show anything"
    wait_until(lambda: is_settled(campaign), what="worker1 has sent the rest, what worker2 had claimed included")
    tell("worker2 comes back")
    site.hosts["worker2"].reconnect()
    wait_until(lambda: answers(site), what="the web server answers another host")
    assert all(process.poll() is None for name in ("worker1", "worker2") for process in site.hosts[name].running)
    judge(site, campaign)


def go_faster(campaign: Any) -> None:
    """Let the campaign's sender send more in a second, as an admin may at any time."""
    from channels.models import Sender  # noqa: PLC0415  Django is set up only now

    Sender.objects.filter(steps__route__version__campaign=campaign).update(rate_per_second=FASTER)


def is_settled(campaign: Any) -> bool:
    """Whether what became of everybody is known, as far as it ever will be."""
    found = states(campaign)
    return found["accepted"] + found["unknown"] == PEOPLE


def answers(site: Site) -> bool:
    """Whether the vendor's host gets a page from the web server's."""
    url = f"http://{site.hosts['web'].address}:{WEB_PORT}/accounts/login/"
    asking = f"import urllib.request; urllib.request.urlopen({url!r}, timeout=10)"
    program = Program(name="ask", command=[sys.executable, "-c", asking])
    site.start("vendor", program)
    return site.hosts["vendor"].running[-1].wait() == 0


def tell(line: str) -> None:
    """Say how far it is, in seconds since the start of the process."""
    print(f"{time.monotonic() - BEGAN:5.0f} s  {line}", flush=True)


BEGAN = time.monotonic()


def missing() -> str:
    """Why this machine cannot do it, as a sentence; '' where it can."""
    if os.geteuid() != 0:
        return "make hosts makes network namespaces, and only root may do that."
    if absent := [name for name in ("ip", "setpriv", "nginx", "redis-server") if not _is_here(name)]:
        return f"make hosts needs {', '.join(absent)}: Debian's iproute2, util-linux, nginx-light and redis-server."
    if not ECHO_MODULE.exists():
        return "make hosts needs a vendor that answers late: Debian's libnginx-mod-http-echo."
    return ""


def _is_here(name: str) -> bool:
    return bool(shutil.which(name) or shutil.which(name, path="/usr/sbin"))


def main() -> int:
    """Play it in a folder of its own, which stays where it failed."""
    if reason := missing():
        print(reason)
        return 1
    folder = Path(tempfile.mkdtemp(prefix="cascade-hosts-"))
    # PostgreSQL's own user passes through, and nginx's writes its log.
    folder.chmod(0o755)
    with hosts(NAMES) as made:
        play(build(made, folder))
    shutil.rmtree(folder)
    return 0


if __name__ == "__main__":
    sys.exit(main())
