"""The vendor's other side: it reports by webhooks, many at once, and repeats each until it is taken."""

import json
import queue
import threading
import time
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime

SENDERS = 8
PAUSE_S = 0.2


@dataclass(frozen=True, kw_only=True)
class Report:
    """What the vendor tells of the message with our `key`: its own word, and its own time."""

    key: str
    status: str
    at: datetime

    @property
    def body(self) -> bytes:
        """As it goes over the wire."""
        return json.dumps({"reference": self.key, "status": self.status, "time": self.at.isoformat()}).encode()


@dataclass(frozen=True, kw_only=True)
class Hook:
    """Where the reports go, and the secret that comes with each."""

    url: str
    secret: str

    def post(self, report: Report) -> bool:
        """Send one report; gives whether it was taken."""
        headers = {"Content-Type": "application/json", "X-Webhook-Secret": self.secret}
        asked = urllib.request.Request(self.url, data=report.body, headers=headers)
        try:
            with urllib.request.urlopen(asked, timeout=20) as answer:
                return bool(200 <= answer.status < 300)
        except OSError:
            return False


@dataclass(kw_only=True)
class Storm:
    """Reports under way: those that were `acknowledged` with a success, and how often one was not."""

    hook: Hook
    left: "queue.SimpleQueue[Report]"
    total: int
    acknowledged: list[Report] = field(default_factory=list)
    refused: int = 0
    is_called_off: bool = False

    @property
    def is_over(self) -> bool:
        """Whether every report has been taken."""
        return len(self.acknowledged) == self.total

    def blow(self) -> None:
        """Send what is left; what is not taken is sent again after a moment."""
        while not self.is_over and not self.is_called_off:
            try:
                report = self.left.get(timeout=PAUSE_S)
            except queue.Empty:
                continue
            if self.hook.post(report):
                self.acknowledged.append(report)
            else:
                self.refused += 1
                self.left.put(report)
                time.sleep(PAUSE_S)


@contextmanager
def storm(hook: Hook, reports: Sequence[Report]) -> Iterator[Storm]:
    """Send `reports` from several threads; they end with the block."""
    left: queue.SimpleQueue[Report] = queue.SimpleQueue()
    for report in reports:
        left.put(report)
    vendor = Storm(hook=hook, left=left, total=len(reports))
    threads = [threading.Thread(target=vendor.blow) for _ in range(SENDERS)]
    for thread in threads:
        thread.start()
    try:
        yield vendor
    finally:
        vendor.is_called_off = True
        for thread in threads:
            thread.join()
