"""May this user? Asked inside the service, on the locked row; the row is one that the user sees."""

from django.db import models

from mudir.accounts.models import User
from mudir.accounts.roles import Act, Reach
from mudir.records.models import Record, SavedView
from mudir.records.scope import is_chosen


def reach_of(user: User, act: Act, model: type[models.Model]) -> Reach:
    """How far the role lets a user go with a kind of record."""
    return user.rights.reach_of(act, model._meta.label_lower) if user.is_active else Reach.NONE


def covers(reach: Reach, user: User, *, owner_id: int | None, team_id: int | None) -> bool:
    """Whether a reach covers what belongs to an owner and a team (scope.within says the same of many rows)."""
    match reach:
        case Reach.ALL:
            return True
        case Reach.NONE:
            return False
        case Reach.TEAM if team_id is not None and team_id in user.team_ids:
            return True
    return owner_id == user.pk


def may(user: User, act: Act, record: Record) -> bool:
    """Whether the role lets a user do it with a record that they see."""
    if reach_of(user, act, type(record)) is Reach.FILTER and record.owner_id != user.pk:
        return is_chosen(record, user)
    return covers(reach_of(user, act, type(record)), user, owner_id=record.owner_id, team_id=record.team_id)


def can_create(user: User, model: type[models.Model]) -> bool:
    return reach_of(user, Act.CREATE, model) is not Reach.NONE


def can_create_for(user: User, owner: User, model: type[models.Model]) -> bool:
    """Making a record that belongs to somebody else is for whoever hands out records."""
    return covers(reach_of(user, Act.CREATE, model), user, owner_id=owner.pk, team_id=owner.team_id)


def can_edit(user: User, record: Record) -> bool:
    return may(user, Act.EDIT, record)


def can_delete(user: User, record: Record) -> bool:
    return may(user, Act.DELETE, record)


def can_merge(user: User, record: Record) -> bool:
    return may(user, Act.MERGE, record) and can_edit(user, record)


def can_look_for_duplicates(user: User) -> bool:
    """Among all records at once, which takes the machine minutes: for who directs a team. The answer is narrowed."""
    return user.has_permission("records.merge") and user.has_permission("records.assign")


def can_remove_finally(user: User, record: Record) -> bool:
    """Removing for ever is for who answers for the whole house."""
    return user.has_permission("records.remove_finally")


def can_assign(user: User, record: Record) -> bool:
    """Giving a record away, and sharing it, is of who has it by position: as its owner, or as the head of its team.

    A share gives nothing of this.
    """
    return record.owner_id == user.pk or (not record.confidential and may(user, Act.ASSIGN, record))


def can_set_confidential(user: User, record: Record) -> bool:
    """Only the owner: otherwise a lead could open what was closed to leads."""
    return record.owner_id == user.pk


def can_ask_of_others(user: User, record: Record) -> bool:
    """Why others see the record, or do not."""
    return can_assign(user, record) or user.has_permission("users.manage")


def can_make_tags(user: User) -> bool:
    """Known tags are for whoever edits a record."""
    return user.has_permission("records.create")


def can_manage_tags(user: User) -> bool:
    """Rename and colour them, put several together, take them off everything."""
    return user.has_permission("fields.manage")


def can_export(user: User, model: type[models.Model]) -> bool:
    return reach_of(user, Act.EXPORT, model) is not Reach.NONE


def can_import(user: User, model: type[models.Model] | None = None) -> bool:
    """Of a kind, or of any."""
    if model is None:
        return user.has_permission("records.import")
    return reach_of(user, Act.IMPORT, model) is not Reach.NONE


def can_share_view(user: User, audience: str) -> bool:
    """A view for the own team is anybody's who works on records; one for everybody is of those who direct."""
    if audience == SavedView.Audience.COMPANY:
        return user.has_permission("views.publish")
    return audience == SavedView.Audience.PRIVATE or (user.has_permission("records.edit") and user.team_id is not None)


def can_set_opening_views(user: User) -> bool:
    """With which view the lists of a role open."""
    return user.has_permission("views.publish")


def can_edit_view(user: User, view: SavedView) -> bool:
    """A view is its owner's; one that everybody sees is also of those who publish such."""
    return view.owner_id == user.pk or (
        view.audience == SavedView.Audience.COMPANY and user.has_permission("views.publish")
    )


def can_manage_fields(user: User) -> bool:
    return user.has_permission("fields.manage")
