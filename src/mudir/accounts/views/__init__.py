"""Pages about people and access."""

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest

from mudir.accounts import rules


def managing(request: HttpRequest) -> None:
    """Raises PermissionDenied for whoever does not manage users."""
    if not rules.can_manage_users(request.user):
        raise PermissionDenied
