"""Comments on a record: the box, changing one's own, whom one can mention."""

from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from mudir.kit.forms import take_errors
from mudir.kit.htmx import render_page, wants_fragment
from mudir.kit.messages import notify
from mudir.records import comments
from mudir.records.forms import CommentForm
from mudir.records.models import Comment, Record
from mudir.records.registry import RecordType
from mudir.records.views.record import seen_or_404
from mudir.records.views.timeline import first_page


@require_http_methods(["GET", "HEAD", "POST"])
def comments_page(request: HttpRequest, record_type: RecordType, pk: int) -> HttpResponse:
    """What was said about the record; posted, says something."""
    record = seen_or_404(request, record_type, pk)
    form = CommentForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        try:
            comment, blind = comments.write_comment(record, by=request.user, **form.cleaned_data)
        except ValidationError as error:
            take_errors(form, error)
        else:
            notify(request, _("The comment is there."), undo=address_of("removal", record_type, pk, comment))
            _say_who_is_blind(request, blind)
            return HttpResponseRedirect(f"{record.get_absolute_url()}?show=comments")
    context = {"record_type": record_type, "record": record, "comment_form": form, "group": "comments"}
    if wants_fragment(request):
        return render_page(request, "records/comments.html#box", context, status=422 if form.errors else 200)
    context |= first_page(request, record_type, record, group="comments")
    return render_page(request, "records/comments.html", context, status=422 if form.errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
def comment_page(request: HttpRequest, record_type: RecordType, pk: int, comment_pk: int) -> HttpResponse:
    """Changing one's own comment; whoever else comes here is led to where it can be read."""
    record, comment = _found(request, record_type, pk, comment_pk)
    if comment.author_id != request.user.pk:
        if request.method == "POST":
            raise PermissionDenied
        return HttpResponseRedirect(f"{record.get_absolute_url()}?show=comments")
    form = CommentForm(request.POST if request.method == "POST" else None,
                       initial={"text": comments.as_typed(comment.text)})
    if form.is_valid():
        try:
            comment, blind = comments.edit_comment(comment, by=request.user, text=form.cleaned_data["text"])
        except ValidationError as error:
            take_errors(form, error)
        else:
            notify(request, _("The comment is changed."))
            _say_who_is_blind(request, blind)
            return HttpResponseRedirect(f"{record.get_absolute_url()}?show=comments")
    context = {"record_type": record_type, "record": record, "comment": comment, "comment_form": form}
    return render_page(request, "records/comment_form.html", context, fragment="form",
                       status=422 if form.errors else 200)


@require_POST
def remove(request: HttpRequest, record_type: RecordType, pk: int, comment_pk: int) -> HttpResponse:
    record, comment = _found(request, record_type, pk, comment_pk)
    comments.remove_comment(comment, by=request.user)
    notify(request, _("The comment is removed."), undo=address_of("restoration", record_type, pk, comment))
    return HttpResponseRedirect(f"{record.get_absolute_url()}?show=comments")


@require_POST
def put_back(request: HttpRequest, record_type: RecordType, pk: int, comment_pk: int) -> HttpResponse:
    record, comment = _found(request, record_type, pk, comment_pk, is_removed=True)
    comments.put_back_comment(comment, by=request.user)
    notify(request, _("The comment is back."))
    return HttpResponseRedirect(f"{record.get_absolute_url()}?show=comments")


@require_safe
def mentions(request: HttpRequest, record_type: RecordType, pk: int) -> HttpResponse:
    """People who see the record, while a name is typed behind an @."""
    record = seen_or_404(request, record_type, pk)
    people = comments.suggestions(record, request.GET.get("q", "").strip()[:60], by=request.user)
    context = {"record_type": record_type, "options": [{"value": person.pk, "label": person.name} for person in people]}
    return render_page(request, "records/suggestions.html", context, fragment="options")


def address_of(act: str, record_type: RecordType, pk: int, comment: Comment) -> str:
    return reverse(f"records:comment_{act}", args=[record_type.slug, pk, comment.pk])


def _found(
    request: HttpRequest, record_type: RecordType, pk: int, comment_pk: int, *, is_removed: bool = False
) -> tuple[Record, Comment]:
    """The record if the person sees it, and the comment if it stands on that record."""
    record = seen_or_404(request, record_type, pk)
    of_record = Comment.objects.filter(kind=record_type.kind, object_id=record.pk, removed_at__isnull=not is_removed)
    return record, get_object_or_404(of_record, pk=comment_pk)


def _say_who_is_blind(request: HttpRequest, names: list[str]) -> None:
    if names:
        said = _("Not told, because the record is not open to them: %(names)s.")
        notify(request, said % {"names": _(", ").join(names)})
