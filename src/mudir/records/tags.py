"""Tags on records of any kind."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from django import forms
from django.core.exceptions import PermissionDenied, ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from mudir.accounts.models import User
from mudir.kit.arabic.fold import fold
from mudir.kit.formatting import Formatter
from mudir.kit.services import service
from mudir.records import rules, table
from mudir.records.fields import Edits, Field, ValueType
from mudir.records.models import BulkAct, Record, Tag
from mudir.records.services import locked

LONGEST = 60
MOST = 30  # on one record


def split(text: str) -> list[str]:
    """Tags typed behind each other, parted by commas of either script or by lines."""
    for mark in "،;؛\n":
        text = text.replace(mark, ",")
    words = (" ".join(part.split()) for part in text.split(","))
    return list(dict.fromkeys(word for word in words if word))


class TagsInput(forms.TextInput):
    """A box for tags behind each other, with suggestions for the one that is being typed."""

    template_name = "records/widgets/tags.html"


class TagsField(forms.CharField):
    """Tags behind each other; a known one is meant however it is spelled."""

    def __init__(self, **kwargs: Any):
        kwargs.setdefault("widget", TagsInput(attrs={"autocomplete": "off"}))
        super().__init__(max_length=2000, **kwargs)

    def prepare_value(self, value: Any) -> Any:
        return _(", ").join(value) if isinstance(value, list | tuple) else value

    def clean(self, value: Any) -> list[str]:
        return known_as(split(super().clean(value)))


def known_as(tags: Sequence[str]) -> list[str]:
    """Tags as they are known, however they are spelled here. Raises ValidationError for one that is too long."""
    if too_long := next((tag for tag in tags if len(tag) > LONGEST), None):
        raise ValidationError(_("A tag has at most %(most)s letters: “%(tag)s…”.")
                              % {"most": LONGEST, "tag": too_long[:20]})
    known = dict(Tag.objects.filter(folded__in=[fold(tag) for tag in tags]).values_list("folded", "name"))
    return list(dict.fromkeys(known.get(fold(tag), tag) for tag in tags))


def tag_many(
    records: Sequence[Record], *, by: User, change: Callable[[list[str]], list[str]] | None = None,
    before: Mapping[int, list[str]] | None = None,
) -> dict[int, Exception]:
    """Change the tags of locked records of one kind, or give them those that they had `before`. Makes what is new."""
    from mudir.records.bulk.writing import edit_many

    if not records:
        return {}

    def prepare(record: Record, data: dict[str, Any]) -> dict[str, Any]:
        if not rules.can_edit(by, record):
            raise PermissionDenied
        if len(data["tags"]) > MOST:
            raise ValidationError(_("A record carries at most %(most)s tags.") % {"most": MOST})
        return data

    wanted = {record.pk: change(record.tags) if change else before[record.pk] for record in records}
    know({tag for tags in wanted.values() for tag in tags}, by=by)
    changes = [(record, {"tags": wanted[record.pk]}) for record in records]
    return edit_many(changes, by=by, verb=f"{records[0]._meta.model_name}.edited", prepare=prepare)


def know(names: set[str], *, by: User) -> None:
    """Make the tags that are not known yet."""
    missing = names - set(Tag.objects.filter(name__in=names).values_list("name", flat=True))
    if missing and not rules.can_make_tags(by):
        raise ValidationError(_("There is no tag “%(tag)s”.") % {"tag": min(missing)})
    Tag.objects.bulk_create([Tag(name=name, folded=fold(name), created_by=by) for name in sorted(missing)],
                            ignore_conflicts=True)


@service
def change_tag(tag: Tag, *, by: User, name: str, tone: str) -> tuple[Tag, list[BulkAct]]:
    """Rename and colour a tag everywhere; renamed to another one, the two are one from now on. Raises ValidationError.

    Returns the tag that there is then, and what is being done to the records that carry it.
    """
    from mudir.records.bulk.retagging import retag
    from mudir.records.custom.known import tell

    current, old = _managed(tag, by), tag.name
    [name] = known_as([" ".join(name.split())]) if name.strip() and not split(name)[1:] else [""]
    if not name:
        raise ValidationError({"name": _("A tag is a word or a few, without a comma.")})
    other = Tag.objects.select_for_update().filter(folded=fold(name)).exclude(pk=tag.pk).first()
    if other is not None:
        current.delete()
        current = other
    else:
        current.name, current.folded, current.tone = name, fold(name), tone
        current.full_clean(exclude=["created_by"])
        current.save()
    tell()
    return current, retag(old, current.name, by=by) if old != current.name else []


@service
def remove_tag(tag: Tag, *, by: User) -> list[BulkAct]:
    """Take a tag off everything, and out of what is suggested."""
    from mudir.records.bulk.retagging import retag
    from mudir.records.custom.known import tell

    _managed(tag, by).delete()
    tell()
    return retag(tag.name, by=by)


@service
def put_back_tag(pk: int, *, by: User, name: str, tone: str, acts: Sequence[int] = ()) -> None:
    """Take back what was done to a tag: its name, its colour, and the records of those acts that are still as left."""
    from mudir.records.bulk.running import begin_undo
    from mudir.records.custom.known import hold, tell

    if not rules.can_manage_tags(by):
        raise PermissionDenied
    hold()
    tag = Tag.objects.filter(folded=fold(name)).first() or Tag.objects.filter(pk=pk).first() or Tag(created_by=by)
    tag.name, tag.folded, tag.tone = name, fold(name), tone
    tag.full_clean(exclude=["created_by"])
    tag.save()
    tell()
    for act in BulkAct.objects.filter(pk__in=acts, user=by, act=BulkAct.Act.RETAG):
        begin_undo(act, by=by)


def _managed(tag: Tag, by: User) -> Tag:
    from mudir.records.custom.known import hold

    if not rules.can_manage_tags(by):
        raise PermissionDenied
    hold()
    return Tag.objects.select_for_update().get(pk=tag.pk)


@service
def set_tags(record: Record, *, by: User, value: Sequence[str], version: int | None = None) -> Record:
    """Make these the tags of the record. Raises `Conflict`."""
    current = locked(record, by=by, version=version)
    for refusal in tag_many([current], by=by, change=lambda _tags: list(value)).values():
        raise refusal
    return current


def tags_cell(tags: Sequence[str], fmt: Formatter) -> str:
    return f'<td class="clip">{table.tags(tags)}</td>'


def tags_field() -> Field:
    """What every kind has among its fields."""
    return Field(
        id="tags", label=gettext_lazy("tags"), type=ValueType.LIST, path="tags", cell=tags_cell,
        edits=Edits(ask=lambda record, by: TagsField(required=False), shown=lambda record: record.tags,
                    write=lambda record, *, by, version, value: set_tags(record, by=by, version=version, value=value)),
    )
