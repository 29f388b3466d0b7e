"""Taking away what hangs on a record, and putting it back: the history keeps every removed row whole."""

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import models, transaction
from django.db.utils import IntegrityError
from django.utils.translation import gettext as _

from mudir.accounts.models import User
from mudir.clients import rules
from mudir.clients.models import Client, Contact, ContactRole, Nuance, Relation
from mudir.clients.services.client import weigh_again
from mudir.records import search
from mudir.records.services import add_event, locked, service

REMOVABLE: dict[str, type[models.Model]] = {"nuance": Nuance, "role": ContactRole, "relation": Relation}


def take_away(row: models.Model) -> int:
    """Delete a row; returns the key of the history row that keeps it."""
    history, key = row.pgh_event_model, row.pk
    row.delete()
    return history.objects.filter(pgh_label="delete", id=key).order_by("-pgh_id").values_list("pgh_id", flat=True)[0]


@service
def put_back(*, kind: str, removal: int, by: User) -> Client | Contact:
    """Undo a removal; returns the record that it hangs on. Raises DoesNotExist for what `by` cannot see."""
    model = REMOVABLE[kind]
    kept = model.pgh_event_model.objects.get(pgh_id=removal, pgh_label="delete")
    row = model(**{column.attname: getattr(kept, column.attname) for column in model._meta.concrete_fields})
    record = row.client if row.client_id else row.contact
    current = locked(record, by=by)
    if not rules.can_edit(by, current):
        raise PermissionDenied
    for foreign_key in ("contact", "other"):
        seen = getattr(row, foreign_key, None)
        if seen is not None and seen != current:
            type(seen).objects.visible_to(by).get(pk=seen.pk)
    if not model.objects.filter(pk=row.pk).exists():
        try:
            with transaction.atomic():
                row.save(force_insert=True)
        except IntegrityError as error:
            raise ValidationError(_("Something else has taken its place meanwhile.")) from error
        add_event(current, f"{current._meta.model_name}.{kind}_put_back", by=by)
        if kind == "role":
            weigh_again(current)
        search.index(current)
    return current
