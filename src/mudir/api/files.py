"""The files of records, for programs: listed, sent, fetched, renamed, removed and put back."""

import tempfile
from typing import Any, BinaryIO

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.core.files.storage import default_storage
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from mudir.accounts.models import User
from mudir.api import values
from mudir.api.calling import answer, read_object, read_query, sent
from mudir.api.operations import Operation, Parameter
from mudir.api.problems import Problem
from mudir.api.records import hanging_or_404, seen_or_404, viewed
from mudir.api.values import Schema, shape_schema
from mudir.kit.numbers import VERSION_DIGITS, number_in
from mudir.records import files, rules
from mudir.records.models import Attachment, AttachmentVersion
from mudir.records.registry import RecordType

LONGEST = 200
NAME: Schema = {"type": "string", "minLength": 1, "maxLength": LONGEST}
NAME_OF_FILE = Parameter("name", NAME, gettext_lazy(
    "What the file is called. One of this name gets a further version."), is_required=True)
VERSION = Parameter("version", {"type": "integer", "minimum": 1, "maximum": 10**VERSION_DIGITS - 1}, gettext_lazy(
    "An earlier version; without it the latest."))
SHAPE = {"name": values.text(LONGEST, is_required=True)}
CHUNK = 1 << 16
VERSION_FIELDS: dict[str, Schema] = {
    "version": {"type": "integer", "minimum": 1}, "type": {"type": "string"}, "size": {"type": "integer", "minimum": 1},
    "sha256": {"type": "string", "pattern": "^[0-9a-f]{64}$"}, "by": values.NAMED,
    "at": {"type": "string", "format": "date-time"},
}
FILE_FIELDS: dict[str, Schema] = {"id": values.KEY_SCHEMA, "name": NAME, **VERSION_FIELDS}


def told_version(version: AttachmentVersion) -> dict[str, Any]:
    kept = version.content
    return {"version": version.number, "type": kept.type, "size": kept.size, "sha256": kept.sha256,
            "by": {"id": version.by_id, "name": version.by.name}, "at": version.at}


def told_file(version: AttachmentVersion) -> dict[str, Any]:
    return {"id": version.of_id, "name": version.of.name} | told_version(version)


def whole(fields: dict[str, Schema]) -> Schema:
    return {"type": "object", "properties": fields, "required": list(fields), "additionalProperties": False}


def file_schema(actor: User) -> Schema:
    return whole(FILE_FIELDS)


def list_schema(actor: User) -> Schema:
    return whole({"files": {"type": "array", "items": whole(FILE_FIELDS)}})


def versions_schema(actor: User) -> Schema:
    return whole(FILE_FIELDS | {"versions": {"type": "array", "items": whole(VERSION_FIELDS)}})


def bytes_schema(actor: User) -> Schema:
    return {"type": "string", "format": "binary"}


def write_down(request: HttpRequest, file: BinaryIO) -> None:
    """The body as it comes, however large it says it is."""
    while chunk := request.read(CHUNK):
        if file.tell() + len(chunk) > settings.FILE_LARGEST:
            raise Problem(413, _("The file is larger than %(size)s MB.") % {"size": settings.FILE_LARGEST >> 20})
        file.write(chunk)


def operations_of(record_type: RecordType) -> list[Operation]:
    lower = record_type.model._meta.model_name
    many = f"/{record_type.slug}/{{key:pk}}/files"
    one = f"{many}/{{key:file_pk}}"

    def found(request: HttpRequest, pk: int, file_pk: int, *, is_removed: bool = False) -> Attachment:
        return hanging_or_404(Attachment, record_type, pk, file_pk, request.user, is_removed=is_removed)

    def versions_of(attachment: Attachment) -> list[AttachmentVersion]:
        return list(attachment.versions.select_related("of", "content", "by").order_by("-number"))

    @viewed(record_type)
    def listing(request: HttpRequest, pk: int) -> HttpResponse:
        read_query(request, frozenset())
        record = seen_or_404(record_type, pk, request.user)
        return answer({"files": [told_file(version) for version in files.files_of(record)]})

    @viewed(record_type, write=True)
    def sending(request: HttpRequest, pk: int) -> HttpResponse:
        read_query(request, frozenset({"name"}))
        record = seen_or_404(record_type, pk, request.user)
        if not rules.can_edit(request.user, record):
            raise PermissionDenied
        name = request.GET.get("name", "")
        if not 1 <= len(name) <= LONGEST:
            raise Problem(400, _("Say what the file is called, as “name” in the address."))
        with tempfile.TemporaryFile() as file:
            write_down(request, file)
            return answer(told_file(files.add_file(record, file, name, by=request.user)))

    @viewed(record_type)
    def reading(request: HttpRequest, pk: int, file_pk: int) -> HttpResponse:
        read_query(request, frozenset())
        versions = versions_of(found(request, pk, file_pk))
        return answer(told_file(versions[0]) | {"versions": [told_version(version) for version in versions]})

    @viewed(record_type)
    def fetching(request: HttpRequest, pk: int, file_pk: int) -> HttpResponse:
        read_query(request, frozenset({"version"}))
        versions = versions_of(found(request, pk, file_pk))
        if "version" in request.GET:
            asked = number_in(request.GET["version"], digits=VERSION_DIGITS)
            if not asked:
                raise Problem(400, _("“version” is a whole number."))
            versions = [version for version in versions if version.number == asked]
        if not versions:
            raise Http404
        try:
            opened = default_storage.open(versions[0].content.stored)
        except FileNotFoundError:  # a database that was put back without its files
            raise Http404 from None
        response = FileResponse(opened, as_attachment=True, filename=versions[0].of.name,
                                content_type="application/octet-stream")
        response.headers["Content-Length"] = str(versions[0].content.size)
        return response

    @viewed(record_type, write=True)
    def renaming(request: HttpRequest, pk: int, file_pk: int) -> HttpResponse:
        read_query(request, frozenset())
        given = sent(request)
        attachment = found(request, pk, file_pk)
        name = read_object(request, given, SHAPE)["name"]
        return answer(told_file(versions_of(files.rename_file(attachment, by=request.user, name=name))[0]))

    @viewed(record_type, write=True)
    def removing(request: HttpRequest, pk: int, file_pk: int) -> HttpResponse:
        read_query(request, frozenset())
        files.remove_file(found(request, pk, file_pk), by=request.user)
        return answer(None, status=204)

    @viewed(record_type, write=True)
    def restoring(request: HttpRequest, pk: int, file_pk: int) -> HttpResponse:
        read_query(request, frozenset())
        removed = found(request, pk, file_pk, is_removed=True)
        return answer(told_file(versions_of(files.put_back_file(removed, by=request.user))[0]))

    about = {"tag": record_type.plural, "record_type": record_type}

    def said(what: Any) -> Any:
        return values.joined(record_type.name, what)

    return [
        Operation(f"list_files_of_{lower}", "GET", many, listing, said(gettext_lazy("list the files")),
                  answers=list_schema, problems=(400, 404), **about),
        Operation(f"send_file_to_{lower}", "PUT", many, sending, said(gettext_lazy("send a file")), writes=True,
                  parameters=(NAME_OF_FILE,), sends=bytes_schema, sends_bytes=True, answers=file_schema,
                  problems=(400, 404, 413, 422), description=gettext_lazy(
                      "The body is the file itself, of any content type. Sent again it is not kept twice; other bytes "
                      "under the same name become its next version."), **about),
        Operation(f"read_file_of_{lower}", "GET", one, reading, said(gettext_lazy("read a file’s versions")),
                  answers=versions_schema, problems=(400, 404), **about),
        Operation(f"fetch_file_of_{lower}", "GET", f"{one}/content", fetching, said(gettext_lazy("fetch a file")),
                  parameters=(VERSION,), answers=bytes_schema, answers_bytes=True, problems=(400, 404), **about),
        Operation(f"rename_file_of_{lower}", "PATCH", one, renaming, said(gettext_lazy("rename a file")), writes=True,
                  sends=lambda actor: shape_schema(SHAPE), example={"name": "Contract 2026.pdf"}, answers=file_schema,
                  problems=(400, 404, 413, 415, 422), **about),
        Operation(f"remove_file_of_{lower}", "DELETE", one, removing, said(gettext_lazy("move a file to the trash")),
                  writes=True, status=204, problems=(400, 404), **about),
        Operation(f"restore_file_of_{lower}", "POST", f"{one}/restoration", restoring,
                  said(gettext_lazy("take a file out of the trash")), writes=True, answers=file_schema,
                  problems=(400, 404), **about),
    ]
