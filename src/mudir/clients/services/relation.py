"""How two clients stand to each other."""

from django.core.exceptions import PermissionDenied, ValidationError
from django.utils.translation import gettext as _

from mudir.accounts.models import User
from mudir.clients import rules
from mudir.clients.models import Client, Relation
from mudir.clients.services.removal import take_away
from mudir.records.services import add_event, locked, service


@service
def relate(client: Client, *, other: Client, kind: str, by: User, note: str = "") -> Relation:
    """Note a relation, read from `client` to `other`. An unseen client is as unknown as a missing one."""
    current = locked(client, by=by)
    if not rules.can_edit(by, current):
        raise PermissionDenied
    if not Client.objects.visible_to(by).filter(pk=other.pk).exists():
        raise ValidationError({"other": _("There is no such client.")})
    relation = Relation(client=current, other=other, kind=kind, note=note.strip())
    relation.full_clean()
    relation.save()
    add_event(current, "client.related", by=by, target=other)
    return relation


@service
def unrelate(client: Client, *, relation: Relation, by: User) -> int:
    """Take a relation away, from whichever side; returns the key under which `put_back` finds it."""
    current = locked(client, by=by)
    if not rules.can_edit(by, current):
        raise PermissionDenied
    if current.pk not in {relation.client_id, relation.other_id}:
        raise Relation.DoesNotExist
    other = relation.other if relation.client_id == current.pk else relation.client
    Client.objects.visible_to(by).get(pk=other.pk)
    add_event(current, "client.unrelated", by=by, target=other)
    return take_away(relation)
