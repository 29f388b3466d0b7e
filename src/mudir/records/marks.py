"""What a person keeps at hand: records with a star, in an order of theirs, and those they looked at last.

Both hold keys alone; whatever is shown of them is read as the person sees it at that moment.
"""

from collections.abc import Iterable, Sequence

from django.core.exceptions import ValidationError
from django.db import connection
from django.db.models import Max
from django.utils.translation import gettext as _

from mudir.accounts.models import User
from mudir.kit.services import service
from mudir.kit.sql import rows_of
from mudir.records import registry
from mudir.records.models import Favourite, Record, Visit
from mudir.records.search import Hit
from mudir.records.search.reasons import read_rows, subtitle_of, title_of
from mudir.records.services import locked

MOST_FAVOURITES = 50
VISITS_KEPT = 30
Key = tuple[str, int]  # kind and number of a record


@service
def star(record: Record, *, by: User) -> None:
    """Put the record at the end of the favourites; one that is there stays where it is."""
    current = locked(record, by=by)
    own = Favourite.objects.filter(user=by)
    if own.count() >= MOST_FAVOURITES:
        raise ValidationError(_("Fifty favourites are enough. Take the star off another record first."))
    last = own.aggregate(last=Max("place"))["last"] or 0
    Favourite.objects.get_or_create(
        user=by, kind=current._meta.label_lower, object_id=current.pk, defaults={"place": last + 1})


@service
def unstar(record: Record, *, by: User) -> None:
    Favourite.objects.filter(user=by, kind=record._meta.label_lower, object_id=record.pk).delete()


@service
def move_favourite(key: Key, *, by: User, places: int) -> None:
    """Move a favourite up (negative) or down among those that the person sees; others keep their order."""
    rows = {(row.kind, row.object_id): row for row in Favourite.objects.select_for_update().filter(user=by)}
    seen = [(hit.kind, hit.id) for hit in favourites_of(by) if (hit.kind, hit.id) in rows]
    if key not in seen:
        raise Favourite.DoesNotExist
    at = seen.index(key)
    seen.insert(max(0, at + places), seen.pop(at))
    hidden = [one for one in rows if one not in seen]
    for place, one in enumerate([*seen, *hidden], start=1):
        rows[one].place = place
    Favourite.objects.bulk_update(rows.values(), ["place"])


def is_starred(record: Record, user: User) -> bool:
    return bool(rows_of("SELECT FROM records_favourite WHERE user_id = %s AND kind = %s AND object_id = %s",
                        [user.pk, record._meta.label_lower, record.pk]))


def favourites_of(user: User) -> list[Hit]:
    """Those that the person still sees, in their order."""
    keys = rows_of("SELECT kind, object_id FROM records_favourite WHERE user_id = %s ORDER BY place, id", [user.pk])
    return as_hits(keys, user)


def visit(record: Record, *, by: User) -> None:
    """Remember that the person looks at the record now. One statement, and a second one for the first time alone."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            INSERT INTO records_visit (user_id, kind, object_id, at) VALUES (%s, %s, %s, now())
            ON CONFLICT (user_id, kind, object_id) DO UPDATE SET at = excluded.at RETURNING xmax = 0
            """,
            [by.pk, record._meta.label_lower, record.pk],
        )
        is_new = cursor.fetchone()[0]
    if is_new:
        older = Visit.objects.filter(user=by).order_by("-at", "-pk").values("pk")[VISITS_KEPT:]
        Visit.objects.filter(pk__in=list(older.values_list("pk", flat=True))).delete()


def visits_of(user: User) -> list[tuple[str, int]]:
    """Keys of the records that the person looked at, the latest first, whether they still see them or not."""
    return list(Visit.objects.filter(user=user).order_by("-at", "-pk").values_list("kind", "object_id"))


def as_hits(keys: Iterable[Key], user: User) -> list[Hit]:
    """The records of these keys as far as the person sees them, in the same order. One question for each kind."""
    wanted: Sequence[Key] = list(keys)
    found = {}
    for kind in dict.fromkeys(kind for kind, _pk in wanted):
        record_type = registry.for_kind(kind)
        ids = [pk for other, pk in wanted if other == kind]
        for pk, row in read_rows(record_type, ids, user, whole=False).items():
            title = title_of(record_type, row)
            found[kind, pk] = Hit(
                kind=kind, id=pk, title=title, subtitle=subtitle_of(record_type, row), reason="", score=0.0,
                parts=((title, False),), record_type=record_type,
            )
    return [found[key] for key in wanted if key in found]
