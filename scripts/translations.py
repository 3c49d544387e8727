"""Compile the translations, locale/*/LC_MESSAGES/*.po, with Babel: a bare machine has no msgfmt.

`--check` compiles nothing and fails where a translation is missing or has other placeholders than its text.
"""

import sys
from io import BytesIO
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import PoFileError, read_po
from django.conf import settings

from scripts import messages

LOCALE = Path(__file__).resolve().parent.parent / "locale"


def compile_all(folder: Path) -> None:
    """Write the .mo file beside each .po file under `folder` that is newer than its own."""
    for source in folder.glob("*/LC_MESSAGES/*.po"):
        target = source.with_suffix(".mo")
        if target.exists() and target.stat().st_mtime > source.stat().st_mtime:
            continue
        compiled = BytesIO()
        write_mo(compiled, read(source))
        target.write_bytes(compiled.getvalue())


def faults(folder: Path) -> list[str]:
    """What is wrong with the translations under `folder`, a line each: file, line, fault."""
    found: list[str] = []
    for source in sorted(folder.glob("*/LC_MESSAGES/*.po")):
        try:
            catalog = read(source)
        except (PoFileError, UnicodeDecodeError) as error:
            found.append(f"{source}: {error}")
            continue
        found += [f"{source}:{message.lineno}: {error}" for message, errors in catalog.check() for error in errors]
    return found


def gaps(folder: Path) -> list[str]:
    """The texts of the product that a catalog under `folder` does not translate, a line each."""
    texts = messages.collect()
    catalogs = {source: read(source) for source in sorted(folder.glob("*/LC_MESSAGES/django.po"))}
    return [
        f"{source.parent.parent.name}: {line}"
        for source, done in catalogs.items()
        for line in messages.missing(done, texts)
    ]


def read(source: Path) -> Catalog:
    """The catalog of a .po file. Raises PoFileError where it is none."""
    with source.open("rb") as file:
        return read_po(file, locale=source.parent.parent.name, abort_invalid=True)


if __name__ == "__main__":
    settings.configure()
    is_check = "--check" in sys.argv[1:]
    if wrong := faults(LOCALE) or (gaps(LOCALE) if is_check else []):
        sys.exit("\n".join(wrong))
    if not is_check:
        compile_all(LOCALE)
