"""Files as people have them: encodings, separators, workbooks, cards, heads of other programs."""

import io
import zipfile
from pathlib import Path

import pytest
import xlsxwriter

from mudir.clients.imports import ClientImporter, ContactImporter
from mudir.records.importing import cards, intake, tables
from mudir.records.importing.encoding import detect
from mudir.records.importing.tables import Unreadable
from mudir.records.models import Import

# Real files that nobody here wrote, beside the checkout where there are any.
SHARED = Path(__file__).parents[5] / "shared/data"
ARABIC = "الاسم,الهاتف\nشركة النخبة للتجارة,0112345678\nAcme & Söhne,0501234567\n"
needs_shared = pytest.mark.skipif(not SHARED.exists(), reason="the files of other programs are not here")

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def files_of_the_test(settings, tmp_path):
    settings.STORAGES = {**settings.STORAGES, "default": {
        "BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": {"location": tmp_path / "files"}}}


def received(owner, content: bytes | str, name="clients.csv", **given) -> Import:
    data = content.encode() if isinstance(content, str) else content
    return intake.receive(io.BytesIO(data), name, by=owner, **given)


def refusal(owner, content: bytes | str, name="clients.csv") -> str:
    with pytest.raises(Unreadable) as refused:
        received(owner, content, name)
    assert not Import.objects.exists()
    return str(refused.value)


@pytest.mark.parametrize("codec", [
    "utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-32-le", "utf-32-be",
])
def test_every_width_of_unicode_is_read_with_and_without_its_mark(owner, codec):
    job = received(owner, ARABIC.encode(codec))

    assert job.heads == ["الاسم", "الهاتف"]
    assert job.samples[0] == ["شركة النخبة للتجارة", "Acme & Söhne"]


def test_a_mark_of_utf_16_before_a_text_in_utf_32_does_not_mislead(owner):
    assert received(owner, b"\xff\xfe" + ARABIC.encode("utf-32-le")).heads == ["الاسم", "الهاتف"]


@pytest.mark.parametrize(("text", "codec"), [
    ("الاسم;المدينة\nشركة النخبة;الرياض\n", "cp1256"), ("Name;City\nSociété Générale;Besançon\n", "cp1252"),
    ("Name,Street\nHotel,Paseo Nº 77 5º\n", "cp1252"), ("الاسم\nمحمد\n", "cp1256"),
])
def test_the_two_windows_encodings_are_told_apart(text, codec):
    data = text.encode(codec)
    assert detect(data, [data]) == codec


def test_a_few_broken_letters_do_not_turn_a_whole_file_into_another_encoding(owner):
    job = received(owner, ("Name,City\n" + "شركة النخبة,الرياض\n" * 50).encode() + b"Caf\xe9,Jeddah\n")
    assert job.encoding == "utf-8"


@pytest.mark.parametrize(("sign", "stored"), [(",", ","), (";", ";"), ("\t", "\t"), ("|", "|")])
def test_the_separator_is_found(owner, sign, stored):
    text = sign.join(["Name", "City", "Phone"]) + "\n" + sign.join(['"Acme, Inc; Ltd"', "Jeddah", "1,5"]) + "\n"
    job = received(owner, text)

    assert (job.separator, job.samples[0]) == (stored, ["Acme, Inc; Ltd"])


def test_a_line_that_states_the_separator_is_obeyed_and_is_no_row(owner):
    job = received(owner, "sep=;\nName;City\nAcme;Jeddah\n")
    assert (job.heads, job.first_row, job.rows) == (["Name", "City"], 3, 1)


def test_heads_may_stand_below_a_title_or_be_missing(owner):
    below = received(owner, "List of clients,,\nName,Phone,Email\nAcme,0501234567,a@acme.example\n")
    missing = received(owner, "Acme,0501234567,a@acme.example\nZilal,0501234568,b@zilal.example\n")

    assert (below.heads, below.rows) == (["Name", "Phone", "Email"], 1)
    assert (missing.heads, missing.rows) == (["Column 1", "Column 2", "Column 3"], 2)


@pytest.mark.parametrize(("content", "sentence"), [
    (b"", "The file is empty."),
    (b"\n\n \n", "The file is empty."),
    (b"Name,City\n", "The file has heads but no rows."),
    (b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 40, "This is no table."),
    (b"PK\x03\x04 broken", "This is no table."),
    (b'Name,City\n"Acme,Jeddah\n' + b"x,y\n" * 60_000, "Behind row 1 a quotation mark is never closed"),
    (b"Name,City\nAcme," + b"x" * (10 << 20) + b"\n", "Line 2 is longer than a million letters"),
    (b"Name" + b",x" * 600 + b"\nAcme\n", "Row 1 has more than 500 columns"),
], ids=["empty", "blank", "heads", "picture", "zip", "quotes", "line", "columns"])
def test_a_file_that_cannot_be_imported_gets_one_sentence(owner, content, sentence):
    assert refusal(owner, content).startswith(sentence)


def test_a_file_of_one_column_is_a_list_of_names(owner):
    job = received(owner, "Name\nAcme\nZilal Studio\n")
    assert (job.separator, job.mapping, job.rows) == ("", ["name"], 2)


def workbook(rows, **options) -> bytes:
    file = io.BytesIO()
    with xlsxwriter.Workbook(file, options) as book:
        sheet = book.add_worksheet("عملاء")
        for number, row in enumerate(rows):
            for place, value in enumerate(row):
                sheet.write(number, place, value)
    return file.getvalue()


def test_a_workbook_is_read_as_a_person_would_type_it(owner):
    job = received(owner, workbook([["Name", "Phone", "City"], ["مخابز السنبلة", 966551234567, "الرياض"]]), "c.xlsx")

    assert (job.format, job.sheet, job.rows) == ("workbook", "عملاء", 1)
    assert job.samples == [["مخابز السنبلة"], ["966551234567"], ["الرياض"]]


def test_a_workbook_that_unpacks_without_end_is_refused(owner):
    file = io.BytesIO()
    with (zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive,
          archive.open("xl/worksheets/sheet1.xml", "w", force_zip64=True) as entry):
        for _megabyte in range(700):
            entry.write(bytes(1 << 20))
    assert refusal(owner, file.getvalue(), "bomb.xlsx").startswith("The workbook cannot be read")


def with_part(name: str, text: bytes) -> bytes:
    """A workbook of which one part is another."""
    content = workbook([["Name"], ["Acme"]])
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()} | {name: text}
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, part in parts.items():
            archive.writestr(name, part)
    return file.getvalue()


def test_f05_xml_of_a_workbook_neither_expands_nor_reaches_out(owner, tmp_path):
    (tmp_path / "secret").write_text("CNRY-secret")
    inner = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
    for entities, named in ((f'<!ENTITY x SYSTEM "file://{tmp_path}/secret">', "x"),
                            ('<!ENTITY x SYSTEM "http://127.0.0.1:9/">', "x"), (f'<!ENTITY l0 "lol">{inner}', "l9")):
        strings = (f'<?xml version="1.0"?><!DOCTYPE sst [{entities}]><sst xmlns="http://schemas.openxmlformats.org/'
                   'spreadsheetml/2006/main" count="2" uniqueCount="2"><si><t>Name</t></si>'
                   f"<si><t>&{named};</t></si></sst>")
        content = with_part("xl/sharedStrings.xml", strings.encode())
        try:
            job = received(owner, content, "xxe.xlsx")
        except Unreadable:
            continue
        said = job.file.open().read() + str(job.samples).encode()
        assert b"CNRY" not in said and len(said) < 1000


def test_a_workbook_that_kills_its_reader_is_refused(owner):
    content = with_part("xl/worksheets/sheet1.xml", (
        b'<?xml version="1.0"?><worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>'
        b'<row r="1"><c r="A1"><v>1</v></c></row><row r="1048576"><c r="XFD1048576"><v>1</v></c></row></sheetData>'
        b"</worksheet>"))
    assert refusal(owner, content, "huge.xlsx")


CARD = """BEGIN:VCARD
VERSION:2.1
N;CHARSET=UTF-8;ENCODING=QUOTED-PRINTABLE:=D8=A7=D9=84=D8=AE=D8=A7=D9=84=D8=AF=D9=8A;=D9=85=D8=AD=D9=85=D8=AF;;;
FN;CHARSET=UTF-8;ENCODING=QUOTED-PRINTABLE:=D9=85=D8=AD=D9=85=D8=AF =
=D8=A7=D9=84=D8=AE=D8=A7=D9=84=D8=AF=D9=8A
ORG:Elite, The;Sales
TEL;CELL;PREF:0551234567
PHOTO;ENCODING=BASE64;JPEG:/9j/4AAQ broken
END:VCARD
BEGIN:VCARD
VERSION:4.0
FN:Noura
 h
TEL;VALUE=uri;TYPE="work,voice":tel:+966-11-234-5678;ext=102
ADR;TYPE=home:;;King Rd;Riyadh;;11564;Saudi Arabia
END:VCARD
"""


def test_cards_of_any_version_become_rows():
    file = io.StringIO()

    assert cards.write_table(CARD, file) == 0
    rows = list(tables.rows(io.StringIO(file.getvalue(), newline=""), ","))
    first, second = (dict(zip(rows[0][1], cells, strict=True)) for _number, cells in rows[1:])
    assert (first["FN"], first["ORG"], first["ORG unit"], first["TEL mobile"]) == (
        "محمد الخالدي", "Elite, The", "Sales", "0551234567")
    assert (second["FN"], second["TEL work"], second["ADR 1 - city"], second["ADR 1 - type"]) == (
        "Nourah", "+966-11-234-5678 ext. 102", "Riyadh", "home")


@needs_shared
@pytest.mark.parametrize("path", sorted((SHARED / "vcard").glob("*.vcf")), ids=lambda path: path.name)
def test_every_real_card_is_read(owner, path):
    text = path.read_bytes()
    job = received(owner, text, path.name)

    assert (job.kind, job.rows) == ("clients.contact", text.upper().count(b"BEGIN:VCARD"))


LAYOUTS = {  # file -> kind, program, heads that must be understood
    "salesforce_account_dataloader.csv": ("clients.client", "Salesforce", {"NAME": "name", "BILLINGCITY": "city"}),
    "hubspot_companies.csv": ("clients.client", "HubSpot", {"Company name": "name", "Website URL": "website"}),
    "hubspot_contacts.csv": ("clients.contact", "HubSpot", {
        "First Name": "name:given", "Associated Company": "client"}),
    "pipedrive_deals_export.csv": ("clients.contact", "Pipedrive", {
        "Deal - Organization": "client", "Deal - Contact person": "name", "Deal - Title": ""}),
    "salesforce_opportunity_dataloader.csv": ("clients.client", "Salesforce", {"NAME": "", "STAGENAME": ""}),
    "google_contacts_2024_layout.csv": ("clients.contact", "Google Contacts", {
        "Organization Name": "client", "E-mail 1 - Value": "emails", "Phone 2 - Label": "phones:type",
        "Address 1 - City": "city", "Organization Title": "job_title"}),
    "google_contacts_old_layout.csv": ("clients.contact", "Google Contacts", {
        "Name": "name", "Phone 1 - Type": "phones:type"}),
    "outlook_csv_from_google.csv": ("clients.contact", "Outlook", {
        "Title": "title", "Job Title": "job_title", "Business Phone 2": "phones:work", "Home City": "city:home",
        "E-mail 3 Address": "emails", "Business Fax": "phones:fax"}),
    "thunderbird_addressbook.csv": ("clients.contact", "Thunderbird", {
        "Display Name": "name", "Organization": "client", "Birth Year": "birthday:year"}),
}


@needs_shared
@pytest.mark.parametrize("name", LAYOUTS)
def test_the_files_of_other_programs_are_recognised(owner, name):
    text = (SHARED / "export_layouts" / name).read_text("utf-8-sig")
    heads = next(tables.rows(io.StringIO(text, newline=""), ","))[1]
    found = {one.record_type().kind: one.recognise(heads, owner) for one in (ClientImporter, ContactImporter)}
    kind = max(found, key=lambda one: found[one].certainty)
    wanted_kind, program, wanted = LAYOUTS[name]

    assert (kind, found[kind].layout) == (wanted_kind, program)
    mapping = dict(zip(heads, found[kind].mapping, strict=True))
    assert {head: mapping[head] for head in wanted} == wanted


@pytest.mark.parametrize(("kind", "columns"), [
    ("clients.client", {
        "Record Id": "external_id", "Account Owner": "", "Account Name": "name", "Phone": "phones",
        "Website": "website", "Industry": "sector", "Billing Street": "street", "Billing City": "city",
        "Billing Country": "country", "Description": "notes"}),
    ("clients.contact", {
        "Record Id": "external_id", "Contact Owner": "", "First Name": "name:given", "Last Name": "name:family",
        "Account Name": "client", "Email": "emails", "Title": "job_title", "Department": "department",
        "Mobile": "phones:mobile"}),
])
def test_the_files_of_zoho_are_recognised(owner, kind, columns):
    found = {one.record_type().kind: one.recognise(list(columns), owner) for one in (ClientImporter, ContactImporter)}

    assert max(found, key=lambda one: found[one].certainty) == kind
    assert found[kind].layout == "Zoho CRM"
    assert dict(zip(columns, found[kind].mapping, strict=True)) == columns


@pytest.mark.parametrize(("heads", "mapping"), [
    (["اسم العميل", "رقم الجوال", "البريد الإلكتروني", "المدينة", "السجل التجاري", "ملاحظات"],
     ["name", "phones:mobile", "emails", "city", "registration_number", "notes"]),
    (["Account Name", "Phone", "Billing Street", "Billing City", "Industry", "Account Owner"],
     ["name", "phones", "street", "city", "sector", ""]),  # the owner is not theirs to set
])
def test_heads_of_clients_are_understood_in_both_languages(owner, heads, mapping):
    assert ClientImporter.recognise(heads, owner).mapping == mapping


def test_what_a_person_maps_once_is_remembered_for_the_same_heads(owner, teammate):
    job = received(owner, "Firma,Ort\nAcme,Jeddah\n")
    assert job.mapping == ["", ""]
    intake.map_columns(job, by=owner, mapping=["name", "city"])
    intake.begin_check(job, by=owner)

    assert received(owner, "Firma,Ort\nZilal,Riyadh\n").mapping == ["name", "city"]
    assert received(teammate, "Firma,Ort\nZilal,Riyadh\n").mapping == ["", ""]
