"""The trash of everything that a person could see: taking out, and removing for ever."""

from collections.abc import Iterable
from urllib.parse import urlencode

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import models
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from mudir.accounts.models import User
from mudir.kit.htmx import render_page
from mudir.kit.messages import notify
from mudir.kit.numbers import number_in
from mudir.records import registry, rules, services
from mudir.records import trash as lying
from mudir.records.models import Record
from mudir.records.registry import RecordType

MOST = 500  # records that one act takes out or removes


@require_http_methods(["GET", "HEAD", "POST"])
def trash(request: HttpRequest) -> HttpResponse:
    """What lies there, latest first, of every kind or of `?kind=`; posted, the chosen ones come back or go for ever.

    What goes for ever is shown once more, with all that goes with it, before it goes.
    """
    if request.method == "POST":
        return act(request)
    wanted = request.GET.get("kind", "")
    chosen = registry.by_slug(wanted) if wanted else None
    if wanted and chosen is None:
        raise Http404
    before = place_of(request.GET.get("before", ""))
    items, has_more = lying.page(request.user, [chosen] if chosen else registry.all_types(), before=before)
    more = {"kind": wanted, "before": "~".join((items[-1].record.trashed_at.isoformat(), items[-1].record_type.kind,
                                                str(items[-1].record.pk)))} if has_more else {}
    context = {
        "items": items, "chosen": chosen, "kinds": registry.all_types(),
        "can_restore": {item.place for item in items if rules.can_delete(request.user, item.record)},
        "can_remove": any(rules.can_remove_finally(request.user, item.record) for item in items),
        "more_url": f"?{urlencode(more)}" if has_more else "", "is_first_page": before is None,
    }
    return render_page(request, "records/trash.html", context, fragment="more" if before else "trash")


def place_of(text: str) -> lying.Place | None:
    moment, kind, key = (text.split("~") + ["", ""])[:3]
    try:
        at = parse_datetime(moment)
    except ValueError:
        return None
    if at is None or at.tzinfo is None or (number := number_in(key)) is None:
        return None
    return at, kind[:80], number


def act(request: HttpRequest) -> HttpResponse:
    records = chosen_of(request.POST.getlist("item")[:MOST], request.user)
    if request.POST.get("act") == "remove":
        if not records or not all(rules.can_remove_finally(request.user, record) for record in records):
            raise PermissionDenied
        if "sure" not in request.POST:
            return render_page(request, "records/trash_removal.html", {"chosen": [
                {"record": record, "record_type": registry.for_model(type(record)),
                 "value": f"{registry.for_model(type(record)).slug}:{record.pk}", "with": lying.goes_with(record)}
                for record in records]}, fragment="sure")
        done, refused = each(records, lambda record: lying.remove_finally(record, by=request.user))
        text = ngettext("%(count)s record is removed for ever.", "%(count)s records are removed for ever.", done)
    else:
        done, refused = each(records, lambda record: services.restore_of(registry.for_model(type(record)))(
            record, by=request.user))
        text = ngettext("%(count)s record is back.", "%(count)s records are back.", done)
    if done:
        notify(request, text % {"count": request.formatter.number(done)})
    if refused:
        text = ngettext("%(count)s record stays in the trash.", "%(count)s records stay in the trash.", refused)
        notify(request, text % {"count": request.formatter.number(refused)})
    if not records:
        notify(request, _("Choose what to take out."))
    return HttpResponseRedirect(reverse("records:trashed"))


def chosen_of(items: Iterable[str], actor: User) -> list[Record]:
    """The records named `slug:key` that lie in the actor's trash; others are as unknown as those that are not there."""
    wanted: dict[str, tuple[RecordType, set[int]]] = {}
    for item in items:
        slug, _mark, text = item.partition(":")
        record_type, key = registry.by_slug(slug), number_in(text)
        if record_type is not None and key is not None:
            wanted.setdefault(slug, (record_type, set()))[1].add(key)
    return [record for record_type, keys in wanted.values()
            for record in record_type.model.objects.trash_visible_to(actor).filter(pk__in=keys).order_by("pk")]


def each(records: list[Record], write) -> tuple[int, int]:
    """Write them one by one, each in its own transaction: how many were written, how many could not be."""
    done = 0
    for record in records:
        try:
            write(record)
        except (PermissionDenied, ValidationError, models.ObjectDoesNotExist):
            continue
        done += 1
    return done, len(records) - done
