"""What a page makes the browser fetch, in bytes as they go over a line."""

import gzip
from functools import cache
from pathlib import Path
from urllib.parse import unquote, urlsplit

from django.contrib.staticfiles import finders
from playwright.sync_api import Page, Response

STATIC = "/static/"


class Scales:
    """Weighs everything that `page` fetches from now on; what was fetched once is in the browser's cache."""

    def __init__(self, page: Page) -> None:
        self._page = page
        self._fetched: list[Response] = []
        self._kept: set[str] = set()
        page.on("response", self._keep)

    def faults(self, *, first: int, after_it: int) -> list[str]:
        """What is wrong with what was fetched since the last question.

        All of it may weigh `first` bytes, what no page before has fetched `after_it`, and nothing comes from elsewhere.
        """
        weights = {response.url: _weight(response) for response in self._fetched}
        self._fetched.clear()
        everything = sum(weights.values())
        new = sum(weight for address, weight in weights.items() if address not in self._kept)
        self._kept |= {address for address in weights if urlsplit(address).path.startswith(STATIC)}
        elsewhere = [address for address in weights if urlsplit(address).netloc != urlsplit(self._page.url).netloc]
        found = [f"it fetches {address}" for address in elsewhere]
        if everything > first or new > after_it:
            found.append(f"it weighs {everything} bytes over an empty cache and {new} over a full one")
        return found

    def _keep(self, response: Response) -> None:
        self._fetched.append(response)


def _weight(response: Response) -> int:
    path = unquote(urlsplit(response.url).path)
    if path.startswith(STATIC):
        return _compressed(path.removeprefix(STATIC))
    return int(response.headers.get("content-length", 0))


@cache
def _compressed(name: str) -> int:
    """The size of a static file as WhiteNoise keeps it beside the file."""
    found = finders.find(name)
    assert isinstance(found, str), name
    return len(gzip.compress(Path(found).read_bytes()))
