"""Files of a record: the list with its box to drop them into, one file with its versions, what is in it."""

from collections.abc import Iterable
from typing import BinaryIO
from urllib.parse import urlencode

from django.conf import settings
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.files.storage import default_storage
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.csp import CSP
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.csp import csp_override
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from mudir.kit.htmx import render_page, wants_fragment
from mudir.kit.messages import notify
from mudir.kit.numbers import number_in
from mudir.records import files, rules
from mudir.records.models import Attachment, AttachmentVersion, Record
from mudir.records.registry import RecordType
from mudir.records.views.record import led_on, seen_or_404

SEALED = {"default-src": [CSP.NONE], "sandbox": True}  # nothing of a file runs or asks for anything


@require_http_methods(["GET", "HEAD", "POST"])
@led_on
def files_page(request: HttpRequest, record_type: RecordType, pk: int) -> HttpResponse:
    """The files of the record; posted, keeps those that are sent as `file`."""
    record = seen_or_404(request, record_type, pk)
    errors: list[str] = []
    if request.method == "POST":
        if not rules.can_edit(request.user, record):
            raise PermissionDenied
        added, errors = _keep_all(request, record)
        _tell_what_is_kept(request, record_type, pk, added)
        if not errors:
            return HttpResponseRedirect(_back(request, record_type, pk))
    can_add = rules.can_edit(request.user, record)
    context = {
        "record_type": record_type, "record": record, "errors": errors, "can_add": can_add,
        "files": _with_types(files.files_of(record)), "removed": files.removed_of(record) if can_add else [],
        "largest": settings.FILE_LARGEST >> 20, "most": settings.FILES_AT_ONCE,
    }
    return render_page(request, "records/files/list.html", context, fragment="panel", status=422 if errors else 200)


def _keep_all(request: HttpRequest, record: Record) -> tuple[list[AttachmentVersion], list[str]]:
    sent = request.FILES.getlist("file")
    if not 0 < len(sent) <= settings.FILES_AT_ONCE:
        most = request.formatter.number(settings.FILES_AT_ONCE)
        return [], [_("Choose files first, at most %(most)s at once.") % {"most": most}]
    added, errors = [], []
    of = _file(record, number_in(request.POST["of"]) or 0) if "of" in request.POST else None
    for file in sent:
        try:
            added.append(files.add_file(record, file, file.name, by=request.user, of=of))
        except ValidationError as error:
            errors.append(_("“%(name)s”: %(problem)s") % {"name": file.name[:80], "problem": " ".join(error.messages)})
    return added, errors


def _tell_what_is_kept(
    request: HttpRequest, record_type: RecordType, pk: int, added: list[AttachmentVersion]
) -> None:
    if not added:
        return
    if len(added) == 1 and added[0].number > 1:
        said = _("“%(name)s” has a new version.") % {"name": added[0].of.name}
    else:
        said = ngettext("%(count)s file is kept.", "%(count)s files are kept.", len(added)) % {
            "count": request.formatter.number(len(added))}
    asked = urlencode({"version": [version.pk for version in added]}, doseq=True)
    notify(request, said, undo=f"{reverse('records:files_undoing', args=[record_type.slug, pk])}?{asked}")


@require_POST
def undo(request: HttpRequest, record_type: RecordType, pk: int) -> HttpResponse:
    """Take an upload back."""
    record = seen_or_404(request, record_type, pk)
    asked = [number for one in request.GET.getlist("version") if (number := number_in(one))]
    if files.take_back(record, by=request.user, versions=asked[: settings.FILES_AT_ONCE]):
        notify(request, _("The upload is taken back."))
    else:
        notify(request, _("What has a newer version by now stays as it is."))
    return HttpResponseRedirect(_back(request, record_type, pk))


@require_safe
def file_page(request: HttpRequest, record_type: RecordType, pk: int, file_pk: int) -> HttpResponse:
    """One file: what is in it, as far as that is safe to show, and its versions. `?version=` shows an older one."""
    version = _version(request, record_type, pk, file_pk)
    return _show_file(request, record_type, seen_or_404(request, record_type, pk), version)


def _show_file(
    request: HttpRequest, record_type: RecordType, record: Record, version: AttachmentVersion, *,
    errors: Iterable[str] = (), status: int = 200,
) -> HttpResponse:
    versions = _with_types(version.of.versions.order_by("-number").select_related("content", "by"))
    text, is_whole = files.text_of(version.content)
    context = {
        "record_type": record_type, "record": record, "attachment": version.of, "versions": versions,
        "version": version, "is_latest": version == versions[0], "text": text, "is_whole": is_whole,
        "can_add": rules.can_edit(request.user, record), "errors": errors,
    }
    return render_page(request, "records/files/file.html", context, status=status)


@require_POST
def rename(request: HttpRequest, record_type: RecordType, pk: int, file_pk: int) -> HttpResponse:
    """The name comes in the form, in the address where a renaming is undone."""
    version = _version(request, record_type, pk, file_pk)
    asked = request.POST if "name" in request.POST else request.GET
    former = version.of.name
    try:
        attachment = files.rename_file(version.of, by=request.user, name=asked.get("name", "")[:400])
    except ValidationError as error:
        record = seen_or_404(request, record_type, pk)
        return _show_file(request, record_type, record, version, errors=error.messages, status=422)
    if attachment.name != former:
        back = QueryDict(mutable=True)
        back["name"] = former
        notify(request, _("The file is called “%(name)s” now.") % {"name": attachment.name},
               undo=f"{_address('file_name', record_type, pk, attachment)}?{back.urlencode()}")
    return HttpResponseRedirect(_address("file", record_type, pk, attachment))


@csp_override(SEALED)
@require_safe
def content(request: HttpRequest, record_type: RecordType, pk: int, file_pk: int) -> HttpResponse:
    """The bytes, always to be saved and never opened in the page."""
    version = _version(request, record_type, pk, file_pk)
    response = FileResponse(_opened(version.content.stored), as_attachment=True, filename=version.of.name,
                            content_type="application/octet-stream")
    response.headers["Content-Length"] = str(version.content.size)
    return response


@csp_override(SEALED)
@require_safe
def picture(request: HttpRequest, record_type: RecordType, pk: int, file_pk: int) -> HttpResponse:
    """What we made to be shown of it: a page of it, or with `?small=1` the thumbnail."""
    kept = _version(request, record_type, pk, file_pk).content
    keys = [kept.thumbnail] if request.GET.get("small") else kept.pictures
    place = (number_in(request.GET.get("page", "")) or 1) - 1
    if place >= len(keys) or not keys[place]:
        raise Http404
    return FileResponse(_opened(keys[place]), content_type="image/webp")


@require_POST
def remove(request: HttpRequest, record_type: RecordType, pk: int, file_pk: int) -> HttpResponse:
    record = seen_or_404(request, record_type, pk)
    attachment = files.remove_file(_file(record, file_pk), by=request.user)
    notify(request, _("“%(name)s” is in the trash.") % {"name": attachment.name},
           undo=_address("file_restoration", record_type, pk, attachment))
    return HttpResponseRedirect(_back(request, record_type, pk))


@require_POST
def put_back(request: HttpRequest, record_type: RecordType, pk: int, file_pk: int) -> HttpResponse:
    record = seen_or_404(request, record_type, pk)
    attachment = files.put_back_file(_file(record, file_pk, is_removed=True), by=request.user)
    notify(request, _("“%(name)s” is back.") % {"name": attachment.name},
           undo=_address("file_removal", record_type, pk, attachment))
    return HttpResponseRedirect(_back(request, record_type, pk))


def _opened(stored: str) -> BinaryIO:
    try:
        return default_storage.open(stored)
    except FileNotFoundError:  # a database that was put back without its files
        raise Http404 from None


def _back(request: HttpRequest, record_type: RecordType, pk: int) -> str:
    if wants_fragment(request):
        return reverse("records:files", args=[record_type.slug, pk])
    return f"{reverse('records:page', args=[record_type.slug, pk])}?panel=records:files"


def _file(record: Record, file_pk: int, *, is_removed: bool = False) -> Attachment:
    """The file if it is one of that very record."""
    of_record = Attachment.objects.filter(kind=record._meta.label_lower, object_id=record.pk)
    return get_object_or_404(of_record, pk=file_pk, removed_at__isnull=not is_removed)


def _version(request: HttpRequest, record_type: RecordType, pk: int, file_pk: int) -> AttachmentVersion:
    """The version that the address asks for, else the latest."""
    attachment = _file(seen_or_404(request, record_type, pk), file_pk)
    versions = attachment.versions.select_related("of", "content", "by").order_by("-number")
    if "version" in request.GET:
        return get_object_or_404(versions, number=number_in(request.GET["version"]) or 0)
    return versions[0]


def _with_types(versions: Iterable[AttachmentVersion]) -> list[AttachmentVersion]:
    """Give each version what a person calls its type."""
    found = list(versions)
    for version in found:
        version.type_name = files.name_of(version.content.type)
    return found


def _address(name: str, record_type: RecordType, pk: int, attachment: Attachment) -> str:
    return reverse(f"records:{name}", args=[record_type.slug, pk, attachment.pk])
