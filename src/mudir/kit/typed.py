"""What somebody types into a box that answers while they type."""

from django.http import HttpRequest


def typed(request: HttpRequest, *, most: int) -> str:
    """The letters of `?q=`, at most so many, without what no text of the database may hold."""
    return request.GET.get("q", "").strip()[:most].replace("\0", "")
