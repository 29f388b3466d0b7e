import pytest
from django.core.exceptions import ValidationError

from mudir.accounts.services import save_preferences

WISH = {"name": "Sara", "name_other": "سارة", "language": "ar", "digits": "arab", "calendar": "both", "country": "EG",
        "time_zone": "Africa/Cairo", "week_start": "0", "theme": "dark", "density": "roomy"}


def test_the_page_saves_every_preference(client, owner):
    client.force_login(owner)

    assert client.post("/settings/", WISH).headers["Location"] == "/settings/"

    owner.refresh_from_db()
    assert {name: getattr(owner, name) for name in WISH} == WISH | {"week_start": 0}
    page = client.get("/settings/")
    assert page.headers["Content-Language"] == "ar"
    body = page.content.decode()
    assert 'data-theme="dark"' in body and 'data-density="roomy"' in body and 'dir="rtl"' in body
    assert "١٢٬٣٤٥٫٦" in body


@pytest.mark.parametrize("wrong", [
    {"language": "fr"}, {"digits": "roman"}, {"calendar": ""}, {"time_zone": "Mars/Olympus"}, {"country": "XX"},
    {"week_start": "7"}, {"theme": "pink"}, {"density": ""}, {"name": " "},
])
def test_a_choice_that_is_none_changes_nothing(client, owner, wrong):
    client.force_login(owner)
    answer = client.post("/settings/", WISH | wrong)

    owner.refresh_from_db()
    assert (answer.status_code, owner.name_other, owner.language) == (422, "", "en")
    assert set(answer.context["form"].errors) == set(wrong)


def test_the_bar_changes_one_thing_and_stays_where_it_was(client, owner):
    client.force_login(owner)
    answer = client.post("/settings/", {"theme": "dark", "next": "/clients/?q=x"})
    assert answer.headers["Location"] == "/clients/?q=x"
    client.post("/settings/", {"language": "ar", "next": "/"})

    owner.refresh_from_db()
    assert (owner.theme, owner.language, owner.digits) == ("dark", "ar", "latn")
    assert client.post("/settings/", {"theme": "pink", "next": "/"}).status_code == 400


@pytest.mark.parametrize("evil", ["//evil.example", r"\/evil.example", r"/\evil.example", "https:evil.example",
                                  "https://evil.example/", "javascript:alert(1)", "evil", ""])
def test_the_bar_never_leads_to_another_site(client, owner, evil):
    client.force_login(owner)

    assert client.post("/settings/", {"theme": "dark", "next": evil}).headers["Location"] == "/"


@pytest.mark.parametrize("field", ["role", "team", "email", "is_active", "password", "id"])
def test_what_one_may_is_no_preference(client, owner, field):
    with pytest.raises(ValidationError):
        save_preferences(by=owner, **{field: "administrator"})
    client.force_login(owner)
    client.post("/settings/", WISH | {"role": "administrator", "email": "x@mudir.example", "next": "/"})
    client.post("/settings/", WISH | {"role": "administrator", "email": "x@mudir.example"})

    owner.refresh_from_db()
    assert (owner.role, owner.email) == ("client_manager", "sara@mudir.example")


def test_the_week_is_that_of_the_country_unless_one_chooses(owner):
    assert (owner.first_weekday, owner.weekend) == (6, frozenset({4, 5}))
    owner.country, owner.week_start = "AE", 6
    assert (owner.first_weekday, owner.weekend) == (6, frozenset({5, 6}))


def test_a_zone_by_its_older_name_is_kept(client, owner):
    owner.time_zone = "Asia/Calcutta"
    owner.save()
    client.force_login(owner)
    client.post("/settings/", WISH | {"time_zone": "Asia/Calcutta"})

    owner.refresh_from_db()
    assert owner.time_zone == "Asia/Calcutta"
