import pytest
from django.http import QueryDict
from django.utils import timezone

from mudir.clients.forms import ClientForm, ContactForm
from mudir.clients.models import Client, Consent, Contact, Phone
from mudir.clients.services import create_client, edit_client, share


def sent(**lists):
    """What a browser sends for the lists of a form: rows, and which of them is primary."""
    data = {}
    for name, (initial, rows, primary) in lists.items():
        data |= {f"{name}-TOTAL_FORMS": len(rows), f"{name}-INITIAL_FORMS": initial, f"{name}-primary": str(primary)}
        for place, row in enumerate(rows):
            data |= {f"{name}-{place}-{field}": value for field, value in row.items()}
    return data


PLAIN = {"kind": "company", "name": "Basma Clinics", "tier": "ordinary", "lifecycle": "prospect"}


def query(data):
    made = QueryDict(mutable=True)
    for name, value in data.items():
        made.setlist(name, value if isinstance(value, list) else [value])
    return made


def test_a_client_is_made_on_the_page_with_its_lists(client, owner):
    client.force_login(owner)
    answer = client.post("/clients/new/", PLAIN | {"languages": ["ar", "en"]} | sent(
        phones=(0, [{"raw": "0550123456", "type": "mobile"}, {"raw": "0112345678", "type": "work"},
                    {"raw": "", "type": "mobile"}], 1),
        emails=(0, [{"address": "", "type": "work"}], 0),
        consents=(0, [{"channel": "email", "is_granted": "no"}, {"channel": "", "is_granted": "yes"}], 0),
    ))

    made = Client.objects.unscoped("test").get()
    assert (answer.status_code, answer.headers["Location"]) == (302, f"/clients/{made.pk}/")
    assert (made.phone, made.email, made.languages) == ("+966112345678", "", ["ar", "en"])
    assert Phone.objects.count() == 2
    assert Consent.objects.values_list("channel", "is_granted", "given_date").get() == (
        "email", False, timezone.localdate())


def test_a_wrong_row_is_answered_in_its_place_and_nothing_is_written(client, owner):
    client.force_login(owner)
    answer = client.post("/clients/new/", PLAIN | sent(emails=(0, [{"address": "nobody", "type": "work"}], 0)))

    assert answer.status_code == 422
    assert "Enter a valid email address." in answer.content.decode()
    assert not Client.objects.unscoped("test").exists()


def test_lists_that_were_not_sent_stay(client, owner, client_of_owner):
    client.force_login(owner)
    answer = client.post(f"/clients/{client_of_owner.pk}/edit/", PLAIN | {"version": 1, "sector": "Health"})

    client_of_owner.refresh_from_db()
    assert answer.status_code == 302
    assert (client_of_owner.name, client_of_owner.phone) == ("Basma Clinics", "+966112345678")


def test_a_row_marked_for_deletion_goes(client, owner, client_of_owner):
    client.force_login(owner)
    client.post(f"/clients/{client_of_owner.pk}/edit/", PLAIN | {"version": 1} | sent(
        phones=(1, [{"raw": "011 234 5678", "type": "work", "DELETE": "on"}], 0)))

    client_of_owner.refresh_from_db()
    assert (client_of_owner.phone, Phone.objects.count()) == ("", 0)


def test_saving_the_form_as_it_stands_changes_nothing(owner, client_of_owner):
    form = ClientForm(by=owner, instance=client_of_owner)
    data = {"version": 1} | {name: form[name].value() for name in form.fields if form[name].value() not in (None, "")}
    data |= sent(**{
        name: (len(rows.initial), [
            {field: value for field, value in row.items() if field != "is_primary"} for row in rows.initial
        ], rows.primary) for name, rows in form.lists.items()
    })
    bound = ClientForm(data=query(data), by=owner, instance=client_of_owner)
    assert bound.is_valid(), bound.errors
    edit_client(client_of_owner, by=owner, version=1, **bound.cleaned_data)

    client_of_owner.refresh_from_db()
    assert client_of_owner.version == 1


def test_the_form_compares_with_the_record_value_by_value(owner, client_of_owner):
    form = ClientForm(data=query(PLAIN | sent(phones=(1, [{"raw": "011 234 5678", "type": "work"}], 0))), by=owner,
                      instance=client_of_owner)
    assert form.is_valid(), form.errors

    now = form.values_of(client_of_owner, list(form.cleaned_data))
    assert now["phones"] == form.cleaned_data["phones"]
    assert form.shown("phones", now["phones"]) == "011 234 5678"
    assert form.shown("languages", ["ar", "xx"]) == "Arabic, xx"


def test_two_writers_on_the_page_both_see_both_values(client, owner, lead, client_of_owner):
    edit_client(client_of_owner, by=lead, version=1, sector="Retail")
    client.force_login(owner)
    answer = client.post(f"/clients/{client_of_owner.pk}/edit/", PLAIN | {
        "version": 1, "name": client_of_owner.name, "sector": "Wholesale"})

    assert answer.status_code == 409
    body = answer.content.decode()
    assert "Retail" in body
    assert "Wholesale" in body
    client_of_owner.refresh_from_db()
    assert client_of_owner.sector == "Retail"


def test_a_management_note_is_on_the_form_of_who_may_read_it(owner, lead, client_of_owner):
    fields = ["management_note" in ClientForm(by=user, instance=client_of_owner).fields for user in (owner, lead)]

    assert fields == [False, True]


def test_a_head_office_that_the_editor_does_not_see_stays(client, owner, teammate, client_of_owner):
    branch = create_client(by=owner, name="Elite Jeddah", head_office=client_of_owner)
    share(branch, by=owner, user=teammate)
    client.force_login(teammate)
    assert "النخبة" not in client.get(f"/clients/{branch.pk}/edit/").content.decode()
    client.post(f"/clients/{branch.pk}/edit/", PLAIN | {"version": 1})

    branch.refresh_from_db()
    assert (branch.name, branch.head_office_id) == ("Basma Clinics", client_of_owner.pk)


def test_too_many_rows_are_refused(owner):
    rows = [{"raw": f"05501234{place:02}", "type": "mobile"} for place in range(32)]
    form = ClientForm(data=query(PLAIN | sent(phones=(0, rows, 0))), by=owner)

    assert not form.is_valid()


@pytest.mark.parametrize("total", ["", "x", "-1", "999999999999"])
def test_a_broken_list_is_refused_in_words(client, owner, total):
    client.force_login(owner)
    answer = client.post("/clients/new/", PLAIN | {"phones-TOTAL_FORMS": total, "phones-INITIAL_FORMS": "0"})

    assert answer.status_code in {302, 422}


def test_a_contact_is_made_with_its_client(client, owner, client_of_owner):
    client.force_login(owner)
    answer = client.post("/contacts/new/", {"name": "Reem Nasser"} | sent(roles=(0, [
        {"client": client_of_owner.name, "client_key": client_of_owner.pk, "role": "user", "is_primary": "on"}], "")))

    made = Contact.objects.unscoped("test").get()
    assert answer.status_code == 302
    assert made.roles.values_list("client", "role", "is_primary").get() == (client_of_owner.pk, "user", True)


def test_a_contact_is_not_put_at_a_hidden_client_by_its_number(client, owner, client_of_stranger):
    client.force_login(owner)
    answer = client.post("/contacts/new/", {"name": "Reem Nasser"} | sent(roles=(0, [
        {"client": "", "client_key": client_of_stranger.pk, "role": "user"}], "")))

    assert answer.status_code == 422
    assert "CNRY" not in answer.content.decode()
    assert not Contact.objects.unscoped("test").exists()


def test_a_contact_form_starts_at_the_client_it_was_opened_from(owner, client_of_owner, contact_of_owner):
    form = ContactForm(by=owner, instance=contact_of_owner)

    assert form.roles.initial == [{"client": client_of_owner, "role": "decider", "is_primary": False}]


def test_a_new_person_is_added_at_the_client_it_is_opened_from(client, owner, client_of_owner, client_of_stranger):
    client.force_login(owner)
    assert client_of_owner.name in client.get(f"/contacts/new/?client={client_of_owner.pk}").content.decode()
    for key in (client_of_stranger.pk, "x", "9" * 30, ""):
        answer = client.get(f"/contacts/new/?client={key}")
        assert answer.status_code == 200
        assert "CNRY" not in answer.content.decode()


def test_what_is_known_already_stands_in_a_new_form(client, owner):
    client.force_login(owner)

    assert 'value="Basma"' in client.get("/clients/new/?name=Basma&kind=individual&languages=x").content.decode()


def test_words_come_from_clients_that_the_person_sees(client, owner, client_of_stranger):
    create_client(by=owner, name="Basma", present_supplier="Gulf Technologies")
    client.force_login(owner)

    def ask(q, field="present_supplier"):
        return client.get("/clients/words/", {"field": field, "q": q})

    assert "Gulf Technologies" in ask("gu").content.decode()
    assert "CNRY" not in ask("cnry").content.decode()
    assert ask("").content.decode().strip() == ""
    assert ask("a\0b").status_code == 200
    assert ask("x", "management_note").status_code == 404
