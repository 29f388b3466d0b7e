"""Adding a kind of record takes one model and one registration: the cars of mudir.tests.fleet, and no template."""

import importlib
from collections.abc import Iterator

import pgtrigger
import pytest
from django.apps import AppConfig, apps
from django.db import connection
from django.http import QueryDict
from django.urls import clear_url_caches

import mudir.api.urls
import mudir.urls
from mudir.accounts.services import make_key
from mudir.records import registry
from mudir.records.custom.writing import create_field
from mudir.records.looks import Look
from mudir.records.models import BulkAct
from mudir.records.query import QuerySpec
from mudir.records.registry import RecordType
from mudir.records.saved_views import save_view
from mudir.records.services import create_record
from mudir.records.tests.test_battery import Battery
from mudir.tests import world
from mudir.tests.test_routes import HTMX


def draw_addresses_anew() -> None:
    """The addresses of the API are drawn once, from what is registered then."""
    importlib.reload(mudir.api.urls)
    importlib.reload(mudir.urls)
    clear_url_caches()


@pytest.fixture(scope="module")
def registered() -> Iterator[RecordType]:
    """The app among those of the program, for the tests of this file."""
    fleet = apps.app_configs["fleet"] = AppConfig.create("mudir.tests.fleet")
    fleet.apps = apps
    fleet.import_models()
    apps.clear_cache()
    from mudir.tests.fleet.registry import CARS

    registry._types[CARS.kind] = CARS
    world.FACTORIES[CARS.kind] = lambda by, words, client: create_record(CARS.model, by=by, name=words)
    draw_addresses_anew()
    yield CARS
    del apps.app_configs["fleet"]
    apps.clear_cache()
    del registry._types[CARS.kind], world.FACTORIES[CARS.kind]
    draw_addresses_anew()


@pytest.fixture
def cars(registered, db) -> RecordType:
    """The kind with its tables and triggers, as a migration makes them; they are gone with the test."""
    with connection.schema_editor() as editor:
        for model in apps.get_app_config("fleet").get_models():
            editor.create_model(model)
        editor.execute("ALTER TABLE fleet_car ALTER COLUMN id RESTART WITH 4711")  # a number that no page has otherwise
    for model, trigger in pgtrigger.registered():
        if model is registered.model:
            trigger.install(model)
    return registered


class TestANewKind(Battery):
    @pytest.fixture
    def kind(self, cars) -> str:
        return cars.kind

    # ── what is of one kind alone elsewhere ──────────────────────────────────────────────────────────────────────────

    def test_it_is_made_and_edited_where_it_stands(self, as_owner, owner):
        made = as_owner.post("/cars/new/", {"name": "Land Cruiser", "state": "road", "kilometres": "٤٢٠٠٠"})
        car = registry.for_kind("fleet.car").model.objects.visible_to(owner).get(name="Land Cruiser")
        assert (made.status_code, made["Location"], car.kilometres) == (302, f"/cars/{car.pk}/", 42000)

        answer = as_owner.post(f"/cars/{car.pk}/cells/state/", {"version": 1, "state": "workshop"}, headers=HTMX)
        assert (answer.status_code, "/undoing/" in answer.content.decode()) == (200, True)
        history = as_owner.get(f"/cars/{car.pk}/history/").content.decode()
        assert "on the road" in history and "in the workshop" in history
        assert "added <bdi>Land Cruiser</bdi>" in as_owner.get(f"/cars/{car.pk}/").content.decode()

    def test_it_stands_in_columns_and_moves(self, record, as_owner):
        board = as_owner.get("/cars/board/").content.decode()
        assert (f'id="card-{record.pk}" data-at="road"' in board, "in the workshop" in board) == (True, True)
        as_owner.post(f"/cars/{record.pk}/move/?by=state", {"to": "sold"})
        assert f'id="card-{record.pk}" data-at="sold"' in as_owner.get("/cars/board/").content.decode()

    def test_its_list_is_filtered_grouped_and_kept_as_a_view(self, record, as_owner, owner):
        view = save_view(QuerySpec.from_query("fleet.car", QueryDict("f=state.is.road")), Look(), by=owner, name="Ours")
        shown = as_owner.get(f"/cars/?view={view.pk}").content.decode()
        assert (f'data-id="{record.pk}"' in shown, "Ours" in shown) == (True, True)
        assert f'data-id="{record.pk}"' not in as_owner.get("/cars/?f=state.is.sold").content.decode()
        grouped = as_owner.get("/cars/?group=state&aggregates=count,sum.kilometres").content.decode()
        assert "on the road" in grouped

    def test_a_field_without_code_is_in_its_form_list_filter_export_and_history(self, record, as_owner, administrator):
        create_field("fleet.car", by=administrator, type="choice", name_en="Fuel", is_filtered=True, choices=[
            {"code": "", "ar": "", "en": "Petrol", "tone": ""}, {"code": "", "ar": "", "en": "Diesel", "tone": "warn"}])
        assert "custom.fuel" in as_owner.get("/cars/new/").content.decode()
        assert 'data-edit="custom.fuel"' in as_owner.get(f"/cars/{record.pk}/").content.decode()
        data = {"version": 1, "name": record.name, "state": "road", "kilometres": 0, "custom.fuel": "diesel"}
        assert as_owner.post(f"/cars/{record.pk}/edit/", data).status_code == 302
        url = "/cars/?columns=name,custom.fuel&f=custom.fuel.is."
        assert f'data-id="{record.pk}"' in as_owner.get(f"{url}diesel").content.decode()
        assert f'data-id="{record.pk}"' not in as_owner.get(f"{url}petrol").content.decode()
        file = as_owner.get("/cars/export/?format=csv&columns=name,custom.fuel")
        assert b"".join(file.streaming_content).decode("utf-8-sig").splitlines() == [
            "name,Fuel", f"{record.name},Diesel"]
        assert "Diesel" in as_owner.get(f"/cars/{record.pk}/history/").content.decode()

    def test_many_are_changed_at_once_and_brought_back(self, record, as_owner):
        answer = as_owner.post("/cars/bulk/", {
            "act": "edit", "answered": "1", "id": record.pk, "field": "state", "state": "sold"})
        record.refresh_from_db()
        assert (answer.status_code, record.state) == (302, "sold")
        as_owner.post(f"/acts/{BulkAct.objects.get().pk}/undoing/")
        record.refresh_from_db()
        assert record.state == "road"

    def test_a_program_reads_and_writes_it(self, cars, client, owner):
        key = make_key(by=owner, name="Warehouse", scopes=["read", "write"])[1]
        asks = {"headers": {"Authorization": f"Bearer {key}"}, "content_type": "application/json"}
        made = client.post("/api/v1/cars", {"name": "Land Cruiser", "state": "workshop"}, **asks)
        assert made.status_code == 201, made.content
        url = made["Location"]
        assert client.patch(url, {"version": 1, "kilometres": 7}, **asks).json()["kilometres"] == 7
        found = client.get("/api/v1/cars?f=state.is.workshop&columns=name,kilometres", **asks).json()["records"]
        assert [(one["name"], one["kilometres"]) for one in found] == [("Land Cruiser", 7)]
        assert [client.delete(url, **asks).status_code, client.get(url, **asks).status_code] == [204, 404]
        assert client.post(f"{url}/restoration", **asks).status_code == 200
        assert "/api/v1/cars/{pk}" in client.get("/api/v1/openapi.json", **asks).json()["paths"]

    def test_it_is_followed_spoken_of_and_found_by_the_menu(self, record, as_owner):
        as_owner.post(f"/cars/{record.pk}/comments/", {"text": "The brakes squeal"})
        assert "The brakes squeal" in as_owner.get(f"/cars/{record.pk}/?show=comments").content.decode()
        as_owner.post(f"/cars/{record.pk}/star/", {"on": "yes"})
        assert record.name in as_owner.get("/favourites/").content.decode()
        assert 'href="/cars/"' in as_owner.get("/").content.decode()
        assert as_owner.get(f"/cars/{record.pk}/files/").status_code == 200
        assert as_owner.get("/cars/calendar/?by=bought_date").status_code == 200
