"""Which door a change came through."""

import pghistory

SAFE_METHODS = {"GET", "HEAD", "OPTIONS"}


class Door:
    """Marks every change of a request as made on a page; the service adds who made it."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        if request.method in SAFE_METHODS:
            return self.get_response(request)
        with pghistory.context(door="page"):
            return self.get_response(request)
