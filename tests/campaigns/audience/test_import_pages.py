"""The pages of imports, from the upload to the rows that were not taken."""

import csv
from io import BytesIO, StringIO

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from openpyxl import load_workbook

from campaigns.audience import importing, upload_limit
from campaigns.models import AuditEntry, Consent, Contact, ContactImport, User
from campaigns.permissions import Permission, Role
from tests.contact_files.importing import imported, uploaded
from tests.contact_files.made_up import english_workbook, spanish_csv, ukrainian_csv
from tests.factories import make_user

pytestmark = pytest.mark.django_db

State = ContactImport.State
FORMULA = b'phone;email;city\n12345;=HYPERLINK("http://evil.example");+1\n'


@pytest.fixture
def importer(client: Client) -> User:
    """Somebody who may import, signed in to `client`."""
    user = make_user(roles=[Role.MARKETER])
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return user


def upload(client: Client, content: bytes, name: str = "people.csv") -> ContactImport:
    """Upload a file on the page; gives the import."""
    response = client.post(reverse("import_upload"), {"file": SimpleUploadedFile(name, content)})
    contact_import = ContactImport.objects.latest("pk")
    assert response["Location"] == reverse("import_mapping", args=[contact_import.pk])
    return contact_import


def form_of(client: Client, contact_import: ContactImport) -> dict[str, object]:
    """The mapping form as the page proposes it."""
    form = client.get(reverse("import_mapping", args=[contact_import.pk])).context["form"]
    values = {name: form[name].value() for name in form.fields}
    return {name: value for name, value in values.items() if value}


@pytest.mark.parametrize("name", ["import_list", "import_upload"])
@pytest.mark.parametrize(("role", "status"), [(Role.MARKETER, 200), (Role.ADMIN, 403), (Role.MANAGER, 403)])
def test_only_who_manages_contacts_may_import(client: Client, name: str, role: Role, status: int) -> None:
    client.force_login(make_user(roles=[role]), backend="django.contrib.auth.backends.ModelBackend")
    assert client.get(reverse(name)).status_code == status


@pytest.mark.parametrize(
    ("name", "method"),
    [
        ("import_detail", "get"),
        ("import_mapping", "post"),
        ("import_preview", "post"),
        ("import_reading", "post"),
        ("import_cancel", "post"),
        ("import_discard", "post"),
    ],
)
def test_every_page_of_an_import_asks_for_the_permission(client: Client, name: str, method: str) -> None:
    contact_import = uploaded("phone\n+380676433012\n")
    address = reverse(name, args=[contact_import.pk])
    assert reverse("account_login") in getattr(client, method)(address)["Location"]
    manager = make_user(roles=[Role.MANAGER], permissions=[Permission.VIEW_PEOPLE])
    client.force_login(manager, backend="django.contrib.auth.backends.ModelBackend")
    assert getattr(client, method)(address).status_code == 403
    assert client.get(reverse("import_not_taken", args=[contact_import.pk, "csv"])).status_code == 403


def test_the_whole_way(client: Client, importer: User) -> None:
    file = ukrainian_csv()
    contact_import = upload(client, file.content, file.name)
    given = form_of(client, contact_import) | {"channels": ["sms", "viber"]}
    assert (given["country"], given["date_order"], given["consent_basis"]) == ("UA", "dmy", "column")
    response = client.post(reverse("import_mapping", args=[contact_import.pk]), given)
    assert response["Location"] == reverse("import_detail", args=[contact_import.pk])
    assert AuditEntry.objects.filter(actor=importer, verb="start", subject_id=contact_import.pk).exists()
    page = client.get(reverse("import_detail", args=[contact_import.pk])).content.decode()
    assert 'hx-trigger="every 1s, seen-again"' in page

    importing.run(contact_import.pk)
    page = client.get(reverse("import_detail", args=[contact_import.pk])).content.decode()
    assert f"{file.contacts} + 0 + 0 + {file.repeated} + {file.rejected} = {file.rows}" in page
    assert 'hx-trigger="every' not in page


def test_a_file_that_is_no_list_is_refused_next_to_the_field(client: Client, importer: User) -> None:
    page = client.post(reverse("import_upload"), {"file": SimpleUploadedFile("list.csv", b"<!doctype html>")})
    assert page.status_code == 422
    assert "This is a web page, not a list of contacts." in page.content.decode()
    assert not ContactImport.objects.exists()


@pytest.mark.parametrize(
    ("fields", "sentence"), [({}, "Choose a file."), ({"file": SimpleUploadedFile("a.csv", b"")}, "The file is empty.")]
)
def test_no_file_is_no_upload(client: Client, importer: User, fields: dict[str, object], sentence: str) -> None:
    page = client.post(reverse("import_upload"), fields)
    assert (page.status_code, sentence in page.content.decode()) == (422, True)


def test_an_endless_upload_is_not_kept(client: Client, importer: User, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(upload_limit, "MAX_BYTES", 1000)
    content = b"phone\n" + b"+380676433012\n" * 100
    page = client.post(reverse("import_upload"), {"file": SimpleUploadedFile("list.csv", content)})
    assert page.status_code == 422
    assert "The file is larger than 200 MB." in page.content.decode()


def test_the_upload_asks_for_the_token(importer: User) -> None:
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(importer, backend="django.contrib.auth.backends.ModelBackend")
    page = strict.post(reverse("import_upload"), {"file": SimpleUploadedFile("list.csv", b"phone\n+1\n")})
    assert page.status_code == 403
    assert not ContactImport.objects.exists()


def test_the_preview_shows_what_would_be_stored(client: Client, importer: User) -> None:
    file = english_workbook(people=12)
    contact_import = upload(client, file.content, file.name)
    given = form_of(client, contact_import) | {"channels": ["email"]}
    preview = client.post(reverse("import_preview", args=[contact_import.pk]), given).context["preview"]
    assert "city" in preview.headings
    assert "+12125551001" in preview.rows[1].cells
    assert "April 21, 1950" in preview.rows[1].cells
    assert preview.rows[1].cells[-1] == "Email"
    assert preview.rows[0].cells[-1] == "no"
    assert (preview.checked, preview.problem_count) == (12, 0)


def test_the_preview_follows_a_form_that_is_not_right_yet(client: Client, importer: User) -> None:
    contact_import = upload(client, b"phone;name\n0676433012;Anna\n")
    given = form_of(client, contact_import) | {"target_1": "phone", "country": "ES"}
    preview = client.post(reverse("import_preview", args=[contact_import.pk]), given).context["preview"]
    assert preview.rows[0].problem.startswith("“0676433012” is not a phone number.")


@pytest.mark.usefixtures("importer")
@pytest.mark.parametrize(
    ("changes", "field", "sentence"),
    [
        ({"target_1": "phone"}, "target_1", "“phone” is this already, and a person has one."),
        ({"target_0": "ignore"}, "__all__", "Say which column is the phone number, the email address or your id."),
        ({"target_1": "attribute", "attribute_1": "!"}, "attribute_1", "Give the attribute a name"),
        ({"target_1": "attribute", "attribute_1": "Last name"}, "attribute_1", "“last_name” is a field of its own."),
        ({"target_1": "attribute", "attribute_1": "born"}, "attribute_2", "becomes the attribute “born” already."),
        ({"target_1": "full_name", "target_2": "first_name"}, "target_1", "Another column has the name"),
        ({"target_2": "birth_date"}, "date_order", "03/04/1990 can be read in two ways. Say which."),
        ({"consent_basis": ""}, "consent_basis", "Say on what ground these people may be messaged"),
        ({"consent_basis": "column"}, "consent_basis", "Then choose above which column says who agreed."),
        ({"consent_basis": "nobody", "target_1": "consent"}, "consent_basis", "“name” says who agreed."),
        ({"consent_basis": "declaration"}, "channels", "Choose at least one channel."),
        ({"consent_basis": "declaration", "channels": ["sms"]}, "evidence", "Say how they agreed"),
    ],
)
def test_what_cannot_work_is_said_next_to_the_field(
    client: Client, changes: dict[str, object], field: str, sentence: str
) -> None:
    contact_import = upload(client, b"phone;name;born\n+380676433012;Anna;03/04/1990\n+380676433013;Oleh;05/06/1991\n")
    chosen = {"target_2": "attribute", "attribute_2": "born", "consent_basis": "nobody"}
    given = form_of(client, contact_import) | chosen | changes
    page = client.post(reverse("import_mapping", args=[contact_import.pk]), given)
    assert page.status_code == 422
    assert sentence in " ".join(page.context["form"].errors[field])
    contact_import.refresh_from_db()
    assert contact_import.state == State.UPLOADED


def test_nobody_needs_no_channels(client: Client, importer: User) -> None:
    contact_import = upload(client, b"phone\n+380676433012\n")
    given = form_of(client, contact_import) | {"consent_basis": "nobody", "channels": ["sms"]}
    client.post(reverse("import_mapping", args=[contact_import.pk]), given)
    importing.run(contact_import.pk)
    assert Contact.objects.count() == 1
    assert not Consent.objects.exists()
    assert "Nobody may be messaged" in client.get(reverse("import_detail", args=[contact_import.pk])).content.decode()


def test_what_was_typed_stays(client: Client, importer: User) -> None:
    contact_import = upload(client, b"phone;mood\n+380676433012;sunny\n")
    given = form_of(client, contact_import) | {
        "attribute_1": "humour",
        "consent_basis": "declaration",
        "evidence": "hm",
    }
    page = client.post(reverse("import_mapping", args=[contact_import.pk]), given)
    assert {page.context["form"][name].value() for name in ("attribute_1", "evidence")} == {"humour", "hm"}


def test_a_file_can_be_read_in_another_way(client: Client, importer: User) -> None:
    contact_import = upload(client, "Имя;Телефон\nМарина;+79123456789\n".encode("cp1251"))
    address = reverse("import_reading", args=[contact_import.pk])
    given = {"reading-encoding": "koi8-u", "reading-delimiter": ";", "reading-header_row": "1"}
    client.post(address, given)
    wrong = client.get(reverse("import_mapping", args=[contact_import.pk])).content.decode()
    assert "Марина" not in wrong
    client.post(address, given | {"reading-encoding": "cp1251"})
    assert "Марина" in client.get(reverse("import_mapping", args=[contact_import.pk])).content.decode()


def test_a_way_that_does_not_work_is_refused(client: Client, importer: User) -> None:
    contact_import = upload(client, "Имя;Телефон\nМарина;+79123456789\n".encode("cp1251"))
    given = {"reading-encoding": "utf-8-sig", "reading-delimiter": ";", "reading-header_row": "1"}
    page = client.post(reverse("import_reading", args=[contact_import.pk]), given)
    assert page.status_code == 422
    assert "The file cannot be read as utf-8-sig." in page.content.decode()
    assert "Марина" in page.content.decode()


def test_another_sheet_can_be_chosen(client: Client, importer: User) -> None:
    file = english_workbook(people=3)
    contact_import = upload(client, file.content, file.name)
    given = {"reading-sheet": "Notes", "reading-header_row": "0"}
    client.post(reverse("import_reading", args=[contact_import.pk]), given)
    assert "not contacts" in client.get(reverse("import_mapping", args=[contact_import.pk])).content.decode()


def test_rows_not_taken_can_be_downloaded_and_run_no_formula(client: Client, importer: User) -> None:
    contact_import = imported(FORMULA, name="people.csv")
    sheet = client.get(reverse("import_not_taken", args=[contact_import.pk, "csv"]))
    rows = list(csv.reader(StringIO(b"".join(sheet).decode("utf-8-sig"))))
    assert rows[0] == ["Row", "Outcome", "Reason", "phone", "email", "city"]
    assert rows[1][:2] == ["2", "not taken"]
    assert rows[1][3:] == ["12345", '\'=HYPERLINK("http://evil.example")', "'+1"]
    assert sheet["Content-Disposition"] == 'attachment; filename="not taken from people.csv"'

    workbook = client.get(reverse("import_not_taken", args=[contact_import.pk, "xlsx"]))
    cells = list(load_workbook(BytesIO(b"".join(workbook)))["Rows not taken"].iter_rows(values_only=True))
    assert [[str(cell) for cell in row] for row in cells] == rows


def test_a_download_corrected_and_uploaded_again_is_read_as_it_was_meant() -> None:
    """Our own guard against formulas is taken off again."""
    done = imported("phone,email\n'+380676433012,anna@example.com\n")
    assert done.created_count == 1
    assert Contact.objects.get().addresses.filter(value="+380676433012").exists()


def test_an_import_can_be_stopped_and_the_question_says_what_stays(client: Client, importer: User) -> None:
    contact_import = imported(spanish_csv(people=10).content)
    ContactImport.objects.filter(pk=contact_import.pk).update(state=State.RUNNING, rows_done=2000)
    address = reverse("import_cancel", args=[contact_import.pk])
    assert "2,000 rows are in already, and stay." in client.get(address).content.decode()
    page = client.post(address, follow=True).content.decode()
    assert "Stopped after 2,000 rows." in page
    assert "The import has ended already." in client.post(address, follow=True).content.decode()


def test_an_upload_can_be_deleted_unless_it_was_started(client: Client, importer: User) -> None:
    contact_import = upload(client, b"phone\n+380676433012\n")
    client.post(reverse("import_discard", args=[contact_import.pk]))
    assert not ContactImport.objects.exists()
    started = imported("phone\n+380676433012\n")
    response = client.post(reverse("import_discard", args=[started.pk]))
    assert response["Location"] == reverse("import_detail", args=[started.pk])
    assert ContactImport.objects.filter(pk=started.pk).exists()


def test_the_page_says_what_a_fragment_has_to_replace(client: Client, importer: User) -> None:
    contact_import = imported("phone\n+380676433012\n")
    address = reverse("import_detail", args=[contact_import.pk])
    fragment = client.get(f"{address}?seen=running", headers={"HX-Request": "true"}).content.decode()
    assert "<html" not in fragment
    assert 'id="import-actions" hx-swap-oob="true"' in fragment
    same = client.get(f"{address}?seen=done", headers={"HX-Request": "true"}).content.decode()
    assert "import-actions" not in same


def test_names_of_files_and_cells_are_text_on_the_page(client: Client, importer: User) -> None:
    content = b"phone,<b>bold</b>\n+380676433012,<script>alert(1)</script>\n"
    contact_import = upload(client, content, "<img src=x>.csv")
    page = client.get(reverse("import_mapping", args=[contact_import.pk])).content.decode()
    assert "<script>alert(1)" not in page
    assert "<b>bold" not in page
    assert "<img src=x>" not in page


def test_the_list_shows_the_newest_first(client: Client, importer: User) -> None:
    for name in ("first.csv", "second.csv"):
        imported("phone\n+380676433012\n", name=name)
    page = client.get(reverse("import_list")).content.decode()
    assert page.index("second.csv") < page.index("first.csv")


@pytest.mark.parametrize("pk", [0, 999_999])
def test_an_import_that_does_not_exist_is_not_found(client: Client, importer: User, pk: int) -> None:
    assert client.get(reverse("import_detail", args=[pk])).status_code == 404


def test_an_import_leads_to_a_segment_of_those_it_added_or_of_those_reached_because_of_it(client: Client) -> None:
    client.force_login(make_user(roles=[Role.MARKETER]))
    content = "phone,name,consent\n+380671234567,Olena,yes\n"
    first, again = imported(content), imported(content.replace("Olena", "Olena K."))
    pages = [client.get(reverse("import_detail", args=[one.pk])).text for one in (first, again)]
    assert f'href="{reverse("segment_create")}?file={first.pk}"' in pages[0]
    assert f'href="{reverse("segment_create")}?reachable=sms&amp;reachable=viber"' in pages[1]
