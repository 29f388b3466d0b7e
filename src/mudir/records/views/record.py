"""The page of one record: key facts, panels of upper apps, timeline; and its preview beside a list."""

import copy
from collections.abc import Callable
from functools import wraps

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.middleware.csrf import get_token
from django.shortcuts import get_object_or_404
from django.urls import resolve, reverse
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from mudir.kit.htmx import render_page
from mudir.kit.messages import notify
from mudir.records import marks, merging, rules, services, viewings
from mudir.records.arrangement import Arrangement, Section
from mudir.records.forms import CommentForm
from mudir.records.models import Record, Viewing
from mudir.records.projection import facts_of, masked
from mudir.records.registry import Panel, RecordType
from mudir.records.views.timeline import EVERYWHERE, GROUPS, first_page
from mudir.records.views.walk import walk_of


def once[T](request: HttpRequest, key: tuple, ask: Callable[[], T]) -> T:
    """The answer to a question that a page and its panels share: asked once in a request."""
    known = request.__dict__.setdefault("known", {})
    if key not in known:
        known[key] = ask()
    return known[key]


def seen_or_404(request: HttpRequest, record_type: RecordType, pk: int) -> Record:
    """The record if the person sees it."""
    def ask() -> Record:
        seen = record_type.model.objects.visible_to(request.user)
        record = get_object_or_404(seen.select_related("owner", "team"), pk=pk)
        viewings.note(record, request.user, Viewing.Door.PAGE)
        return masked(record, request.user)

    return once(request, (record_type.kind, pk), ask)


def draw_panel(request: HttpRequest, panel: Panel, record: Record) -> SafeString:
    return draw_part(request, reverse(panel.url, args=[record.pk]))


def draw_part(request: HttpRequest, url: str) -> SafeString:
    """The view of an address, asked for its fragment: it scopes and refuses as it does under its address."""
    match = resolve(url)
    get_token(request)  # before the copy, so that the panel's forms carry the token of this very page
    inner = copy.copy(request)
    inner.method, inner.path, inner.path_info = "GET", url, url
    inner.META = request.META | {"REQUEST_METHOD": "GET", "HTTP_HX_REQUEST": "true", "HTTP_HX_REQUEST_TYPE": "partial"}
    inner.__dict__.pop("headers", None)
    inner.resolver_match = match
    try:
        response = match.func(inner, *match.args, **match.kwargs)
    except Http404:  # what the reader's role hides
        return SafeString("")
    if response.status_code != 200:
        return SafeString("")
    return mark_safe(response.content.decode())  # noqa: S308  made by a template of ours


def led_on(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """The address of a record that was merged leads to the same page of the record that it went up in."""
    @wraps(view)
    def run(request: HttpRequest, record_type: RecordType, pk: int) -> HttpResponse:
        try:
            return view(request, record_type, pk)
        except Http404:
            survivor = merging.merged_into(record_type, pk, request.user) if request.method in {"GET", "HEAD"} else None
            if survivor is None:
                raise
            name = request.resolver_match.view_name
            return HttpResponseRedirect(reverse(name, args=[record_type.slug, survivor.pk]))

    return run


@require_safe
@led_on
def page(request: HttpRequest, record_type: RecordType, pk: int) -> HttpResponse:
    record = seen_or_404(request, record_type, pk)
    arrangement = record_type.arrangement(request.user)
    tabs = {panel.url: panel.title for panel in arrangement.main}
    tabs |= {"records:files": _("Files"), "records:history": _("History")}
    chosen = request.GET.get("panel", "")
    if chosen and chosen not in tabs:
        raise Http404
    if chosen:  # ours are of any kind, those of upper apps of theirs alone
        address = reverse(chosen, args=[record_type.slug, pk] if chosen.startswith("records:") else [pk])
    writes = any(panel.place == "composer" for panel in record_type.panels)
    context = page_context(request, record_type, record, arrangement)
    context |= {
        "walk": walk_of(request, record_type, record),
        "tabs": tabs,
        "chosen": chosen,
        "groups": GROUPS if writes else EVERYWHERE,
        "panel": draw_part(request, address) if chosen else "",
        "composer": [draw_panel(request, panel, record) for panel in record_type.panels if panel.place == "composer"],
        "next": [draw_panel(request, panel, record) for panel in arrangement.next],
        "blocks": [block_of(request, block, record, context["facts"]) for block in arrangement.facts],
    }
    if not chosen:
        context |= first_page(request, record_type, record)
        if context["group"] == "comments" or not writes:
            context["comment_form"] = CommentForm()
    return render_page(request, "records/record.html", context, fragment="middle")


def block_of(request: HttpRequest, block: Section | Panel, record: Record, facts: dict) -> dict:
    """A panel, or the facts of a section in the form that their template takes."""
    if isinstance(block, Panel):
        return {"panel": draw_panel(request, block, record)}
    return {"facts": [facts[block.id]] if block.id in facts else []}


def page_context(request: HttpRequest, record_type: RecordType, record: Record, arrangement: Arrangement) -> dict:
    facts = facts_of(record_type, record, arrangement.sections, request.user, request.formatter)
    cells = record_type.cells(request.user)
    shown = {fact.field.id for _title, some in facts.values() for fact in some}
    return {
        "record_type": record_type,
        "record": record,
        "title": str(record),
        "facts": facts,
        "cells": cells,
        "blank": [cells[name] for section in arrangement.sections for name in section.fields
                  if name in cells and name not in shown],
        "can_edit": rules.can_edit(request.user, record),
        "can_assign": rules.can_assign(request.user, record),
        "can_delete": rules.can_delete(request.user, record),
        "can_merge": record_type.merger is not None and rules.can_merge(request.user, record),
        "is_starred": marks.is_starred(record, request.user),
    }


@require_safe
@led_on
def preview(request: HttpRequest, record_type: RecordType, pk: int) -> HttpResponse:
    """The record beside the list that it was opened from."""
    record = seen_or_404(request, record_type, pk)
    arrangement = record_type.arrangement(request.user)
    context = page_context(request, record_type, record, arrangement)
    composer = [panel for panel in record_type.panels if panel.place == "composer"]
    context["panels"] = [draw_panel(request, panel, record) for panel in (*composer, *arrangement.next)]
    context |= first_page(request, record_type, record)
    return render_page(request, "records/preview.html", context, fragment="preview")


@require_POST
def trash(request: HttpRequest, record_type: RecordType, pk: int) -> HttpResponse:
    record = seen_or_404(request, record_type, pk)
    services.trash_of(record_type)(record, by=request.user)
    notify(
        request, _("“%(record)s” is in the trash.") % {"record": record},
        undo=reverse("records:restore", args=[record_type.slug, pk]),
    )
    return HttpResponseRedirect(reverse("records:list", args=[record_type.slug]))


@require_POST
def restore(request: HttpRequest, record_type: RecordType, pk: int) -> HttpResponse:
    record = get_object_or_404(record_type.model.objects.trash_visible_to(request.user), pk=pk)
    services.restore_of(record_type)(record, by=request.user)
    notify(request, _("“%(record)s” is back.") % {"record": record})
    return HttpResponseRedirect(reverse("records:page", args=[record_type.slug, pk]))
