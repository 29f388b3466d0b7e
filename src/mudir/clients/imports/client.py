"""Clients from a file."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date
from functools import lru_cache
from typing import Any, ClassVar

from django.core.exceptions import ValidationError
from django.utils import timezone

from mudir.accounts.models import User
from mudir.clients import completeness, rules
from mudir.clients.imports import cleaning
from mudir.clients.imports.headers import CLIENT_HEADS
from mudir.clients.imports.reading import ReachImporter
from mudir.clients.imports.writing import changes_of, found_by, insert_rows, record_events, remove_records, write_back
from mudir.clients.models import Address, Client, Email, Phone
from mudir.clients.services.client import edit_client, sort_key_of
from mudir.clients.services.reach import primary_copies
from mudir.kit.arabic.fold import fold
from mudir.kit.bulk import draw_keys, insert
from mudir.records import search
from mudir.records.importing import Change, Identity, Recognised, Refused, Row

CODES = ("registration_number", "tax_number", "external_id")
KEPT = ("kind", "name", "name_other", "registration_number", "tax_number", "sector", "website", "tier", "lifecycle",
        "client_since", "source", "languages", "present_supplier", "notes", "external_id", "custom")


class ClientImporter(ReachImporter):
    model = Client
    heads_table: ClassVar[Mapping[str, str]] = CLIENT_HEADS
    phone_type = Phone.Type.WORK

    @classmethod
    def recognise(cls, heads: Sequence[str], by: User) -> Recognised:
        found = super().recognise(heads, by)
        named = {"name", "name:given", "name:family"} & set(found.mapping)
        return replace(found, certainty=found.certainty + 50 * bool(named))

    def __init__(self, *args: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.owners: dict[str, User] | None = None

    def prepare(self) -> None:
        super().prepare()
        if self.owners is None:
            self.owners = _owners(self.by) if "owner" in self.places else {}

    def __reduce__(self) -> tuple:
        kind, given, state = super().__reduce__()
        return kind, given, {**state, "owners": self.owners}

    def _finish(self, number: int, cells: Sequence[str], values: dict, lists: dict, joined: str, problems: list) -> Row:
        if joined:
            values.setdefault("kind", Client.Kind.INDIVIDUAL)
        for place in self.places.get("owner", ()):
            if cells[place]:
                owner = self.owners.get(fold(cleaning.tidy(cells[place])))
                if owner is None:
                    problems.append(self._problem(cleaning.Unfit("owner"), place, cells[place]))
                values["owner"] = owner
        name, other = values["name"], values.get("name_other", "")
        identity = Identity(
            key=sort_key_of(name),
            phones=[row["e164"] for row in lists["phones"]
                    if row["e164"].startswith("+") and row["type"] != Phone.Type.FAX],
            emails=[row["address"] for row in lists["emails"]],
            codes={code: values[code] for code in CODES if values.get(code)},
            name_is_enough=values.get("kind", Client.Kind.COMPANY) == Client.Kind.COMPANY,
        )
        return Row(number, name, other, identity, (values, lists), problems)

    def identities(self, keys: Collection[int]) -> dict[int, Identity]:
        seen = Client.objects.visible_to(self.by).filter(pk__among=keys)
        return {
            pk: Identity(key, [phone] if phone else [], [email] if email else [],
                         {code: value for code, value in zip(CODES, codes, strict=True) if value},
                         kind == Client.Kind.COMPANY)
            for pk, key, phone, email, kind, *codes in seen.values_list(
                "pk", "sort_key", "phone", "email", "kind", *CODES)
        }

    def make_ready(self, row: Row, *, today: date) -> None:
        row.ready = client_row(self.by, *row.data, sort_key=row.identity.key, today=today)
        super().make_ready(row, today=today)

    def found_by(self, row: Row) -> Mapping[str, Any]:
        return row.ready | found_by(row.data[1], row.ready.get("custom"))

    def create(self, rows: Sequence[Row], *, today: date) -> tuple[list[int], list[int]]:
        lists_of, words = [row.data[1] for row in rows], [row.words for row in rows]
        return insert_clients(self.by, [row.ready for row in rows], lists_of, words), []

    def change(self, pk: int, row: Row, *, overwrite: bool) -> Change:
        client = Client.objects.visible_to(self.by).get(pk=pk)
        if not rules.can_edit(self.by, client):
            raise Refused({"code": "forbidden"})
        values, lists = row.data
        data, before = changes_of(client, {name: values[name] for name in KEPT if name in values}, lists,
                                  overwrite=overwrite)
        if not data:
            return Change({}, client.version)
        try:
            edited = edit_client(client, by=self.by, **data)
        except ValidationError as error:
            raise Refused({"code": "invalid", "value": " ".join(error.messages)[:300]}) from None
        return Change({**before, "confirmations": client.confirmations}, edited.version)

    def restore(self, pk: int, change: Change) -> bool:
        return write_back(Client, pk, change, edit_client, by=self.by)

    def remove(self, created: Collection[int], beside: Collection[int], versions: Mapping[int, int], *,
               since: Any) -> tuple[int, int]:
        gone = remove_records(Client, created, versions, since=since)
        return len(gone), len(created) - len(gone)


def _owners(by: User) -> dict[str, User]:
    """Who may be named as owner, by e-mail and by name; a name that two people share names nobody."""
    found: dict[str, User] = {}
    several = set()
    for user in User.objects.with_role().filter(is_active=True).select_related("team"):
        if not rules.can_own(user) or not rules.can_create_for(by, user, Client):
            continue
        found[fold(user.email)] = user
        for name in filter(None, {fold(user.name), fold(user.name_other)}):
            if name in found:
                several.add(name)
            found[name] = user
    return {name: user for name, user in found.items() if name not in several}


def insert_clients(by: User, rows: Sequence[dict[str, Any]], lists_of: Sequence[Mapping[str, list]],
                   words: Iterable[search.Prepared]) -> list[int]:
    """Write new clients from rows of `client_row`, the lists of each and what it is found by; returns their keys.

    Part of an import, which asked for permission and cleaned the values as `create_client` would.
    """
    keys = draw_keys(Client, len(rows))
    for pk, row in zip(keys, rows, strict=True):
        row["id"] = pk
    insert(Client, rows, created_by_id=by.pk, updated_at=timezone.now())
    for name, model in (("phones", Phone), ("emails", Email), ("addresses", Address)):
        insert_rows(model, "client_id", ((pk, row) for pk, lists in zip(keys, lists_of, strict=True)
                                         for row in lists.get(name, ())))
    record_events("client.imported", "clients.client", keys, by=by)
    search.write_new("clients.client", dict(zip(keys, words, strict=True)))
    return keys


def client_row(by: User, values: Mapping[str, Any], lists: Mapping[str, list], *, sort_key: str, today: date,
               with_contact: bool = False) -> dict[str, Any]:
    """The columns of a new client but for its key; what is filled in counts as confirmed today."""
    owner = values.get("owner") or by
    row = {"owner_id": owner.pk, "team_id": owner.team_id, "sort_key": sort_key}
    row |= {name: values[name] for name in KEPT if name in values}
    for name, rows in lists.items():
        row |= primary_copies(name, rows)
    facts = [fact for fact in completeness.MISSING if row.get(fact)] + ["contact"] * with_contact
    return row | _freshness(row.get("kind", Client.Kind.COMPANY), frozenset(facts), today)


@lru_cache(maxsize=1000)  # the rows of a file know the same few facts
def _freshness(kind: str, known: frozenset[str], today: date) -> dict[str, Any]:
    confirmations = completeness.confirmed({}, known, today)
    return {"confirmations": confirmations, "completeness": completeness.percent(kind, known),
            "stale_date": completeness.stale_date(known, confirmations)}
