"""A message to the sink, as a program with one connection sends it: kept open, a request after another."""

import json
import os
from http.client import HTTPConnection
from urllib.parse import urlsplit

from tests.bench.sink import KEY_HEADER


def connect() -> HTTPConnection:
    """A connection to the sink that the environment names."""
    return HTTPConnection(urlsplit(os.environ["BASELINE_SINK"]).netloc, timeout=20)


def tell(connection: HTTPConnection, *, to: str, text: str, key: str) -> None:
    """Send a message under `key`. Raises ConnectionError where it was not taken."""
    body = json.dumps({"to": to, "from": "SHOP", "text": text})
    connection.request("POST", "/send", body, {"Content-Type": "application/json", KEY_HEADER: key})
    answer = connection.getresponse()
    answer.read()
    if answer.status != 200:
        raise ConnectionError(f"the sink answers {answer.status}")
