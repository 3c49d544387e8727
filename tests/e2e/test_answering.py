"""Whoever waits for the live server waits until its last connection is closed, and no longer."""

from collections.abc import Iterator
from http.client import HTTPConnection, RemoteDisconnected
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event, Thread

import pytest

from tests.e2e.answering import Answering
from tests.until import wait_until

MAY_ANSWER = Event()


class Slow(BaseHTTPRequestHandler):
    """Answers when it may, and breaks where it is asked for /broken."""

    def do_GET(self) -> None:
        """The answer."""
        MAY_ANSWER.wait(10)
        assert self.path != "/broken"
        self.send_response(204)
        self.end_headers()


@pytest.fixture
def server() -> Iterator[ThreadingHTTPServer]:
    """A server that answers slowly, until the test ends."""
    MAY_ANSWER.clear()
    with ThreadingHTTPServer(("127.0.0.1", 0), Slow) as made:
        Thread(target=made.serve_forever, daemon=True).start()
        yield made
        made.shutdown()


@pytest.mark.parametrize("path", ["/", "/broken"])
def test_waiting_ends_with_the_last_connection_also_where_it_broke(
    server: ThreadingHTTPServer, monkeypatch: pytest.MonkeyPatch, path: str
) -> None:
    answering = Answering(server, monkeypatch)
    asker = HTTPConnection("127.0.0.1", server.server_port)
    asker.request("GET", path)
    waiting = Thread(target=answering.wait_for_the_last)
    wait_until(lambda: bool(answering.open), what="asked", patience_s=10, every_s=0.01)
    waiting.start()
    waiting.join(0.1)
    assert waiting.is_alive()
    MAY_ANSWER.set()
    if path == "/broken":
        with pytest.raises(RemoteDisconnected):
            asker.getresponse()
    else:
        assert asker.getresponse().status == 204
    asker.close()
    waiting.join(10)
    assert not waiting.is_alive()
