"""Every address, asked and written to with what no form of ours sends: refused in words or left out, never an error.

A page is opened, what its forms would send is taken as it stands, and some of it is replaced, doubled or left out; so
that a hostile value meets the code behind a form and not only its first check. `HOSTILE=5000` looks for longer.
"""

import os
import re
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import urlencode

import pytest
from django.conf import settings
from django.db import transaction
from django.test import Client as Browser
from hypothesis import HealthCheck, Phase, given
from hypothesis import settings as within
from hypothesis import strategies as st

from mudir.clients import services as clients
from mudir.conftest import person
from mudir.records.custom.writing import create_field
from mudir.records.models import CustomField
from mudir.tests.test_routes import HTMX, MATRIX, ROUTES, body_of, plain_addresses
from mudir.tests.world import make_side

EXAMPLES = int(os.environ.get("HOSTILE", "120"))
LEFT_OUT = {"readyz", "account_logout", "accounts:sign_out", "accounts:welcome"}  # no worker here; they end the session
ASKED_FOR = re.compile(r"""(?:GET|POST|asked|query|given|data)\.get(?:list)?\(\s*"([a-z_-]+)\"""")
NAMES = sorted({
    name for file in Path(settings.PACKAGE).rglob("*.py") if "tests" not in file.parts
    for name in ASKED_FOR.findall(file.read_text())
})
LONG = "9" * 5000
WORDS = [
    "", " ", "0", "-1", "1", "²", "١٢", "1_0", "+1", "1e3", "1e-99999", "1e99999", "NaN", "Infinity", "0x10", LONG,
    "0" * 40 + "1", "00000000001" + "1" * 5000, str(2**31), str(2**63 - 1), str(2**63), f"-{2**63}", "9" * 18,
    "9" * 19, "\0", "a\0b", "%00", "\ufffe", "\u202e", "a" * 70_000, "ا" * 5000, "ـ" * 300, "َ" * 300, "'\"><x>",
    "{{7*7}}", "%s%n", "%(actor)s", "{0.__init__}", "../../etc/passwd", "//evil.example", "javascript:alert(1)",
    "\r\nX: y", "None", "null", "true", "[]", "{}", "[" * 3000, "{\"a\":" * 900, "me", "my_team", "all", "undefined",
    "*", "__proto__", "0000-00-00", "9999-12-31", "0001-01-01", "2026-13-45", "2026-02-30", "99999-01-01",
    "1448-12-30", "1448-99-99", "9999-12-31T23:59:59.999999-14:00", "0001-01-01T00:00:00+14:00", "2026-01-01T00:00",
    "24:61", "99:99:99", "2026-11-25T00:00:00+00:00~" + LONG, "0001-01-01T00:00:00+14:00~clients.client~1", "nan~1",
    f"0.5~{LONG}", "~", "~~", "name.is.x", "name.contains.", "name.contains.%", "custom.x.is.1", "owner.is.²",
    f"owner.is.{LONG[:900]}", "created_at.last_days.99999999999", "created_at.is.-999999999999",
    "created_at.within.this_hijri_year", "created_at.between.0001-01-01,9999-12-31", "next_step_date.before.0001-01-01",
    "next_step_date.after.9999-12-31",
    "client.owner.team.name.is.x", "custom..is.x", ".".join(["client"] * 50), "head_office.head_office.name.is.x",
    "or(", "and()", "or(" * 200, "or(name.is.a;and(tier.is.key;city.empty))", "or(name.is.\\", "\\", ",", ",," * 2000,
    "-", "-name,-name", "name,name,name,name,name", "sum.completeness", "sum.name", "count,count", "avg.", "W10", "e30",
    "WzEsMl0", "W251bGwsMV0", "bnVsbA", "=", "====", "a" * 1999, "clients.client", "clients.contact", "activities.task",
    "name:220", "name:", ":", f"name:{LONG}", "table", "board", "calendar", "csv", "xlsx", "name", "tier", "stage",
    "owner", "tags", "custom.x", "management_note", "edit", "assign", "tag", "trash", "merge", "both", "theirs",
    "up", "left", "custom.number.is.1e-99999", "custom.number.at_least.1e99999", "custom.number.is.NaN",
    "custom.money.at_most.1e-99999", "custom.moment.is.9999-12-31", "custom.choice.is.x", "custom.record.is.9",
    "custom.number", "sum.custom.number", "-custom.money",
]
CHOICES = {"choices": [{"code": "one", "en": "One"}]}
FIELDS = {"computed": {"formula": "1 / 2"}, "record": {"related_kind": "clients.client"}, "number": {"digits": 2},
          "percent": {"digits": 1}, "choice": CHOICES, "choices": CHOICES}
VALUE = st.one_of(st.sampled_from(WORDS), st.text(max_size=40), st.integers().map(str), st.datetimes().map(str))
pytestmark = pytest.mark.django_db


class Fields(HTMLParser):
    """What the forms of a page would send."""

    def __init__(self):
        super().__init__()
        self.found: list[tuple[str, str]] = []
        self.select = ""

    def handle_starttag(self, tag, attrs):
        given = dict(attrs)
        name, value = given.get("name") or "", given.get("value") or ""
        if tag == "select":
            self.select = name
        elif tag == "option" and "selected" in given and self.select:
            self.found.append((self.select, value))
        elif name and tag in {"input", "button", "textarea"} and (
                given.get("type") not in {"checkbox", "radio"} or "checked" in given):
            self.found.append((name, value or ("x" if tag == "textarea" else "")))


@st.composite
def hostile(draw, sent: list[tuple[str, str]]) -> list[tuple[str, str]]:
    """The pairs that a form would send, with some of them spoilt."""
    pairs = [pair for pair in sent if pair[0] != "csrfmiddlewaretoken"][:400]
    names = sorted({name for name, _value in pairs}) or NAMES
    for _time in range(draw(st.integers(1, 4))):
        name = draw(st.one_of(st.sampled_from(names), st.sampled_from(NAMES)))
        way = draw(st.sampled_from(["replace", "replace", "replace", "double", "drop", "list"]))
        if way in {"replace", "drop"}:
            pairs = [pair for pair in pairs if pair[0] != name]
        if way != "drop":
            pairs.append((f"{name}[]" if way == "list" else name, draw(VALUE)))
    return pairs


@pytest.fixture
def world(owner, administrator, staff, team):
    side = make_side(owner, "Mine", shared_with=staff)
    clients.share(side.client, by=owner, user=administrator)
    for kind in ("clients.client", "activities.task"):
        for type in CustomField.Type.values:
            create_field(kind, by=administrator, type=type, name_en=type, code=type, **FIELDS.get(type, {}))
    return side, [owner, administrator, person("Lead", team, "team_lead")]


def test_b13_nothing_that_is_sent_ends_in_an_error_of_ours(world):
    side, people = world
    browser = Browser(raise_request_exception=False)
    forms: dict[str, list[tuple[str, str]]] = {}
    found = [(route.name, url) for route in ROUTES if route.name not in LEFT_OUT
             for url in plain_addresses(route, side)]
    assert len({name for name, _url in found}) == len(MATRIX) - len(LEFT_OUT)
    wrong: dict[str, object] = {}

    @within(max_examples=EXAMPLES, deadline=None, derandomize=EXAMPLES < 1000, database=None,
            phases=[Phase.generate], suppress_health_check=list(HealthCheck))
    @given(st.data())
    def ask(data) -> None:
        name, url = data.draw(st.sampled_from(found))
        who = data.draw(st.sampled_from(people))
        with transaction.atomic():  # what is written is gone again, and so is a transaction that an error broke
            browser.force_login(who)
            if url not in forms:
                page, answer = Fields(), browser.get(url)
                if answer.headers.get("Content-Type", "").startswith("text/html"):
                    page.feed(body_of(answer).decode())
                forms[url] = page.found
            pairs = data.draw(hostile(forms[url]))
            headers = data.draw(st.sampled_from([{}, HTMX]))
            if data.draw(st.booleans()):
                answer = browser.post(url, urlencode(pairs), content_type="application/x-www-form-urlencoded",
                                      headers=headers)
            else:
                short = urlencode([(key, value[:1500]) for key, value in pairs[-12:]])
                answer = browser.get(f"{url}?{short}", headers=headers)
            problem = answer.exc_info[1] if answer.status_code >= 500 else None
            try:
                body_of(answer)
            except Exception as error:  # noqa: BLE001  while it streams
                problem = error
            transaction.set_rollback(True)
        if problem is not None:
            wrong[f"{name} {type(problem).__name__} {str(problem)[:80]}"] = (url, pairs[-4:])

    ask()
    assert not wrong, "\n".join(f"{what}: {str(how)[:600]}" for what, how in wrong.items())
