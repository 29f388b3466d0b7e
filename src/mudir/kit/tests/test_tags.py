"""Icons, avatars and fields as a template draws them."""

import re
from dataclasses import replace

import pytest
from django import forms
from django.conf import settings
from django.template import engines
from django.test.html import parse_html

from mudir.kit.formatting import Formatter
from mudir.kit.forms import Renderer
from mudir.kit.links import Link
from mudir.kit.templatetags.mudir import hue, icon, initials, side_link

PACKAGE = settings.PACKAGE


class Sample(forms.Form):
    name = forms.CharField(label="Name", help_text="As in the register.")
    email = forms.EmailField(label="E-mail", required=False)
    tier = forms.ChoiceField(label="Tier", choices=[("a", "A"), ("b", "B")], required=False)
    kind = forms.ChoiceField(label="Kind", choices=[("c", "Company")], widget=forms.RadioSelect, required=False)
    hidden = forms.BooleanField(label="Confidential", required=False)


def draw(source: str, **context) -> str:
    return engines["django"].from_string(source).render(context)


@pytest.mark.parametrize(
    ("name", "kind", "letters", "expected"),
    [
        ("شركة النخبة للتجارة", "org", 2, "نخ"),
        ("شركة النخبة للتجارة", "org", 1, "ن"),
        ("محمد الخالدي", "person", 2, "مخ"),
        ("سارة العتيبي", "person", 2, "سع"),
        ("Elite Trading LLC", "org", 2, "ET"),
        ("Sara", "person", 2, "SA"),
        ("“Noor” & Sons", "org", 2, "NS"),
        ("شركة", "org", 2, "ش"),
        ("", "org", 2, "·"),
    ],
)
def test_initials_leave_out_the_article_and_the_legal_form(name, kind, letters, expected):
    assert initials(name, kind=kind, letters=letters) == expected


def test_the_tint_of_a_record_is_one_of_six_and_stays():
    assert [hue(key) for key in (0, 5, 6, 7)] == [0, 5, 0, 1]
    assert hue("Sara") == hue("Sara")
    assert 0 <= hue("Sara") < 6


def test_an_icon_is_silent_unless_it_stands_alone():
    assert icon("phone") == (
        f'<svg class="icon" aria-hidden="true"><use href="{settings.STATIC_URL}icons.svg#phone"/></svg>')
    assert icon("end", flip=True).startswith('<svg class="icon flip" aria-hidden="true">')
    assert 'role="img" aria-label="Late &lt;b&gt;"' in icon("alert", label="Late <b>")


def test_an_avatar_escapes_what_a_person_typed():
    assert draw('{% avatar name key=8 kind="org" size="s" %}', name="<b>") == (
        '<span class="avatar org s" data-hue="2" aria-hidden="true">B</span>'
    )


def test_a_field_binds_its_help_and_its_error_to_the_control():
    form = Sample({"name": ""})
    html = draw("{% field form.name %}", form=form)

    assert '<label class="label" for="id_name">' in html
    assert 'aria-describedby="id_name_helptext id_name_error"' in html
    assert 'id="id_name_helptext"' in html
    assert 'id="id_name_error"' in html
    assert 'aria-invalid="true"' in html
    assert 'dir="auto"' in html


def test_latin_values_are_typed_left_to_right():
    assert 'dir="ltr"' in draw("{% field form.email %}", form=Sample())


def test_a_select_has_its_arrow_and_radios_have_a_legend():
    assert '<span class="select"><select' in draw("{% field form.tier %}", form=Sample())
    assert "<legend>Kind</legend>" in draw("{% field form.kind %}", form=Sample())


@pytest.mark.parametrize("widget", [forms.RadioSelect, forms.CheckboxSelectMultiple])
@pytest.mark.parametrize("choices", [
    [("a", "A <b>"), ('"<', "B"), ("", "None")], [("a", "A"), ("Group", [("c", "C")])],
])
def test_choices_are_drawn_quickly_as_django_draws_them(widget, choices):
    attrs = {"id": "id_x", "class": "row", "required": True, "dir": "ltr"}
    drawn, expected = (widget(choices=choices).render("x", ["a"], attrs, renderer)
                       for renderer in (Renderer(), forms.renderers.DjangoTemplates()))

    assert parse_html(drawn) == parse_html(expected)
    assert "checked" in drawn


def test_a_checkbox_stands_before_its_words():
    html = draw("{% field form.hidden %}", form=Sample())
    assert re.search(r'<label for="id_hidden"><input type="checkbox"[^>]*><span>Confidential</span></label>', html)


def test_every_icon_that_a_template_names_is_in_the_sprite():
    sprite = set(re.findall(r'<symbol id="([a-z-]+)"', (PACKAGE / "static/icons.svg").read_text()))
    named = {
        (name, path.name)
        for path in PACKAGE.rglob("*.html")
        for name in re.findall(r'{% icon "([^"]+)"', path.read_text())
    }
    assert named
    assert {(name, path) for name, path in named if name not in sprite} == set()


def test_no_template_carries_what_the_content_security_policy_refuses():
    refused = re.compile(r"""\sstyle=|<style|\son[a-z]+=["']|hx-on|["']js:|<script(?![^>]*(src=|/json))""")
    found = {
        (path.name, match[0].strip())
        for path in PACKAGE.rglob("*.html")
        for match in refused.finditer(path.read_text())
    }
    assert found == set()


@pytest.mark.parametrize(("digits", "shown"), [("latn", "1,200 rows 2024 86%"), ("arab", "١٬٢٠٠ rows ٢٠٢٤ ٨٦٪")])
def test_a_counted_text_is_written_in_the_readers_digits(rf, digits, shown):
    request = rf.get("/")
    request.formatter = Formatter("en", digits)
    source = "{% blocktranslate count n=n|counted:request %}{{ n }} row{% plural %}{{ n }} rows{% endblocktranslate %}"
    source += " {{ year|in_digits:request }} {{ part|percent:request }}"

    assert draw(source, n=1200, year=2024, part=86, request=request) == shown


def test_a_link_of_the_side_bar_says_where_the_reader_stands():
    link = Link("clients", "/clients/?a=1&b=2", "clients", current=True, count=3, tone="bad")

    drawn = side_link(link)

    assert 'href="/clients/?a=1&amp;b=2" title="Clients" aria-current="page"' in drawn
    assert '<span>Clients</span><span class="count" data-tone="bad">3</span></a>' in drawn
    assert "aria-current" not in side_link(replace(link, current=False))
    assert "count" not in side_link(replace(link, count=0))
