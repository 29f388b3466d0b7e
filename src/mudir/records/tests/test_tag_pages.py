"""Tags as an administrator keeps them: suggested, coloured, renamed, put together and taken off, and all taken back."""

import re

import pytest
from django.core.exceptions import PermissionDenied, ValidationError

from mudir.clients.models import Client
from mudir.records import search
from mudir.records.bulk import running
from mudir.records.models import BulkAct, Tag
from mudir.records.tags import change_tag, remove_tag, set_tags
from mudir.tests.state import changed, state
from mudir.tests.world import make

PART = {"HX-Request": "true", "HX-Request-Type": "partial"}


@pytest.fixture
def tagged(owner, stranger, client_of_owner, client_of_stranger):
    """One of the owner, with a task, and one that the administrator need not see."""
    task = make("activities.task", by=owner, words="x", client=client_of_owner)
    for record, by, value in ((client_of_owner, owner, ["VIP", "Fair 2026"]), (client_of_stranger, stranger, ["VIP"]),
                              (task, owner, ["VIP"])):
        set_tags(record, by=by, value=value)
    return client_of_owner, client_of_stranger, task


def tags_of(records) -> list[list[str]]:
    return [type(one).objects.unscoped("test").get(pk=one.pk).tags for one in records]


def tag(name: str) -> Tag:
    return Tag.objects.get(name=name)


def test_a_tag_is_renamed_on_every_record_whoever_sees_it(administrator, owner, tagged):
    Client.objects.unscoped("test").filter(pk=tagged[1].pk).update(confidential=True)
    present, acts = change_tag(tag("VIP"), by=administrator, name="Very important", tone="key")

    assert tags_of(tagged) == [["Very important", "Fair 2026"], ["Very important"], ["Very important"]]
    assert (present.name, present.tone, len(acts)) == ("Very important", "key", 2)
    assert not Tag.objects.filter(name="VIP").exists()
    assert [hit.id for hit in search.find(owner, "Very important")].count(tagged[0].pk) >= 1
    assert {one.version for one in Client.objects.unscoped("test").filter(pk__in=[t.pk for t in tagged[:2]])} == {3}


def test_a_tag_with_the_name_of_another_is_that_one(administrator, owner, tagged):
    set_tags(tagged[2], by=owner, value=["VIP", "Fair 2026"])
    present, _acts = change_tag(tag("VIP"), by=administrator, name="fair  2026", tone="")

    assert present.name == "Fair 2026" and Tag.objects.count() == 1
    assert tags_of(tagged) == [["Fair 2026"]] * 3


def test_what_was_done_to_a_tag_is_taken_back(client, administrator, tagged):
    client.force_login(administrator)
    before = [tags_of(tagged), sorted(Tag.objects.values_list("name", "tone"))]
    for path, form in ((f"/tags/{tag('VIP').pk}/", {"name": "Other", "tone": "bad"}),
                       (f"/tags/{tag('VIP').pk}/", {"name": "Fair 2026", "tone": ""}),
                       (f"/tags/{tag('VIP').pk}/removal/", {})):
        if not Tag.objects.filter(pk=int(path.split("/")[2])).exists():
            path = re.sub(r"\d+", str(tag("VIP").pk), path)
        page = client.post(path, form, follow=True).content.decode()
        assert [tags_of(tagged), sorted(Tag.objects.values_list("name", "tone"))] != before
        undo = re.search(r'action="(/tags/restoration/[^"]+)"', page)[1].replace("&amp;", "&")
        client.post(undo)
        assert [tags_of(tagged), sorted(Tag.objects.values_list("name", "tone"))] == before


def test_of_many_records_a_worker_renames_it(client, administrator, owner, tagged, monkeypatch):
    monkeypatch.setattr(running, "AT_ONCE", 1)
    client.force_login(administrator)
    answer = client.post(f"/tags/{tag('VIP').pk}/", {"name": "Other", "tone": ""})
    many = BulkAct.objects.get(kind="clients.client")

    assert answer.headers["Location"] == f"/acts/{many.pk}/"
    assert tags_of(tagged)[:2] == [["VIP", "Fair 2026"], ["VIP"]]
    running.work_on(many)
    assert tags_of(tagged)[:2] == [["Other", "Fair 2026"], ["Other"]]


def test_a_coloured_tag_is_coloured_wherever_it_stands(client, administrator, owner, tagged):
    change_tag(tag("VIP"), by=administrator, name="VIP", tone="key")
    client.force_login(owner)

    chip = '<span class="chip tag" data-tone="key"><bdi>VIP</bdi></span>'
    page = client.get("/clients/?columns=name,tags").content.decode()
    assert chip in page and '<span class="chip tag"><bdi>Fair 2026</bdi></span>' in page


def test_tags_are_suggested_however_they_are_spelled(client, owner, tagged):
    set_tags(tagged[0], by=owner, value=["أحمد", "مهم", "Not VIP"])
    client.force_login(owner)

    def suggested(words):
        answer = client.get("/tags/suggestions/", {"q": words}, headers=PART)
        return re.findall(r"<bdi>(.*?)</bdi>", answer.content.decode())

    assert suggested("vip") == ["VIP", "Not VIP"]
    assert (suggested("احم"), suggested("zzz"), suggested("")) == (["أحمد"], [], [])


def test_lists_are_filtered_by_known_tags(client, owner, tagged):
    client.force_login(owner)
    form = client.get("/clients/filter/?field=tags", headers=PART).content.decode()
    answer = client.get("/clients/filter/?field=tags&operator=has&value=VIP")

    assert 'value="VIP"' in form and 'value="Fair 2026"' in form
    assert "f=tags.has.VIP" in answer.headers["Location"]
    assert client.get(answer.headers["Location"]).content.decode().count("<tr data-id") == 1


def test_only_who_keeps_the_tags_changes_them(client, owner, lead, administrator, tagged):
    before = state()
    for by in (owner, lead):
        with pytest.raises(PermissionDenied):
            change_tag(tag("VIP"), by=by, name="X", tone="")
        with pytest.raises(PermissionDenied):
            remove_tag(tag("VIP"), by=by)
    for name in ("", "  ", "one, two", "x" * 61):
        with pytest.raises(ValidationError):
            change_tag(tag("VIP"), by=administrator, name=name, tone="")
    with pytest.raises(ValidationError):
        change_tag(tag("VIP"), by=administrator, name="VIP", tone="pink")

    assert changed(before) == []


def test_the_page_counts_what_its_reader_sees(client, administrator, tagged):
    Client.objects.unscoped("test").filter(pk=tagged[1].pk).update(confidential=True)
    client.force_login(administrator)
    page = client.get("/tags/").content.decode()

    assert re.findall(r'<bdi>([^<]+)</bdi></span><span class="count"[^>]*>(\d+)', page) == [
        ("Fair 2026", "1"), ("VIP", "2")]
    assert client.get("/tags/?q=fair").content.decode().count("<li><form") == 1
    assert client.post(f"/tags/{tag('VIP').pk}/", {"name": "one, two", "tone": ""}).status_code == 422


def test_a_record_shows_its_tags_among_its_facts_and_has_them_edited_there(client, owner, tagged):
    client.force_login(owner)
    page = client.get(f"/clients/{tagged[0].pk}/").content.decode()
    form = client.get(f"/clients/{tagged[0].pk}/cells/tags/", headers=PART).content.decode()

    assert re.search(r'data-edit="tags".*?VIP.*?Fair 2026', page, re.DOTALL)
    assert 'src="/tags/suggestions/"' in form and 'value="VIP, Fair 2026"' in form
