"""A field whose value is one of the record's own files."""

import io

import pytest
from django.core.exceptions import ValidationError

from mudir.clients.models import Client
from mudir.clients.services import create_client, edit_client
from mudir.records import files, merging, registry
from mudir.records.custom.writing import create_field, edit_field
from mudir.records.history.reading import Asked, History
from mudir.records.models import CustomField
from mudir.records.projection import read_values
from mudir.records.query import Condition, Group, Query, QuerySpec, SpecError

KIND = "clients.client"
pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def storage(settings, tmp_path):
    settings.STORAGES = settings.STORAGES | {"default": {
        "BACKEND": "mudir.kit.storage.WholeFiles", "OPTIONS": {"location": tmp_path}}}


@pytest.fixture
def made(administrator) -> CustomField:
    return create_field(KIND, by=administrator, type="file", code="contract", name_en="Contract")


def add(record, by, name="contract.txt", content=b"words"):
    return files.add_file(record, io.BytesIO(content), name, by=by).of


def names(actor, text) -> list[str]:
    spec = QuerySpec(kind=KIND, where=Group("and", (Condition.parse(text),)))
    return [row[1] for row in Query(spec, actor).page([]).rows]


def told(record, actor):
    field = registry.for_kind(KIND).fields["custom.contract"]
    return read_values(registry.for_kind(KIND), [record.pk], [field], actor)[record.pk][0]


def test_a_file_of_the_record_is_named_listed_and_filtered_by(client, owner, made, client_of_owner):
    kept = add(client_of_owner, owner)
    edit_client(client_of_owner, by=owner, **{"custom.contract": kept.pk})
    client.force_login(owner)
    page = client.get(f"/clients/{client_of_owner.pk}/").content.decode()
    listed = client.get("/clients/?columns=name,custom.contract").content.decode()

    assert f'href="/clients/{client_of_owner.pk}/files/{kept.pk}/"' in page
    assert "contract.txt" in listed
    assert (told(client_of_owner, owner), names(owner, "custom.contract.not_empty")) == (
        "contract.txt", [client_of_owner.name])
    assert names(owner, "custom.contract.empty") == []
    files.rename_file(kept, by=owner, name="agreement.txt")
    assert told(client_of_owner, owner) == "agreement.txt"


def test_the_form_offers_the_files_of_this_very_record(client, owner, made, client_of_owner, contact_of_owner):
    own, others = add(client_of_owner, owner), add(contact_of_owner, owner, "CNRY.txt")
    client.force_login(owner)
    url = f"/clients/{client_of_owner.pk}/cells/custom.contract/"
    page = client.get(url).content.decode()

    assert f'<option value="{own.pk}">contract.txt</option>' in page
    assert "CNRY" not in page
    version = Client.objects.visible_to(owner).get(pk=client_of_owner.pk).version
    assert client.post(url, {"custom.contract": others.pk, "version": version}).status_code == 422
    client.post(url, {"custom.contract": own.pk, "version": version})
    assert told(client_of_owner, owner) == "contract.txt"


def test_a13_the_file_of_another_record_is_refused_in_the_words_for_none(
    owner, made, client_of_owner, client_of_stranger, stranger,
):
    hidden = add(client_of_stranger, stranger, "CNRY.txt")
    for key in (hidden.pk, 987_654_321, "x"):
        with pytest.raises(ValidationError) as refused:
            edit_client(client_of_owner, by=owner, **{"custom.contract": key})
        assert refused.value.message_dict == {
            "custom.contract": ["This record has no such file: add it to its files first."]}
    assert Client.objects.visible_to(owner).get(pk=client_of_owner.pk).custom == {}


def test_a_filter_names_no_file(owner, made, client_of_owner):
    with pytest.raises(SpecError, match="cannot be compared"):
        names(owner, "custom.contract.is.1")


def test_a_file_in_the_trash_is_as_good_as_none_and_comes_back(owner, made, client_of_owner):
    kept = add(client_of_owner, owner)
    edit_client(client_of_owner, by=owner, **{"custom.contract": kept.pk})
    files.remove_file(kept, by=owner)
    assert (told(client_of_owner, owner), names(owner, "custom.contract.empty")) == (None, [client_of_owner.name])

    files.put_back_file(kept, by=owner)
    assert told(client_of_owner, owner) == "contract.txt"


def test_the_history_names_the_file(owner, made, client_of_owner):
    kept = add(client_of_owner, owner)
    edit_client(client_of_owner, by=owner, **{"custom.contract": kept.pk})
    history = History(registry.for_kind(KIND), client_of_owner, owner)
    (entry,), _more = history.page(Asked(field="custom.contract"))

    assert [(one.before, one.after) for one in entry.changes] == [(None, kept.pk)]
    assert history.names.of(type(kept), kept.pk) == "contract.txt"


def test_a_merge_keeps_the_file_and_what_it_is_for(owner, made, client_of_owner):
    other = create_client(by=owner, name="Another")
    kept = add(other, owner)
    edit_client(other, by=owner, **{"custom.contract": kept.pk})
    merging.merge(client_of_owner, Client.objects.visible_to(owner).get(pk=other.pk), by=owner)

    assert told(client_of_owner, owner) == "contract.txt"
    assert [version.of for version in files.files_of(client_of_owner)] == [kept]


def test_a_new_record_cannot_be_asked_for_a_file_but_a_stage_can(administrator, made):
    with pytest.raises(ValidationError, match="A new record has no files yet"):
        edit_field(made, by=administrator, is_required=True)

    assert edit_field(made, by=administrator, required_from=7).required_from == 7
