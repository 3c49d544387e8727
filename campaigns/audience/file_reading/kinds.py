"""What a file is, told from its first bytes and never from its name."""

import zipfile
from enum import StrEnum
from typing import BinaryIO

from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from campaigns.audience.file_reading.limits import MAX_BYTES, MEGABYTE, UnreadableFile


class FileKind(StrEnum):
    """The two kinds of file that are read."""

    TEXT = "text"
    SPREADSHEET = "spreadsheet"


_PICTURE = _("This is a picture, not a list of contacts.")
_ARCHIVE = _("This is an archive. Unpack it and upload the list inside.")

# https://en.wikipedia.org/wiki/List_of_file_signatures
_REFUSED_BEGINNINGS: tuple[tuple[bytes, str | Promise], ...] = (
    (b"\x89PNG", _PICTURE),
    (b"\xff\xd8\xff", _PICTURE),
    (b"GIF8", _PICTURE),
    (b"BM", _PICTURE),
    (b"II*\x00", _PICTURE),
    (b"MM\x00*", _PICTURE),
    (b"%PDF", _("This is a PDF document. Save the list as CSV or XLSX and upload that.")),
    (b"\x1f\x8b", _ARCHIVE),
    (b"Rar!", _ARCHIVE),
    (b"7z\xbc\xaf", _ARCHIVE),
    (b"{\\rtf", _("This is a text document. Save the list as CSV or XLSX and upload that.")),
    (b"BEGIN:VCARD", _("These are address cards (vCard). Export the contacts as CSV and upload that.")),
)
_OLD_OFFICE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
# The stream in which Office puts a workbook that has a password. [MS-OFFCRYPTO] 1.3.3
_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")


def recognise_kind(file: BinaryIO) -> FileKind:
    """The kind of `file`, which is read from its beginning and left there.

    Raises UnreadableFile for one that is empty, too large, or something other than a list.
    """
    _refuse_size(file)
    beginning = file.read(16)
    file.seek(0)
    if beginning.startswith(b"PK\x03\x04"):
        _refuse_other_zip(file)
        return FileKind.SPREADSHEET
    if beginning.startswith(b"PK"):
        raise UnreadableFile(gettext("This is an archive with nothing in it."))
    if beginning.startswith(_OLD_OFFICE):
        raise UnreadableFile(_old_office_sentence(file))
    _refuse_beginning(beginning)
    return FileKind.TEXT


def _refuse_size(file: BinaryIO) -> None:
    size = file.seek(0, 2)
    file.seek(0)
    if not size:
        raise UnreadableFile(gettext("The file is empty."))
    if size > MAX_BYTES:
        raise UnreadableFile(
            gettext("The file is larger than %(megabytes)s MB. Split it into parts.")
            % {"megabytes": MAX_BYTES // MEGABYTE}
        )


def _refuse_beginning(beginning: bytes) -> None:
    is_webp = beginning.startswith(b"RIFF") and beginning[8:12] == b"WEBP"
    if is_webp or beginning[4:8] == b"ftyp":
        raise UnreadableFile(str(_PICTURE))
    for signature, sentence in _REFUSED_BEGINNINGS:
        # "BM" begins words as well as bitmaps; a bitmap goes on with its size in bytes, so with control characters.
        if beginning.startswith(signature) and (signature != b"BM" or b"\x00" in beginning):
            raise UnreadableFile(str(sentence))


def _old_office_sentence(file: BinaryIO) -> str:
    tail = b""
    found = False
    while not found and (piece := file.read(MEGABYTE)):
        found = _ENCRYPTED in tail + piece
        tail = piece[-len(_ENCRYPTED) :]
    file.seek(0)
    if found:
        return gettext("The file is protected by a password. Save it without one and upload it again.")
    return gettext("This is a file of an old Excel (.xls). Save it as XLSX or CSV and upload that.")


def _refuse_other_zip(file: BinaryIO) -> None:
    try:
        with zipfile.ZipFile(file) as archive:
            names = set(archive.namelist())
            document = archive.read("mimetype")[:100] if "mimetype" in names else b""
    except (zipfile.BadZipFile, OSError, RuntimeError, EOFError, NotImplementedError, ValueError) as error:
        raise UnreadableFile(gettext("The file is damaged: a part of it is missing. Save or send it again.")) from error
    finally:
        file.seek(0)
    if "xl/workbook.bin" in names:
        raise UnreadableFile(gettext("This is a binary workbook (.xlsb). Save it as XLSX or CSV and upload that."))
    if b"opendocument" in document or any(name.startswith(("word/", "ppt/", "Index/")) for name in names):
        raise UnreadableFile(gettext("This is another kind of document. Save the list as XLSX or CSV and upload that."))
    if "xl/workbook.xml" not in names:
        raise UnreadableFile(str(_ARCHIVE))
