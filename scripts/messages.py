"""The texts that people read: find them in the code and the pages, and bring the catalogs in locale/ up to date.

Done with Babel, because a bare machine has no xgettext. A page's texts are found as Django's own makemessages
finds them: `templatize` turns what is no text into white space and each text into a call of gettext.
"""

import io
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from babel.messages.catalog import Catalog
from babel.messages.extract import extract
from babel.messages.pofile import read_po, write_po
from django.conf import settings
from django.utils.translation.template import templatize

ROOT = Path(__file__).resolve().parent.parent
LOCALE = ROOT / "locale"
FOLDERS = ("campaigns", "cascade_site", "channels", "templates")
_ONE, _MANY, _CONTEXT = None, (1, 2), ((1, "c"), 2)
# Babel's way to say which argument is the text, which its plural, and which its context.
KEYWORDS: Mapping[str, Any] = {
    "_": _ONE,
    "gettext": _ONE,
    "gettext_lazy": _ONE,
    "gettext_noop": _ONE,
    "ngettext": _MANY,
    "ngettext_lazy": _MANY,
    "pgettext": _CONTEXT,
    "pgettext_lazy": _CONTEXT,
    "npgettext": ((1, "c"), 2, 3),
    "npgettext_lazy": ((1, "c"), 2, 3),
}


def collect(root: Path = ROOT) -> Catalog:
    """All texts under `root`, each with the files it stands in, as a catalog without translations."""
    found = Catalog(fuzzy=False)
    for path in _sources(root):
        name = path.relative_to(root).as_posix()
        for line, text, comments, context in extract("python", _as_python(path), KEYWORDS, ["Translators:"]):
            found.add(text, locations=[(name, line)], auto_comments=comments, context=context)
    return found


def missing(catalog: Catalog, texts: Catalog) -> list[str]:
    """The texts, a line each, that `catalog` does not translate in every plural form, or not surely."""
    lines: list[str] = []
    for text in texts:
        done = catalog.get(text.id, text.context) if text.id else None
        if text.id and (done is None or done.fuzzy or not all(_forms(done.string))):
            lines.append(f"{text.locations[0][0]}:{text.locations[0][1]}: {text.id!r} is not translated")
    return lines


def update(locale: Path = LOCALE, root: Path = ROOT) -> None:
    """Write each catalog under `locale` anew: new texts are added empty, and those that nothing uses go."""
    texts = collect(root)
    for path in sorted(locale.glob("*/LC_MESSAGES/django.po")):
        with path.open("rb") as file:
            catalog = read_po(file, locale=path.parent.parent.name)
        catalog.update(texts, no_fuzzy_matching=True, update_creation_date=False)
        catalog.obsolete.clear()
        written = io.BytesIO()
        write_po(written, catalog, width=0, sort_by_file=True, include_lineno=False, ignore_obsolete=True)
        path.write_bytes(written.getvalue())


def _sources(root: Path) -> Iterator[Path]:
    for folder in FOLDERS:
        for path in sorted((root / folder).rglob("*")):
            if path.suffix in {".py", ".html", ".txt"} and "migrations" not in path.parts:
                yield path


def _as_python(path: Path) -> io.BytesIO:
    source = path.read_text(encoding="utf-8")
    # Within brackets Python does not mind how lines are indented.
    return io.BytesIO((source if path.suffix == ".py" else f"({templatize(source, origin=str(path))}\n)").encode())


def _forms(translation: str | Sequence[str] | None) -> Sequence[str]:
    return (translation,) if isinstance(translation, str) else translation or ("",)


if __name__ == "__main__":
    settings.configure()
    update()
