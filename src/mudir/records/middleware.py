"""Which door a change came through, and which fields it found there."""

import pghistory
from django.http import Http404
from django.views.defaults import page_not_found
from psycopg.errors import ForeignKeyViolation

from mudir.records import custom, registry
from mudir.records.models import Attachment, Comment

SAFE_METHODS = {"GET", "HEAD", "OPTIONS"}


class Door:
    """Marks every change of a request as made on a page; the service adds who made it."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        with custom.fresh():
            if request.method in SAFE_METHODS:
                return self.get_response(request)
            with pghistory.context(door="page"):
                return self.get_response(request)

    def process_exception(self, request, exception):
        """A record that left the person's sight between the page's look and the write is as unknown as any other.

        So is one that went up in another between the service's look and the end of its transaction.
        """
        kinds = (Attachment, Comment, *(record_type.model for record_type in registry.all_types()))
        unknown = tuple(kind.DoesNotExist for kind in kinds)
        if isinstance(exception, unknown) or isinstance(exception.__cause__, ForeignKeyViolation):
            return page_not_found(request, Http404())
        return None
