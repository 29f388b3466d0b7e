"""What every registered kind can do: one battery, inherited by registering. A new kind adds how it is made to
`FACTORIES` of mudir.tests.world, and nothing else."""

import csv
import io
import re
from datetime import date, datetime, time

import pytest
from django.db import connection
from django.db.models import Model
from django.forms import ModelChoiceField
from django.http import QueryDict
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils.html import escape

from mudir.clients.models import Client
from mudir.kit.scope import ScopedQuerySet
from mudir.records import registry, search
from mudir.records.fields import ValueType
from mudir.records.forms import RelatedRecordField, make_form
from mudir.records.models import Event
from mudir.records.query import OPERATORS_OF, TAKES_NOTHING, Query, QuerySpec
from mudir.records.scope import DependentQuerySet
from mudir.tests.state import changed, state
from mudir.tests.world import make

KINDS = [record_type.kind for record_type in registry.all_types()]
WORDS = "Zanzibar"
VALUES = {  # something that fits each type
    ValueType.YES_NO: "yes", ValueType.DATE: "2026-11-25", ValueType.MOMENT: "2026-11-25", ValueType.NUMBER: "5",
    ValueType.PERCENT: "5", ValueType.PERSON: "me", ValueType.RECORD: "1",
}


def test_a_kind_that_the_tests_cannot_make_says_what_to_add(owner):
    with pytest.raises(LookupError, match="cannot make a sales.deal yet: add how to FACTORIES"):
        make("sales.deal", by=owner, words="x")


def title_of(record) -> str:
    return str(getattr(record, registry.for_model(type(record)).title))


def form_data(record_type, record, by) -> dict[str, str | list[str]]:
    """What a browser sends when somebody opens the form and saves it at once."""
    data: dict[str, str | list[str]] = {"version": str(record.version)}
    form = make_form(record_type, by, instance=record)
    for name, field in form.fields.items():
        value = form[name].value()
        if isinstance(field, RelatedRecordField):
            data[f"{name}_key"], data[name] = field.prepare_value(value) or ("", "")
        elif isinstance(value, list | tuple | set):
            data[name] = [str(one) for one in value]
        elif isinstance(field, ModelChoiceField):
            data[name] = str(value.pk if isinstance(value, Model) else value or "")
        elif isinstance(value, datetime):
            data[name] = f"{value:%Y-%m-%dT%H:%M:%S}"
        elif isinstance(value, date | time):
            data[name] = value.isoformat()
        elif value is True:
            data[name] = "on"
        elif value is not None and value is not False:
            data[name] = str(value)
    return data


class Battery:
    """What a kind can do, by the name of `kind`."""

    @pytest.fixture
    def record_type(self, kind):
        return registry.for_kind(kind)

    @pytest.fixture
    def record(self, kind, owner, client_of_owner):
        return make(kind, by=owner, words=f"{WORDS} one", client=client_of_owner)

    @pytest.fixture
    def as_owner(self, client, owner, record):
        client.force_login(owner)
        return client

    def url(self, record_type, path="", record=None) -> str:
        return f"/{record_type.slug}/" + (f"{record.pk}/" if record else "") + path

    # ── what it says of itself ───────────────────────────────────────────────────────────────────────────────────────

    def test_its_declaration_holds(self, record_type, lead):
        for view in record_type.views:
            Query(QuerySpec.from_query(record_type.kind, QueryDict(view.query)), lead)
        for field in record_type.fields.values():
            assert str(field.label) and field.type in OPERATORS_OF
        assert {name for name in record_type.search if record_type.fields[name].permission} == set()
        for verb, sentence in record_type.sentences.items():
            assert verb.startswith(f"{record_type.model._meta.model_name}."), verb
            assert str(sentence.text)

    def test_a_record_that_it_names_is_named_only_to_who_sees_it(self, record_type):
        """What hangs on another record is seen with it; any other name is computed for the reader."""
        scope = record_type.model._default_manager._queryset_class
        parent = scope.hangs_on if issubclass(scope, DependentQuerySet) else ""
        for field in record_type.fields_in_code.values():
            if field.type is not ValueType.RECORD or field.path == parent or field.is_many:
                continue
            if isinstance(field.related._default_manager.all(), ScopedQuerySet):
                assert field.sort_path == "", field.id
                assert f"{field.path}__name" not in field.value_paths, field.id

    # ── list ─────────────────────────────────────────────────────────────────────────────────────────────────────────

    @pytest.mark.parametrize("language", ["ar", "en"])
    def test_its_list_shows_it(self, record_type, record, as_owner, owner, language):
        owner.language = language
        owner.save()
        answer = as_owner.get(self.url(record_type, "?"))

        assert answer.status_code == 200
        assert f'data-id="{record.pk}"' in answer.content.decode()
        assert escape(title_of(record)) in answer.content.decode()

    def test_every_filter_is_offered_and_answers(self, record_type, record, as_owner):
        wrong, whole = [], self.url(record_type)
        for name in record_type.filters:
            field = record_type.fields[name]
            if field.permission:
                continue
            for operator in OPERATORS_OF[field.type]:
                value = VALUES.get(field.type) or next(iter(field.choices), "x")
                if operator.endswith("_days"):
                    value = "7"
                if operator == "within":
                    value = "this_week"
                several = {"between": f"{value},{value}"}.get(operator, value)
                condition = f"{name}.{operator}" + ("" if operator in TAKES_NOTHING else f".{several}")
                if as_owner.get(whole, {"f": condition}).status_code != 200:
                    wrong.append(condition)
            offered = as_owner.get(f"{whole}filter/", {"field": name})
            if offered.status_code != 200:
                wrong.append(name)

        assert wrong == []

    def test_every_column_is_shown_and_sorted_by_both_ways(self, record_type, record, as_owner, owner):
        visible = record_type.visible_fields(owner)
        names = [name for name, field in visible.items() if not field.is_many]
        answer = as_owner.get(self.url(record_type), {"columns": ",".join(names)})
        assert answer.status_code == 200 and f'data-id="{record.pk}"' in answer.content.decode()
        for name in names:
            for way in ("", "-"):
                answer = as_owner.get(self.url(record_type), {"sort": way + name})
                assert answer.status_code == (200 if visible[name].sort_path else 400), way + name

    def test_every_ready_view_opens(self, record_type, record, as_owner):
        for view in record_type.views:
            assert as_owner.get(f"{self.url(record_type)}?{view.query}").status_code == 200, view.code

    def test_a_list_costs_the_same_for_one_row_and_for_thirty(self, kind, record_type, record, as_owner, owner,
                                                              client_of_owner):
        def cost(url: str) -> int:
            with CaptureQueriesContext(connection) as queries:
                answer = as_owner.get(url)
                if answer.streaming:
                    b"".join(answer.streaming_content)
            assert answer.status_code == 200
            return len(queries)

        names = ",".join(name for name, field in record_type.visible_fields(owner).items() if not field.is_many)
        urls = [self.url(record_type, path) for path in (
            "", f"?columns={names}", "?q=zanzibar", "suggestions/?q=zanzibar", f"export/?format=csv&columns={names}")]
        one = [cost(url) for url in urls]
        for number in range(29):
            make(kind, by=owner, words=f"{WORDS} {number}", client=client_of_owner)

        assert [cost(url) for url in urls] == one
        assert max(one) <= 20

    # ── finding it and taking it along ───────────────────────────────────────────────────────────────────────────────

    def test_it_is_found_by_its_words(self, record_type, record, as_owner, owner, stranger):
        if not record_type.search:
            pytest.skip("a kind that is not searched")

        assert (record_type.kind, record.pk) in {(hit.kind, hit.id) for hit in search.find(owner, WORDS)}
        assert search.find(stranger, WORDS) == []
        shown = re.sub(r"</?mark>", "", as_owner.get("/search/", {"q": WORDS}).content.decode())
        assert escape(title_of(record)) in shown
        assert f'"{record.pk}"' in as_owner.get(self.url(record_type, "suggestions/"), {"q": WORDS}).content.decode()

    def test_its_list_is_taken_along_as_it_is_seen(self, record_type, record, as_owner, owner):
        columns = Query(QuerySpec(record_type.kind), owner).columns
        answer = as_owner.get(self.url(record_type, "export/?format=csv"))
        rows = list(csv.reader(io.StringIO(b"".join(answer.streaming_content).decode("utf-8-sig"))))

        assert rows[0] == [str(column.label) for column in columns]
        own = [row for row in rows[1:] if title_of(record) in row]
        assert len(own) == 1 and len(rows) == 2 + (record_type.kind == "clients.client")
        workbook = as_owner.get(self.url(record_type, "export/?format=xlsx"))
        assert b"".join(workbook.streaming_content).startswith(b"PK")

    # ── its page, making and changing it ─────────────────────────────────────────────────────────────────────────────

    @pytest.mark.parametrize("language", ["ar", "en"])
    def test_its_page_and_its_preview_open(self, record_type, record, as_owner, owner, language):
        owner.language = language
        owner.save()
        for path in ("", "preview/", "timeline/", "edit/"):
            answer = as_owner.get(self.url(record_type, path, record))
            assert answer.status_code == 200, path
        assert escape(title_of(record)) in as_owner.get(self.url(record_type, "", record)).content.decode()

    def test_a_form_that_is_saved_as_it_was_opened_changes_nothing(self, record_type, record, as_owner, owner):
        before = state()
        data = form_data(record_type, record, owner)
        answer = as_owner.post(self.url(record_type, "edit/", record), data)

        assert (answer.status_code, answer.headers.get("Location")) == (302, record.get_absolute_url()), answer.content
        assert changed(before) == []

    def test_one_change_is_written_once_and_a_second_writer_is_told(self, record_type, record, as_owner, owner, lead):
        data = form_data(record_type, record, owner)
        name = next(name for name in ("notes", "text") if name in data or name in record_type.fields)
        url = self.url(record_type, "edit/", record)
        assert as_owner.post(url, data | {name: "Changed by the owner"}).status_code == 302
        record.refresh_from_db()
        assert (getattr(record, name), record.version) == ("Changed by the owner", 2)
        assert Event.objects.filter(verb=f"{record._meta.model_name}.edited").count() == 1

        as_owner.force_login(lead)
        before = state()
        data = form_data(record_type, record, lead) | {name: "Changed by the lead"}
        answer = as_owner.post(url, data | {"version": "1"})
        assert answer.status_code == 409
        assert "Changed by the owner" in answer.content.decode() and "Changed by the lead" in answer.content.decode()
        assert changed(before) == []
        assert as_owner.post(url, data).status_code == 302

    def test_a_form_for_a_new_one_is_for_who_may_make_it(self, record_type, as_owner, staff):
        url = reverse("records:new", args=[record_type.slug])
        assert as_owner.get(url).status_code == 200
        before = state()
        assert as_owner.post(url, {"nonsense": "x"}).status_code == 422
        assert changed(before) == []
        as_owner.force_login(staff)
        before = state()
        assert (as_owner.get(url).status_code, as_owner.post(url, {}).status_code) == (403, 403)
        assert changed(before) == []

    def test_it_goes_to_the_trash_and_comes_back(self, record_type, record, as_owner, owner):
        model = record_type.model
        assert as_owner.post(self.url(record_type, "trash/", record)).status_code == 302
        assert not model.objects.visible_to(owner).filter(pk=record.pk).exists()
        assert as_owner.get(self.url(record_type, "", record)).status_code == 404
        assert as_owner.post(self.url(record_type, "restoration/", record)).status_code == 302
        assert model.objects.visible_to(owner).filter(pk=record.pk).exists()
        assert as_owner.get(self.url(record_type, "", record)).status_code == 200

    # ── for others it is not there ───────────────────────────────────────────────────────────────────────────────────

    def test_a_stranger_meets_it_nowhere(self, record_type, record, client, stranger):
        client.force_login(stranger)
        before = state()
        for path in ("", "preview/", "timeline/", "edit/"):
            assert client.get(self.url(record_type, path, record)).status_code == 404, path
        for path in ("edit/", "trash/", "restoration/"):
            assert client.post(self.url(record_type, path, record), {"version": "1"}).status_code == 404, path
        for path in ("", f"?q={WORDS}", f"suggestions/?q={WORDS}x", "export/?format=csv"):
            answer = client.get(self.url(record_type, path))
            body = b"".join(answer.streaming_content) if answer.streaming else answer.content
            assert answer.status_code == 200
            assert f'"{record.pk}"' not in body.decode() and f"{WORDS} one" not in body.decode(), path
        assert changed(before) == []


@pytest.mark.parametrize("kind", KINDS)
class TestEveryKind(Battery):
    """All that are registered."""


def test_every_kind_has_a_place_in_the_navigation_or_says_that_it_has_none(client, owner, client_of_owner):
    client.force_login(owner)
    body = client.get("/settings/").content.decode()

    for record_type in registry.all_types():
        assert (f'href="/{record_type.slug}/' in body) == record_type.in_navigation, record_type.slug
    assert Client.objects.visible_to(owner).count() == 1
