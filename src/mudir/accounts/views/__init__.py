"""Pages about people and access."""

from django.core.exceptions import PermissionDenied, ValidationError
from django.forms import Form
from django.http import HttpRequest

from mudir.accounts import rules


def managing(request: HttpRequest) -> None:
    """Raises PermissionDenied for whoever does not manage users."""
    if not rules.can_manage_users(request.user):
        raise PermissionDenied


def take_errors(form: Form, error: ValidationError) -> None:
    """Put what the model or the service refused beside the field it is about."""
    by_field = error.error_dict if hasattr(error, "error_dict") else {"": error.error_list}
    for name, errors in by_field.items():
        form.add_error(name if name in form.fields else None, errors)
