"""One field of a record, edited where it stands. The address is a page of its own for who has no script."""

from urllib.parse import urlencode

from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBadRequest, HttpResponseRedirect
from django.urls import reverse
from django.utils.safestring import SafeString, mark_safe
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST

from mudir.accounts.models import User
from mudir.kit.addresses import local_or
from mudir.kit.forms import take_errors
from mudir.kit.htmx import render_page, wants_fragment
from mudir.kit.messages import notify
from mudir.kit.numbers import number_in, version_of
from mudir.kit.templatetags.mudir import counted
from mudir.records.bulk.pasting import Misfits, paste, read_block
from mudir.records.cells import cell_form, take_back, write_cell
from mudir.records.fields import Field
from mudir.records.models import Event, Record
from mudir.records.projection import draw, read_values
from mudir.records.query import Query, QuerySpec, SpecError
from mudir.records.registry import RecordType
from mudir.records.services import Conflict
from mudir.records.shown import with_title
from mudir.records.table import render_rows, row_paths
from mudir.records.views.lists import refused
from mudir.records.views.record import seen_or_404

MISFITS_SHOWN = 12


def rows_of(request: HttpRequest, record_type: RecordType, keys: tuple[int, ...]) -> SafeString:
    """The rows of these records as the list with `?columns=` shows them; what is not seen has none."""
    spec = with_title(QuerySpec.from_query(record_type.kind, request.GET))
    query = Query(QuerySpec(record_type.kind, columns=spec.columns, ids=keys, size=max(len(keys), 1)), request.user)
    page = query.page(row_paths(query.columns))
    return mark_safe(render_rows(record_type, query.columns, page.rows, request.formatter))  # noqa: S308  escaped there


def seen_cell(request: HttpRequest, record_type: RecordType, pk: int, name: str) -> tuple[Record, Field]:
    """A record and a field of it that the person may edit. A forbidden field is as unknown as a missing one."""
    record = seen_or_404(request, record_type, pk)
    field = record_type.cells(request.user).get(name)
    if field is None:
        raise Http404
    return record, field


@require_http_methods(["GET", "HEAD", "POST"])
def cell(request: HttpRequest, record_type: RecordType, pk: int, field: str) -> HttpResponse:
    """Ask for one value, and write it. `?columns=` has the record's row of the list answered.

    Changed by somebody else meanwhile, both values are shown and the person chooses.
    """
    record, field = seen_cell(request, record_type, pk, field)
    try:
        form = cell_form(field, by=request.user, record=record, data=request.POST or None)
    except KeyError:  # of this very record it is not asked: it names what the person does not see
        raise Http404 from None
    context = {"record_type": record_type, "record": record, "field": field, "form": form, "bound": form[field.id],
               "version": record.version, "url": request.get_full_path()}
    status = 200
    if request.method == "POST":
        version = version_of(request)
        if version is None:
            return HttpResponseBadRequest(_("The form lacks the version it was read at. Open it again."))
        if request.POST.get("keep") == "theirs":
            return written(request, record_type, record)
        status = 422
        if form.is_valid():
            try:
                saved = write_cell(record, field, by=request.user, version=version, value=form.cleaned_data[field.id])
            except ValidationError as error:
                take_errors(form, error)
            except Conflict as conflict:
                status = 409
                context |= both(request, record_type, field, form.cleaned_data[field.id], conflict.current)
            else:
                if saved.version != version:
                    tell(request, record_type, field, saved)
                return written(request, record_type, saved)
    return render_page(request, "records/cell.html", context, fragment="editor", status=status)


def tell(request: HttpRequest, record_type: RecordType, field: Field, record: Record) -> None:
    back = reverse("records:cell_undoing", args=[record_type.slug, record.pk, field.id])
    notify(request, _("“%(field)s” of “%(record)s” is saved.") % {"field": capfirst(field.label), "record": record},
           undo=f"{back}?{urlencode({'version': record.version})}")


def both(request: HttpRequest, record_type: RecordType, field: Field, mine: object, current: Record) -> dict:
    """What stands there now, what the person wrote, and who was quicker."""
    actor: User = request.user
    (theirs,) = read_values(record_type, [current.pk], [field], actor).get(current.pk, [None])
    mine = str(mine) if isinstance(mine, Record | User) else mine
    last = Event.objects.filter(kind=record_type.kind, object_id=current.pk).order_by("-at", "-id")
    return {"conflict": True, "theirs": draw(field, theirs, request.formatter),
            "mine": draw(field, mine, request.formatter), "version": current.version,
            "last_event": last.select_related("actor").first()}


def written(request: HttpRequest, record_type: RecordType, record: Record) -> HttpResponse:
    """The row as a fresh load would show it; nothing where the facts of a page ask, which look again themselves.

    Without a script it leads to the record, or `back` where the value was written elsewhere.
    """
    if not wants_fragment(request):
        return HttpResponseRedirect(local_or(request.GET.get("back"), record.get_absolute_url()))
    if "columns" not in request.GET:
        return HttpResponse("")
    try:
        return HttpResponse(rows_of(request, record_type, (record.pk,)))
    except SpecError as error:
        return refused(request, record_type, error)


@require_POST
def cells(request: HttpRequest, record_type: RecordType) -> HttpResponse:
    """Write a block that was copied in a spreadsheet over cells of the list, all of it or nothing.

    `text` is the block, `field` the columns from its first on, `id` and `version` the rows from its first on.
    """
    keys, versions = ([number_in(text) for text in request.POST.getlist(name)] for name in ("id", "version"))
    if not keys or None in (*keys, *versions) or len(keys) != len(versions):
        return HttpResponseBadRequest(_("The form lacks the version it was read at. Open it again."))
    context = {"record_type": record_type, "shown": MISFITS_SHOWN}
    try:
        block = read_block(request.POST.get("text", ""))
        if len(block) > len(keys):
            raise SpecError(ngettext(
                "The list shows %(count)s row from here on, fewer than were copied. Scroll on first.",
                "The list shows %(count)s rows from here on, fewer than were copied. Scroll on first.",
                len(keys)) % {"count": request.formatter.number(len(keys))})
        act = paste(record_type, block, by=request.user, rows=list(zip(keys, versions, strict=True)),
                    names=request.POST.getlist("field"),
                    back=local_or(request.POST.get("back"), reverse("records:list", args=[record_type.slug])))
        if act is not None:
            count = counted(act.changed, request)
            notify(request, ngettext("%(count)s record changed.", "%(count)s records changed.", count)
                   % {"count": count}, undo=reverse("records:bulk_undoing", args=[act.pk]))
        return HttpResponse(rows_of(request, record_type, tuple(keys[: len(block)])))
    except SpecError as error:
        context |= {"error": str(error), "misfits": []}
    except Misfits as misfits:
        context["misfits"] = misfits.cells
    return render_page(request, "records/pasted.html", context, fragment="misfits", status=422)


@require_POST
def undoing(request: HttpRequest, record_type: RecordType, pk: int, field: str) -> HttpResponse:
    """Give the field back what stood there before the change to `?version=`."""
    record, field = seen_cell(request, record_type, pk, field)
    version = version_of(request)
    if version is None:
        return HttpResponseBadRequest(_("The form lacks the version it was read at. Open it again."))
    try:
        record = take_back(record, field, by=request.user, version=version)
    except Conflict:
        notify(request, _("“%(record)s” has been changed since. Its history brings back what was.")
               % {"record": record})
    except ValidationError as error:
        notify(request, " ".join(error.messages))
    else:
        notify(request, _("“%(field)s” of “%(record)s” is what it was.")
               % {"field": capfirst(field.label), "record": record})
    return written(request, record_type, record)
