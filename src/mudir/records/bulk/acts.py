"""What can be done to many records at once, each by the rules and the service of its kind, and how it is taken back."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from django import forms
from django.core.exceptions import ObjectDoesNotExist, PermissionDenied, ValidationError
from django.db import IntegrityError, transaction
from django.http import QueryDict
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from mudir.accounts.models import User
from mudir.accounts.roles import Act, Reach
from mudir.kit.forms import QuickSelect
from mudir.records import rules, search
from mudir.records.bulk.writing import Changes, Refusals, tell_of_many, write_many
from mudir.records.fields import Field
from mudir.records.forms import make_form
from mudir.records.history.reading import stored_value
from mudir.records.models import BulkAct, Record
from mudir.records.registry import RecordType
from mudir.records.services import Conflict, edit_of, restore_of, trash_of
from mudir.records.tags import TagsField, tag_many

REFUSALS = (PermissionDenied, ValidationError, ObjectDoesNotExist, Conflict, IntegrityError)


def in_words(refusal: Exception) -> str:
    if isinstance(refusal, ValidationError):
        return "; ".join(refusal.messages)[:300]
    if isinstance(refusal, PermissionDenied):
        return _("You may not do this to it.")
    return _("It is no longer there, or somebody has just changed it.")


def one_by_one(records: Iterable[Record], write: Callable[[Record], Record]) -> Refusals:
    """Write each by its own service; what it refuses leaves no trace."""
    refused = {}
    for record in records:
        try:
            with transaction.atomic():
                record.version = write(record).version
        except REFUSALS as refusal:
            refused[record.pk] = refusal
    return refused


class Doing:
    """One act by one person on records of one kind."""

    def __init__(self, record_type: RecordType, by: User, data: QueryDict | None = None):
        self.record_type, self.by, self.data = record_type, by, data

    def form(self) -> forms.BaseForm | None:
        """What the person is asked for, filled in where they have answered; nothing where there is nothing to ask."""
        return None

    def sent(self) -> dict[str, list[str]]:
        """What is kept of the answer."""
        return {}

    def answered(self) -> dict[str, Any]:
        """The answer, cleaned. Raises ValidationError."""
        form = self.form()
        if not form.is_valid():
            raise ValidationError(form.errors.as_data())
        return form.cleaned_data

    def do(self, records: Sequence[Record]) -> Refusals:
        """Do it to records that are locked; their `version` is then the one they were brought to."""
        raise NotImplementedError

    def undo(self, records: Sequence[Record]) -> Refusals:
        """Take it back from records that stand at the version they were brought to."""
        raise NotImplementedError

    def seen(self, *, undoing: bool) -> Any:
        return self.record_type.model.objects.visible_to(self.by)


class Editing(Doing):
    """One or several fields get the same value in every record."""

    def offered(self) -> dict[str, Field]:
        asked = make_form(self.record_type, self.by).fields
        return {name: field for name, field in self.record_type.cells(self.by).items()
                if not field.edits and name in asked}

    def form(self) -> forms.BaseForm:
        form = make_form(self.record_type, self.by, data=self.data)
        offered = self.offered()
        chosen = [name for name in self.data.getlist("field") if name in offered] if self.data else list(offered)
        form.fields = {name: form.fields[name] for name in offered if name in chosen}
        return form

    def sent(self) -> dict[str, list[str]]:
        names = self.form().fields.keys()
        return {"field": list(names)} | {name: values for name, values in self.data.lists()
                                         if name.removesuffix("_key") in names or name.rpartition("_")[0] in names}

    def do(self, records: Sequence[Record]) -> Refusals:
        data = self.answered()
        return self.write([(record, data) for record in records])

    def write(self, changes: Changes) -> Refusals:
        many = self.record_type.edit_many
        if many and not any(name.startswith("custom.") for _record, data in changes for name in data):
            try:
                with transaction.atomic():
                    return many(changes, by=self.by)
            except IntegrityError:  # of one of them: find out which
                for record, _data in changes:
                    record.refresh_from_db(from_queryset=self.seen(undoing=False))
        data_of = {record.pk: data for record, data in changes}
        return one_by_one([record for record, _data in changes], lambda record: edit_of(self.record_type)(
            record, by=self.by, version=record.version, **data_of[record.pk]))

    def undo(self, records: Sequence[Record]) -> Refusals:
        fields = [self.record_type.fields[name] for name in self.data.getlist("field")]
        before = values_before(records, fields, self.by)
        return self.write([(record, before[record.pk]) for record in records if record.pk in before])


def values_before(records: Sequence[Record], fields: Sequence[Field], by: User) -> dict[int, dict[str, Any]]:
    """What stood in these fields one version ago, by record, as services take it."""
    model = type(records[0])
    wanted = {record.pk: record.version - 1 for record in records}
    rows = model.pgh_event_model.objects.filter(pgh_obj_id__in=wanted, version__in=set(wanted.values()))
    versions = {row["pgh_obj_id"]: row for row in rows.order_by("pgh_id").values()
                if row["version"] == wanted[row["pgh_obj_id"]]}
    found = {pk: {field.id: stored_value(model, field, row) for field in fields} for pk, row in versions.items()}
    for field in fields:
        if field.related is not None:
            named = field.nameable_by(by).in_bulk({values[field.id] for values in found.values()} - {None})
            for values in found.values():
                values[field.id] = named.get(values[field.id])
    return found


class HandingOn(Doing):
    """Every record gets another owner."""

    class Form(forms.Form):
        owner = forms.ModelChoiceField(User.objects.none(), label=gettext_lazy("owner"), widget=QuickSelect)

    def form(self) -> forms.BaseForm:
        form = self.Form(self.data)
        form.fields["owner"].queryset = User.objects.filter(is_active=True).order_by("name")
        return form

    def sent(self) -> dict[str, list[str]]:
        return {"owner": self.data.getlist("owner")}

    def do(self, records: Sequence[Record]) -> Refusals:
        data = self.answered()
        return self.hand_on(records, {record.pk: data for record in records})

    def hand_on(self, records: Sequence[Record], data: Mapping[int, Mapping[str, Any]]) -> Refusals:
        if self.record_type.assign_many:
            return self.record_type.assign_many([(record, data[record.pk]) for record in records], by=self.by)
        return one_by_one(records, lambda record: self.record_type.assign(
            record, by=self.by, version=record.version, **data[record.pk]))

    def undo(self, records: Sequence[Record]) -> Refusals:
        fields = [self.record_type.fields[name] for name in ("owner", "team")]
        before = values_before(records, fields, self.by)
        return self.hand_on([record for record in records if record.pk in before], before)


class Tagging(Doing):
    """Tags are put on every record, or taken off."""

    class Form(forms.Form):
        add = TagsField(label=gettext_lazy("Put on"), required=False)
        remove = TagsField(label=gettext_lazy("Take off"), required=False)

        def clean(self) -> dict[str, Any]:
            if not self.errors and not any(self.cleaned_data.values()):
                raise ValidationError(_("Name a tag to put on or to take off."))
            return self.cleaned_data

    def form(self) -> forms.BaseForm:
        return self.Form(self.data)

    def sent(self) -> dict[str, list[str]]:
        return {name: self.data.getlist(name) for name in ("add", "remove")}

    def do(self, records: Sequence[Record]) -> Refusals:
        data = self.answered()
        add, remove = data["add"], data["remove"]
        return tag_many(records, by=self.by, change=lambda tags: [
            *(tag for tag in tags if tag not in remove), *(tag for tag in add if tag not in tags)])

    def undo(self, records: Sequence[Record]) -> Refusals:
        before = values_before(records, [self.record_type.fields["tags"]], self.by)
        return tag_many([record for record in records if record.pk in before], by=self.by,
                        before={pk: values["tags"] or [] for pk, values in before.items()})


class Trashing(Doing):
    """Every record goes to the trash."""

    def do(self, records: Sequence[Record]) -> Refusals:
        if self.record_type.trash:
            return one_by_one(records, lambda record: trash_of(self.record_type)(record, by=self.by))
        return self._put(records, timezone.now(), "trashed")

    def undo(self, records: Sequence[Record]) -> Refusals:
        if self.record_type.restore:
            return one_by_one(records, lambda record: restore_of(self.record_type)(record, by=self.by))
        return self._put(records, None, "restored")

    def _put(self, records: Sequence[Record], trashed_at: datetime | None, told: str) -> Refusals:
        """Into the trash or out of it, with a few statements."""
        allowed, refused = [], {}
        for record in records:
            if rules.can_delete(self.by, record):
                allowed.append(record)
            else:
                refused[record.pk] = PermissionDenied()
        write_many([(record, {"trashed_at": trashed_at}) for record in allowed])
        tell_of_many(allowed, f"{self.record_type.model._meta.model_name}.{told}", by=self.by)
        search.index_many(self.record_type.kind, [record.pk for record in allowed])
        return refused

    def seen(self, *, undoing: bool) -> Any:
        everything = self.record_type.model.objects.all()
        return everything.trash_visible_to(self.by) if undoing else everything.visible_to(self.by)


DOINGS: dict[str, type[Doing]] = {
    BulkAct.Act.EDIT: Editing, BulkAct.Act.ASSIGN: HandingOn, BulkAct.Act.TAG: Tagging, BulkAct.Act.TRASH: Trashing,
}


def acts_of(record_type: RecordType, by: User) -> list[str]:
    """What the person may try on records of the kind; of each record its own rules decide."""
    if rules.reach_of(by, Act.EDIT, record_type.model) is Reach.NONE:
        return []
    return [act for act in DOINGS if act != BulkAct.Act.ASSIGN or record_type.assign]
