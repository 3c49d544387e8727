"""Files as programs write them: recognised by what is in them, read in a stream, refused with one sentence."""

import gzip
import io
import zipfile
from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from io import BytesIO

import pytest
from openpyxl import Workbook

from campaigns.audience.file_reading import formats, limits
from campaigns.audience.file_reading.formats import FileFormat, data_rows, headers, recognise, reread
from campaigns.audience.file_reading.kinds import FileKind
from campaigns.audience.file_reading.limits import UnreadableFile
from campaigns.models import ContactImport
from tests.contact_files.importing import uploaded
from tests.contact_files.made_up import english_workbook, saved

CYRILLIC = "Имя;Телефон;Город\nМарина Ёлкина;+79123456789;Нижний Новгород\nОлег Щукин;+79123456788;Тверь\n"
UKRAINIAN = "Ім'я;Телефон;Місто\nЇжак Ґудзь;+380676433012;Київ\nЄва Щербак;+380676433013;Одеса\n"
SPANISH = "Nombre;Móvil;Ciudad\nBegoña Núñez;+34612345678;Málaga\nJosé Ibáñez;+34612345679;Cádiz\n"
POLISH = "Imię;Telefon;Miasto\nŁukasz Żółć;+48512345678;Łódź\nMałgorzata Śliwa;+48512345679;Kraków\n"


def recognised(content: bytes) -> tuple[FileFormat, list[str], list[list[str]]]:
    """How the file is read, its headers, and its rows."""
    file = BytesIO(content)
    found = recognise(file)
    return found, headers(file, found), [row.cells for row in data_rows(file, found)]


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        (UKRAINIAN, "utf-8"),
        (UKRAINIAN, "utf-8-sig"),
        (UKRAINIAN, "utf-16"),
        (UKRAINIAN, "utf-16-be"),
        (UKRAINIAN, "cp1251"),
        (UKRAINIAN, "koi8-u"),
        (CYRILLIC, "utf-16-le"),
        (CYRILLIC, "cp1251"),
        (CYRILLIC, "koi8-r"),
        (CYRILLIC, "cp866"),
        (CYRILLIC.upper(), "cp1251"),
        (SPANISH, "cp1252"),
        (SPANISH, "utf-8"),
        (POLISH, "cp1250"),
        (POLISH, "utf-16"),
    ],
)
def test_the_encoding_is_told_from_the_letters(text: str, encoding: str) -> None:
    _format, names, rows = recognised(text.encode(encoding))
    lines = [line.split(";") for line in text.splitlines()]
    assert [names, *rows] == lines


def test_one_strange_letter_far_down_is_enough_to_leave_utf_8() -> None:
    content = b"name;phone\n" + b"Anna;+380676433012\n" * 20_000 + "José;+34612345678\n".encode("cp1252")
    found, _names, rows = recognised(content)
    assert found.encoding == "cp1252"
    assert rows[-1][0] == "José"


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_the_delimiter_is_the_one_that_makes_even_rows(delimiter: str) -> None:
    rows = [["phone", "interests", "note"], ["+380676433012", '"a, b; c|d"', "x"], ["+380676433013", "e", "y"]]
    found, names, _rows = recognised("\n".join(delimiter.join(row) for row in rows).encode())
    assert found.delimiter == delimiter
    assert names == rows[0]


def test_lists_inside_of_cells_are_no_columns() -> None:
    found, _names, rows = recognised(b"phone,interests\n+380676433012,a|b|c\n+380676433013,d|e|f\n")
    assert found.delimiter == ","
    assert rows[0] == ["+380676433012", "a|b|c"]


def test_a_file_of_one_column_has_one() -> None:
    _format, names, rows = recognised(b"email\nanna@example.com\noleh@example.com\n")
    assert names == ["email"]
    assert rows == [["anna@example.com"], ["oleh@example.com"]]


@pytest.mark.parametrize("ending", ["\n", "\r\n", "\r"])
def test_line_ends_of_every_system_and_lines_inside_of_cells(ending: str) -> None:
    text = ending.join(["phone,note", '+380676433012,"two', 'lines"', "+380676433013,one"])
    _format, _names, rows = recognised(text.encode())
    assert [row[0] for row in rows] == ["+380676433012", "+380676433013"]


def test_empty_rows_are_not_counted_but_numbered() -> None:
    file = BytesIO(b"\n\nphone,name\n\n+380676433012,Anna\n,,\n+380676433013,Oleh\n")
    found = recognise(file)
    assert found.header_row == 3
    assert [row.number for row in data_rows(file, found)] == [5, 7]


def test_a_title_above_the_headers_is_no_header() -> None:
    _format, names, _rows = recognised(b"Customers 2026;;\nphone;name;city\n+380676433012;Anna;Kyiv\n")
    assert names == ["phone", "name", "city"]


def test_a_file_without_headers_gets_some() -> None:
    found, names, rows = recognised(b"Anna;+380676433012;anna@example.com\nOleh;+380676433013;oleh@example.com\n")
    assert found.header_row == 0
    assert names == ["Column 1", "Column 2", "Column 3"]
    assert len(rows) == 2


def test_a_file_can_be_read_in_another_way() -> None:
    file = BytesIO(CYRILLIC.encode("cp1251"))
    wrong = FileFormat(kind=FileKind.TEXT, encoding="cp1252", delimiter=";")
    assert headers(file, reread(file, wrong))[0] == "Èìÿ"
    assert headers(file, wrong.model_copy(update={"encoding": "cp1251"}))[0] == "Имя"
    with pytest.raises(UnreadableFile, match="Choose another encoding"):
        headers(file, wrong.model_copy(update={"encoding": "utf-8-sig"}))


def test_cells_of_a_workbook_become_plain_text() -> None:
    workbook = Workbook()
    sheet = workbook.active
    assert sheet is not None
    sheet.append(["text", "number", "long", "share", "date", "instant", "hour", "yes", "no", "nothing", "formula"])
    values = [
        "a",
        7,
        380676433012,
        0.1 + 0.2,
        date(1990, 5, 3),
        datetime.fromisoformat("1990-05-03T10:30"),
        time(9, 30),
    ]
    sheet.append([*values, True, False, None, "=A2&B2"])
    _format, _names, rows = recognised(saved(workbook))
    expected = ["a", "7", "380676433012", "0.3", "1990-05-03", "1990-05-03 10:30:00", "09:30:00", "true", "false", ""]
    assert rows == [[*expected, "=A2&B2"]]


def test_the_result_of_a_formula_goes_before_its_text() -> None:
    def compute(xml: bytes) -> bytes:
        return xml.replace(b'<c r="H5">', b'<c r="H5" t="str">').replace(b"<v />", b"<v>Odesa</v>")

    computed = rewritten(english_workbook(people=4).content, "xl/worksheets/sheet1.xml", compute)
    _format, _names, rows = recognised(computed)
    assert rows[3][-1] == "Odesa"


def test_a_failed_formula_is_an_empty_cell() -> None:
    workbook = Workbook()
    sheet = workbook.active
    assert sheet is not None
    sheet.append(["phone", "name"])
    sheet.append(["+380676433012", "#N/A"])
    _format, _names, rows = recognised(saved(workbook))
    assert rows == [["+380676433012"]]


def test_the_first_visible_sheet_with_something_in_it_is_read() -> None:
    workbook = Workbook()
    assert workbook.active is not None
    hidden = workbook.create_sheet("Hidden")
    hidden.append(["secret", "list"])
    hidden.sheet_state = "hidden"
    for row in (["phone", "name"], ["+380676433012", "Anna"]):
        sheet = workbook["People"] if "People" in workbook.sheetnames else workbook.create_sheet("People")
        sheet.append(row)
    file = BytesIO(saved(workbook))
    found = recognise(file)
    assert found.sheet == "People"
    assert formats.sheets(file, found) == ["People"]


def test_a_wrong_size_in_the_workbook_hides_no_rows() -> None:
    content = english_workbook(people=5).content
    wrong = rewritten(content, "xl/worksheets/sheet1.xml", lambda xml: xml.replace(b'ref="A1:H6"', b'ref="A1"'))
    _format, names, rows = recognised(wrong)
    assert (len(names), len(rows)) == (8, 5)


def old_office(stream: str) -> bytes:
    """The beginning of an OLE file with a stream of that name in its directory."""
    return b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(2048) + stream.encode("utf-16-le") + bytes(512)


def archive(**parts: bytes) -> bytes:
    """A ZIP file; in the names of its parts __ stands for a slash and _ for a point."""
    buffer = BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as made:
        for name, content in parts.items():
            made.writestr(name.replace("__", "/").replace("_", "."), content)
    return buffer.getvalue()


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "The file is empty."),
        (b" \r\n\n", "The file is empty."),
        ("\N{BOM}".encode(), "The file is empty."),
        (b"phone;name\n", "The file has headers, but no row beneath them."),
        (b";;;\n;;\n", "There is nothing in the file."),
        (b"<!doctype html><title>Sign in</title>", "This is a web page"),
        ("\N{BOM}\n<html><table><tr><td>Anna".encode(), "This is a web page"),
        ("<html>".encode("utf-16"), "This is a web page"),
        (b'[{"phone": "+380676433012"}]', "This is JSON"),
        (b"\x89PNG\r\n\x1a\n" + bytes(100), "This is a picture"),
        (b"\xff\xd8\xff\xe0" + bytes(100), "This is a picture"),
        (b"%PDF-1.7\n", "This is a PDF document"),
        (b"{\\rtf1 Anna}", "This is a text document"),
        (b"BEGIN:VCARD\nFN:Anna\nEND:VCARD\n", "These are address cards"),
        (gzip.compress(b"phone\n+380676433012\n", mtime=0), "This is an archive"),
        (archive(people_csv=b"phone\n"), "This is an archive"),
        (archive(xl__workbook_bin=b""), "This is a binary workbook"),
        (archive(word__document_xml=b""), "This is another kind of document"),
        (archive(mimetype=b"application/vnd.oasis.opendocument.spreadsheet"), "This is another kind of document"),
        (old_office("Workbook"), "This is a file of an old Excel (.xls)."),
        (old_office("EncryptedPackage"), "The file is protected by a password."),
        (english_workbook(people=40).content[:4000], "The file is damaged"),
        (saved(Workbook()), "There is nothing in the workbook."),
        (archive(xl__workbook_xml=b"<workbook/>"), "The workbook is damaged"),
        (bytes(range(256)) * 40, "The file is neither a table of text nor an XLSX workbook."),
    ],
)
@pytest.mark.django_db
def test_what_is_no_list_is_refused_with_one_sentence_and_nothing_is_kept(
    content: bytes, sentence: str, settings: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> None:
    settings.MEDIA_ROOT = tmp_path_factory.mktemp("uploads")  # type: ignore[attr-defined]
    with pytest.raises(UnreadableFile) as refusal:
        uploaded(content, name="people.csv")
    assert str(refusal.value).startswith(sentence)
    assert not ContactImport.objects.exists()
    assert not list(settings.MEDIA_ROOT.iterdir())  # type: ignore[attr-defined]


def test_a_sheet_that_unpacks_to_one_endless_cell_is_refused() -> None:
    def swell(xml: bytes) -> bytes:
        return xml.replace(b"<t>Grace</t>", b"<t>" + b"x" * (limits.MAX_CELL * 40) + b"</t>")

    bomb = rewritten(english_workbook(people=6).content, "xl/worksheets/sheet1.xml", swell)
    assert len(bomb) < 20_000
    with pytest.raises(UnreadableFile, match="more than 10000 characters"):
        recognised(bomb)


def test_a_workbook_that_states_an_enormous_size_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("campaigns.audience.file_reading.spreadsheet._MAX_SHEET", 1000)
    with pytest.raises(UnreadableFile, match="too large when unpacked"):
        recognised(english_workbook(people=6).content)


def test_a_file_beyond_the_limits_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(formats, "MAX_ROWS", 2)
    with pytest.raises(UnreadableFile, match="more than 2 rows"):
        recognised(b"phone,name\n+1,a\n+2,b\n+3,c\n")
    with pytest.raises(UnreadableFile, match="Row 2 has more than 200 columns"):
        recognised(b"phone,name\n" + b"," * 200 + b"x\n")
    with pytest.raises(
        UnreadableFile, match="Row 3 has more than 10000 characters in a cell: perhaps a quotation mark"
    ):
        recognised(b"phone,name\n+1,Anna\n+2," + b"x" * 10_001 + b"\n")


def test_a_lost_quotation_mark_is_named() -> None:
    content = b'phone,name\n+1,a\n+2,"Anna\n' + b"+380676433012,Oleh\n" * 10_000
    with pytest.raises(
        UnreadableFile, match="Row 3 has more than 10000 characters in a cell: perhaps a quotation mark"
    ):
        recognised(content)


def test_a_large_file_is_never_held_in_memory() -> None:
    class Watched(io.BytesIO):
        largest = 0

        def read(self, size: int | None = -1) -> bytes:
            piece = super().read(size)
            Watched.largest = max(Watched.largest, len(piece))
            return piece

    file = Watched(b"phone,name\n" + b"+380676433012,Anna\n" * 200_000)
    found = recognise(file)
    assert sum(1 for _row in data_rows(file, found)) == 200_000
    assert Watched.largest <= limits.MEGABYTE


def rewritten(content: bytes, part: str, change: Callable[[bytes], bytes]) -> bytes:
    """An archive with one part changed."""
    buffer = BytesIO()
    with zipfile.ZipFile(BytesIO(content)) as old, zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            new.writestr(name, change(old.read(name)) if name == part else old.read(name))
    return buffer.getvalue()


def test_durations_are_text_too() -> None:
    workbook = Workbook()
    sheet = workbook.active
    assert sheet is not None
    sheet.append(["phone", "call"])
    sheet.append(["+380676433012", timedelta(hours=1, minutes=5)])
    assert recognised(saved(workbook))[2] == [["+380676433012", "1:05:00"]]
