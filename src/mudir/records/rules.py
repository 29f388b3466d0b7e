"""May this user? Asked inside the service, on the locked row; the row is one that the user sees."""

from django.db import models

from mudir.accounts.models import User
from mudir.records.models import Record, SavedView


def can_create(user: User, model: type[models.Model]) -> bool:
    return user.has_permission("records.create")


def can_edit(user: User, record: Record) -> bool:
    return user.has_permission("records.edit")


def can_delete(user: User, record: Record) -> bool:
    """Whoever directs a team deletes what it sees; others what they own."""
    return user.has_permission("records.delete") or (
        user.has_permission("records.edit") and record.owner_id == user.pk
    )


def can_merge(user: User, record: Record) -> bool:
    return user.has_permission("records.merge") and can_edit(user, record)


def can_look_for_duplicates(user: User) -> bool:
    """Among all records at once, which takes the machine minutes: for who directs a team. The answer is narrowed."""
    return user.has_permission("records.merge") and user.has_permission("records.assign")


def can_remove_finally(user: User, record: Record) -> bool:
    """Removing for ever is for who answers for the whole house."""
    return user.has_permission("records.remove_finally")


def can_assign(user: User, record: Record) -> bool:
    """Giving a record away is its owner's, or of whoever directs a team."""
    return user.has_permission("records.assign") or record.owner_id == user.pk


def can_make_tags(user: User) -> bool:
    """Known tags are for whoever edits a record."""
    return user.has_permission("records.create")


def can_export(user: User) -> bool:
    return user.has_permission("records.export")


def can_import(user: User) -> bool:
    return user.has_permission("records.import")


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
