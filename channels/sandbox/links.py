"""The links of a message, as a person's eyes and as a scanner's parser find them."""

import re
from dataclasses import dataclass, field
from html.parser import HTMLParser
from urllib.parse import urlsplit

_URL = re.compile(r"https?://[^\s<>\"'«»]+")
_AFTER_A_SENTENCE = ".,;:!?)]}…"
_VOID = frozenset(
    {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"}
)


@dataclass(frozen=True, kw_only=True)
class Links:
    """`visible` links a person may follow; `hidden` ones only a parser finds; `pictures` are loaded with the mail."""

    visible: tuple[str, ...] = ()
    hidden: tuple[str, ...] = ()
    pictures: tuple[str, ...] = ()


def links_of(*, text: str, html: str, buttons: list[dict[str, str]]) -> Links:
    """The links of one message. A mail's HTML, where there is any, is what the person sees."""
    below = tuple(button["url"] for button in buttons)
    if not html:
        return Links(visible=tuple(dict.fromkeys((*in_text(text), *below))))
    reader = _Reader()
    reader.feed(html)
    return Links(
        visible=tuple(dict.fromkeys((*reader.visible, *below))),
        hidden=tuple(dict.fromkeys(reader.hidden)),
        pictures=tuple(dict.fromkeys(reader.pictures)),
    )


def in_text(text: str) -> list[str]:
    """The web addresses in `text`, without the full stop of the sentence around them."""
    return [found.rstrip(_AFTER_A_SENTENCE) for found in _URL.findall(text)]


def pieces(text: str) -> list[tuple[str, bool]]:
    """`text` in pieces, each with whether it is a web address."""
    found: list[tuple[str, bool]] = []
    rest = text
    for url in in_text(text):
        before, _url, rest = rest.partition(url)
        found += [(before, False), (url, True)]
    return [*found, (rest, False)]


def origin(url: str) -> str:
    """Scheme, host and port of `url`; "" when it has none."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}".lower() if parts.scheme and parts.netloc else ""


@dataclass
class _Reader(HTMLParser):
    """Collects links and pictures; what stands inside an element that is not shown is hidden."""

    visible: list[str] = field(default_factory=list)
    hidden: list[str] = field(default_factory=list)
    pictures: list[str] = field(default_factory=list)
    depth: int = 0

    def __post_init__(self) -> None:
        super().__init__()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        told = {name: value or "" for name, value in attrs}
        is_hidden = self.depth > 0 or _is_hidden(told)
        if is_hidden and tag not in _VOID:
            self.depth += 1
        if tag == "a" and told.get("href", "").startswith("http"):
            (self.hidden if is_hidden else self.visible).append(told["href"])
        if tag == "img" and told.get("src", "").startswith("http"):
            self.pictures.append(told["src"])

    def handle_endtag(self, tag: str) -> None:
        if self.depth and tag not in _VOID:
            self.depth -= 1


def _is_hidden(told: dict[str, str]) -> bool:
    style = told.get("style", "").replace(" ", "").lower()
    return "hidden" in told or "display:none" in style or "visibility:hidden" in style
