"""The tags of the house: suggested while one types, renamed, put together, coloured and taken off everything."""

from copy import copy
from urllib.parse import urlencode

from django import forms
from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import Count, F, Func, TextField
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from mudir.kit.arabic.fold import fold
from mudir.kit.forms import take_errors
from mudir.kit.htmx import render_page
from mudir.kit.messages import notify
from mudir.kit.numbers import number_in
from mudir.kit.timeouts import TookTooLong, in_time
from mudir.kit.typed import typed
from mudir.records import registry, rules
from mudir.records.models import BulkAct, Tag
from mudir.records.tags import LONGEST, change_tag, put_back_tag, remove_tag

SUGGESTED = 12
SHOWN = 300
MOST_SECONDS = 3


class TagForm(forms.Form):
    name = forms.CharField(max_length=LONGEST)
    tone = forms.ChoiceField(choices=[("", "—"), *Tag.Tone.choices], required=False)


def managing(request: HttpRequest) -> None:
    if not rules.can_manage_tags(request.user):
        raise PermissionDenied


@require_safe
def suggestions(request: HttpRequest) -> HttpResponse:
    """Tags that the words of `?q=` begin or occur in, those that begin so first."""
    asked = fold(typed(request, most=LONGEST))
    found = sorted(Tag.objects.filter(folded__contains=asked)[:SHOWN], key=lambda tag: (
        not tag.folded.startswith(asked), tag.folded)) if asked else []
    context = {"options": [{"value": tag.pk, "label": tag.name} for tag in found[:SUGGESTED]], "q": asked,
               "title": _("Tags")}
    return render_page(request, "records/suggestions.html", context, fragment="options")


@require_safe
def page(request: HttpRequest) -> HttpResponse:
    """Every tag, with how many records that the reader sees carry it."""
    managing(request)
    return _page(request, typed(request, most=LONGEST))


def _page(request: HttpRequest, asked: str = "", wrong: TagForm | None = None, of: int = 0) -> HttpResponse:
    tags = Tag.objects.filter(folded__contains=fold(asked)).order_by("name")[:SHOWN]
    counts = counts_of(request)
    rows = [{"tag": tag, "count": request.formatter.number(counts.get(tag.name, 0)) if counts is not None else "",
             "errors": wrong.errors.values() if wrong and of == tag.pk else ()} for tag in tags]
    context = {"rows": rows, "tones": Tag.Tone.choices, "q": asked, "record_types": registry.all_types()}
    return render_page(request, "records/tags.html", context, status=422 if wrong else 200)


def counts_of(request: HttpRequest) -> dict[str, int] | None:
    """How many records carry each tag; none where counting takes too long."""
    counts: dict[str, int] = {}
    try:
        with in_time(MOST_SECONDS):
            for record_type in registry.all_types():
                tagged = record_type.model.objects.visible_to(request.user).exclude(tags=[]).order_by()
                each = tagged.annotate(tag=Func(F("tags"), function="unnest", output_field=TextField()))
                for name, count in each.values("tag").annotate(carrying=Count("pk")).values_list("tag", "carrying"):
                    counts[name] = counts.get(name, 0) + count
    except TookTooLong:
        return None
    return counts


@require_http_methods(["GET", "HEAD", "POST"])
def edit(request: HttpRequest, pk: int) -> HttpResponse:
    """Rename and colour a tag. Renamed to another, it is that one."""
    managing(request)
    tag = get_object_or_404(Tag, pk=pk)
    before = copy(tag)
    if request.method != "POST":
        return HttpResponseRedirect(f"{reverse('records:tags')}?{urlencode({'q': tag.name})}")
    form = TagForm(request.POST)
    if form.is_valid():
        try:
            present, acts = change_tag(tag, by=request.user, **form.cleaned_data)
        except ValidationError as error:
            take_errors(form, error)
        else:
            said = _("“%(tag)s” is saved.") if present.pk == tag.pk else _("It is the tag “%(tag)s” from now on.")
            return _told(request, said % {"tag": present}, before, acts)
    return _page(request, wrong=form, of=pk)


@require_POST
def removal(request: HttpRequest, pk: int) -> HttpResponse:
    managing(request)
    tag = get_object_or_404(Tag, pk=pk)
    acts = remove_tag(tag, by=request.user)
    return _told(request, _("The tag “%(tag)s” is gone from everything.") % {"tag": tag}, tag, acts)


def _told(request: HttpRequest, said: str, tag: Tag, acts: list[BulkAct]) -> HttpResponse:
    """Say what was done; where many records are still at work, lead to how far that is."""
    undo = [("tag", tag.pk), ("name", tag.name), ("tone", tag.tone), *(("act", act.pk) for act in acts)]
    notify(request, said, undo=f"{reverse('records:tag_restoration')}?{urlencode(undo)}")
    at_work = [act for act in acts if act.is_at_work]
    tags = reverse("records:tags")
    return HttpResponseRedirect(reverse("records:bulk_act", args=[at_work[0].pk]) if at_work else tags)


@require_POST
def restoration(request: HttpRequest) -> HttpResponse:
    """Take back what was done to a tag, by what the address says that it was."""
    managing(request)
    given = request.GET
    acts = [key for key in map(number_in, given.getlist("act")) if key is not None]
    form = TagForm(given)
    if form.is_valid():
        put_back_tag(number_in(given.get("tag", "")) or 0, by=request.user, acts=acts, **form.cleaned_data)
        notify(request, _("The tag “%(tag)s” is back.") % {"tag": form.cleaned_data["name"]})
    return HttpResponseRedirect(reverse("records:tags"))
