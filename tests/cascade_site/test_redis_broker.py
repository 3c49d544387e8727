"""A worker whose Redis went away in the middle of a task asks for more when it is back."""

import socketserver
import threading
from collections.abc import Iterator
from types import SimpleNamespace
from typing import ClassVar

import pytest
from kombu.connection import Connection

from cascade_site import redis_broker

ANSWERS = {
    b"HELLO": b"%1\r\n+proto\r\n:3\r\n",
    b"PING": b"+PONG\r\n",
    b"ZADD": b"+QUEUED\r\n",
    b"HSET": b"+QUEUED\r\n",
    b"EXEC": b"*2\r\n:1\r\n:1\r\n",
}


class Redis(socketserver.StreamRequestHandler):
    """Says as much as kombu needs to begin a task, until it is gone."""

    open_connections: ClassVar[list["Redis"]] = []

    def handle(self) -> None:
        """Answer command after command."""
        self.open_connections.append(self)
        while count := self.rfile.readline():
            words = [self.rfile.read(int(self.rfile.readline()[1:]) + 2)[:-2] for _ in range(int(count[1:]))]
            self.wfile.write(ANSWERS.get(words[0].upper(), b"+OK\r\n"))


@pytest.fixture
def redis() -> Iterator[socketserver.ThreadingTCPServer]:
    """A server that ends with its connections."""
    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Redis) as server:
        server.daemon_threads = True
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server
        server.shutdown()


def go_away(server: socketserver.ThreadingTCPServer) -> None:
    """End the server, and every connection to it."""
    server.shutdown()
    server.server_close()
    for handler in Redis.open_connections:
        handler.connection.shutdown(2)


def test_a_task_that_cannot_be_acknowledged_is_not_under_way_for_ever(redis: socketserver.ThreadingTCPServer) -> None:
    redis_broker.register()
    with Connection(f"redis://127.0.0.1:{redis.server_address[1]}") as connection:
        channel = connection.channel()
        channel.basic_qos(0, 1, False)
        task = SimpleNamespace(delivery_info={"exchange": "", "routing_key": "tick"}, _raw={})
        channel.qos.append(task, "a task")
        assert not channel.qos.can_consume()
        go_away(redis)
        with pytest.raises(connection.connection_errors):
            channel.qos.ack("a task")
        assert channel.qos.can_consume()
