"""The processes that make up the running product, each as the command that starts it."""

import sys
from pathlib import Path

from cascade_site.children import Program

# How long the web server may take to answer what it has begun, once it is asked to stop.
STOPS_S = 20
CELERY = [sys.executable, "-m", "celery", "--app=cascade_site.celery"]


def web(*, host: str, port: int) -> Program:
    """The pages, the API and the webhooks, on `host`:`port`.

    One loop for what comes by thousands (campaigns/door.py), and four threads for pages (cascade_site/asgi.py).
    Granian's worker hears no request to stop while it still starts: it is ended then.
    """
    listening = [f"--host={host}", f"--port={port}", "--no-ws"]
    options = ["--interface=asgi", "--workers=1", "--loop=uvloop", f"--workers-kill-timeout={STOPS_S}", *listening]
    return Program(
        name="web",
        command=[sys.executable, "-m", "granian", *options, "cascade_site.asgi:application"],
    )


def worker(*queues: str, concurrency: int) -> Program:
    """A Celery worker that runs `concurrency` tasks of `queues` at once; a single one runs in the worker itself."""
    # Workers need not know of each other: whatever one leaves, the next tick finds.
    alone = ["--without-gossip", "--without-mingle", "--without-heartbeat"]
    pool = "solo" if concurrency == 1 else "prefork"
    options = [f"--pool={pool}", f"--concurrency={concurrency}", f"--hostname={queues[0]}@%h", "--loglevel=INFO"]
    return Program(name=queues[0], command=[*CELERY, "worker", f"--queues={','.join(queues)}", *options, *alone])


def beat() -> Program:
    """The clock that wakes the engine: its schedule is in the database."""
    return Program(name="beat", command=[*CELERY, "beat", "--loglevel=INFO"])


def sandbox(*, port: int, data_dir: Path) -> Program:
    """The vendor that sends nothing and plays the audience, on this machine only; its inbox stays in `data_dir`."""
    options = [f"--port={port}", f"--data={data_dir / 'sandbox'}"]
    return Program(name="sandbox", command=[sys.executable, "-m", "channels.sandbox", *options])


def history(market: str) -> Program:
    """Plays the past of one market of the demo, and ends."""
    return Program(
        name=f"history-{market}",
        command=[sys.executable, "manage.py", "play_history", market],
        comes_to_an_end=True,
    )
