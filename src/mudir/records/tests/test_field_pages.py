"""An administrator makes fields on pages, without script."""

import re

import pytest
from django.core.exceptions import ValidationError

from mudir.clients.models import Client
from mudir.clients.services import create_client
from mudir.records import registry
from mudir.records.custom.writing import FIELDS, create_field, edit_field
from mudir.records.models import CustomField

KIND = "clients.client"
ROWS = {"choices-TOTAL_FORMS": "3", "choices-INITIAL_FORMS": "0"}

pytestmark = pytest.mark.django_db


def body(answer) -> str:
    return answer.content.decode()


@pytest.fixture
def as_administrator(client, administrator):
    client.force_login(administrator)
    return client


def test_the_way_from_the_first_page_to_a_field_in_a_list(as_administrator, owner, client_of_owner):
    page = as_administrator.get("/fields/", follow=True)
    assert "No fields of your own yet" in body(page)
    assert 'href="/fields/clients/new/"' in body(page)
    assert 'href="?type=choice"' in body(as_administrator.get("/fields/clients/new/"))

    answer = as_administrator.post("/fields/clients/new/?type=choice", ROWS | {
        "name_ar": "الحجم", "name_en": "Size", "choices-0-ar": "كبير", "choices-0-en": "Large",
        "choices-1-en": "Small", "choices-1-tone": "warn", "is_filtered": "on"}, follow=True)
    assert answer.status_code == 200
    assert "“Size” is a field now." in body(answer)
    made = CustomField.objects.get()
    assert (made.code, made.type, made.is_filtered) == ("size", "choice", True)
    assert made.choices == [{"code": "large", "ar": "كبير", "en": "Large"},
                            {"code": "small", "ar": "", "en": "Small", "tone": "warn"}]
    as_administrator.force_login(owner)
    assert 'value="custom.size"' in body(as_administrator.get("/clients/filter/"))
    assert 'value="custom.size"' in body(as_administrator.get("/clients/columns/"))
    assert 'name="custom.size"' in body(as_administrator.get(f"/clients/{client_of_owner.pk}/edit/"))


@pytest.mark.parametrize("type", CustomField.Type.values)
def test_every_type_has_a_form_that_makes_and_changes_it(as_administrator, type):
    address = f"/fields/clients/new/?type={type}"
    assert as_administrator.get(address).status_code == 200
    given = ROWS | {"name_en": "Size", "choices-0-en": "One", "digits": "2", "related_kind": KIND,
                    "formula": "stage + 1"}
    assert as_administrator.post(address, given).status_code == 302
    made = CustomField.objects.get()
    page = as_administrator.get(f"/fields/{made.pk}/")
    assert page.status_code == 200
    assert 'value="Size"' in body(page)

    choices = {f"choices-{number}-{name}": value for number, one in enumerate(made.choices)
               for name, value in one.items()} | {"choices-INITIAL_FORMS": len(made.choices)}
    answer = as_administrator.post(f"/fields/{made.pk}/", given | choices | {"name_en": "Width"})
    assert answer.status_code == 302, answer.context["form"].errors
    made.refresh_from_db()
    assert (made.name_en, made.type, made.code) == ("Width", type, "size")


def test_what_is_refused_stands_beside_its_box(as_administrator):
    answer = as_administrator.post("/fields/clients/new/?type=text", {"name_en": "Size", "code": "Größe"})

    assert answer.status_code == 422
    assert "Write the code in small Latin letters" in body(answer)
    assert 'value="Größe"' in body(answer)
    assert as_administrator.post("/fields/clients/new/?type=choice", ROWS | {"name_en": "Size"}).status_code == 422
    assert not CustomField.objects.exists()


def test_an_archived_field_is_brought_back_by_the_toast(as_administrator, administrator):
    made = create_field(KIND, by=administrator, type="text", name_en="Size")
    answer = as_administrator.post(f"/fields/{made.pk}/archiving/", follow=True)
    assert f"/fields/{made.pk}/restoration/" in body(answer)
    assert not registry.for_kind(KIND).custom_fields

    as_administrator.post(f"/fields/{made.pk}/restoration/")
    assert list(registry.for_kind(KIND).custom_fields) == ["custom.size"]


def test_fields_are_put_in_order_and_back(as_administrator, administrator):
    keys = [create_field(KIND, by=administrator, type="text", name_en=name).pk for name in ("A", "B", "C")]

    def order() -> list[str]:
        return [name.removeprefix("custom.") for name in registry.for_kind(KIND).custom_fields]

    as_administrator.post("/fields/clients/order/", {"order": keys, "up": keys[2]})
    assert order() == ["a", "c", "b"]
    as_administrator.post("/fields/clients/order/", {"order": [keys[1], keys[0], keys[2]]})
    assert order() == ["b", "a", "c"]
    as_administrator.post(f"/fields/clients/order/?order={keys[0]}&order={keys[2]}&order={keys[1]}")
    assert order() == ["a", "c", "b"]
    as_administrator.post("/fields/clients/order/", {"order": ["x", "99"], "down": keys[1]})
    assert order() == ["a", "c", "b"]


def test_a_formula_is_tried_out_before_it_is_saved(as_administrator, owner):
    create_client(by=owner, name="Basma", tier="key")
    address, tried = "/fields/clients/new/?type=computed", {"do": "try", "digits": "0"}
    assert 'data-value="custom.' not in body(as_administrator.get(address))
    assert 'data-value="stage"' in body(as_administrator.get(address))

    answer = as_administrator.post(address, tried | {"formula": "stage * 10"})
    assert (answer.status_code, "The result is a number." in body(answer)) == (200, True)
    assert '<dt><bdi>Basma</bdi></dt><dd><bdi class="ltr">10</bdi></dd>' in body(answer)
    fragment = as_administrator.post(address, tried | {"formula": "stage * oops", "trial-record": "Nobody"}, headers={
        "HX-Request": "true", "HX-Request-Type": "partial"})
    assert "<mark>oops</mark>" in body(fragment)
    assert "There is no field “oops” here." in body(fragment)
    assert "<html" not in body(fragment)
    assert not CustomField.objects.exists()


def test_b07_a_formula_is_not_tried_on_what_its_writer_does_not_see(as_administrator, administrator, owner):
    hidden = create_field(KIND, by=administrator, type="number", name_en="Size", seen_by=["director"])
    create_client(by=owner, name="Basma")
    CustomField.objects.filter(pk=hidden.pk).update(seen_by=["director"])
    Client.objects.unscoped("test").update(custom={"size": "31337"})
    with pytest.raises(ValidationError) as refusal:
        create_field(KIND, by=administrator, type="computed", name_en="Twice", formula="size * 2")
    assert refusal.value.message_dict == {"formula": ["You do not see every field that this is calculated from."]}
    for formula in ("size", "custom.size + 1"):
        answer = as_administrator.post("/fields/clients/new/?type=computed", {"do": "try", "formula": formula})
        assert "You do not see every field that this is calculated from." in body(answer)
        assert "3133" not in body(answer)


def test_a_field_that_others_are_calculated_from_stays(as_administrator, administrator):
    base = create_field(KIND, by=administrator, type="number", name_en="Size")
    create_field(KIND, by=administrator, type="computed", name_en="Twice", formula="size * 2")
    answer = as_administrator.post(f"/fields/{base.pk}/archiving/", follow=True)
    assert "“Twice” is calculated from this field: change its formula first." in body(answer)
    base.refresh_from_db()
    assert base.archived_at is None


def test_an_edit_is_taken_back_by_its_toast_while_nobody_has_edited_since(as_administrator, administrator, owner):
    choices = [{"ar": "كبير", "en": "Large"}, {"ar": "صغير", "en": "Small"}]
    made = create_field(KIND, by=administrator, type="choice", name_en="Size", name_ar="الحجم", choices=choices,
                        default="large")
    before = {name: getattr(made, name) for name in FIELDS}
    form = ROWS | {"choices-INITIAL_FORMS": "0", "name_en": "Extent", "name_ar": "المدى", "choices-0-en": "Vast",
                   "choices-0-code": "large", "is_required": "on", "is_filtered": "on"}

    def edited() -> str:
        page = body(as_administrator.post(f"/fields/{made.pk}/", form, follow=True))
        made.refresh_from_db()
        assert made.name_en == "Extent" and made.is_required
        return re.search(rf'action="(/fields/{made.pk}/undoing/[^"]+)"', page)[1].replace("&amp;", "&")

    as_administrator.post(edited())
    made.refresh_from_db()
    assert {name: getattr(made, name) for name in FIELDS} == before

    undo = edited()
    edit_field(made, by=administrator, help_en="Another hand")
    assert "has been changed since" in body(as_administrator.post(undo, follow=True))
    made.refresh_from_db()
    assert made.name_en == "Extent"
    assert "has been changed since" in body(as_administrator.post(f"/fields/{made.pk}/undoing/?before=1&after=2",
                                                                  follow=True))
