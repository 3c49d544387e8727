"""What a web process keeps in mind for the tracking addresses: lately seen targets, guesses, errands run.

Each process has its own, none is needed for anything to be right, and none grows without end.
"""

import ipaddress
import time
from collections import OrderedDict
from collections.abc import Callable
from threading import Lock

from django.http import HttpRequest


class RememberedTargets:
    """Where lately seen links lead, so that a click is answered even with the database away."""

    def __init__(self, *, size: int) -> None:
        self._size = size
        self._targets: OrderedDict[str, str] = OrderedDict()
        self._lock = Lock()

    def put(self, link: str, target: str) -> None:
        """Remember that `link` leads to `target`; the one not seen for longest is forgotten for it."""
        with self._lock:
            self._targets[link] = target
            self._targets.move_to_end(link)
            if len(self._targets) > self._size:
                self._targets.popitem(last=False)

    def get(self, link: str) -> str | None:
        """Where `link` leads, if it is remembered."""
        return self._targets.get(link)


class GuessLimit:
    """How many wrong addresses a client may ask for: `per_minute`, a full minute's worth at once."""

    def __init__(self, *, per_minute: int, clients: int = 10_000, now: Callable[[], float] = time.monotonic) -> None:
        self._most = float(per_minute)
        self._per_second = per_minute / 60
        self._clients = clients
        self._now = now
        self._left: OrderedDict[str, tuple[float, float]] = OrderedDict()
        self._lock = Lock()

    def allows(self, client: str) -> bool:
        """Count one more wrong guess of `client`; False if that was one too many."""
        with self._lock:
            now = self._now()
            left, counted_at = self._left.pop(client, (self._most, now))
            left = min(self._most, left + (now - counted_at) * self._per_second)
            is_allowed = left >= 1
            self._left[client] = (left - 1 if is_allowed else left, now)
            if len(self._left) > self._clients:
                self._left.popitem(last=False)
            return is_allowed


def client_of(request: HttpRequest) -> str:
    """Who asks: the address of the client, or what our own proxy says of it; a /64 for IPv6, which one person has."""
    address = _address(request.META.get("REMOTE_ADDR", ""))
    forwarded = _address(request.META.get("HTTP_X_FORWARDED_FOR", "").rpartition(",")[2])
    if forwarded and (address is None or _is_ours(address)):
        address = forwarded
    if isinstance(address, ipaddress.IPv6Address):
        return str(ipaddress.ip_network((address, 64), strict=False))
    return str(address or "")


# Where a proxy in front of the product stands. Not `is_private`, which counts other reserved ranges too.
_OURS = tuple(
    map(ipaddress.ip_network, ("127.0.0.0/8", "10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "::1/128", "fc00::/7"))
)


def _is_ours(address: ipaddress.IPv4Address | ipaddress.IPv6Address) -> bool:
    return any(address in network for network in _OURS)


def _address(text: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        return ipaddress.ip_address(text.strip())
    except ValueError:
        return None
