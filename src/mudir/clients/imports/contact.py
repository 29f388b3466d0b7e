"""Contacts from a file, each at the client that the file names; a client that is not there yet is made."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Any, ClassVar

from django.core.exceptions import ValidationError
from django.utils import timezone

from mudir.accounts.models import User
from mudir.clients import rules
from mudir.clients.imports import cleaning
from mudir.clients.imports.client import client_row, insert_clients
from mudir.clients.imports.headers import CONTACT_HEADS
from mudir.clients.imports.reading import ReachImporter
from mudir.clients.imports.writing import changes_of, found_by, insert_rows, record_events, remove_records, write_back
from mudir.clients.models import Address, Client, Contact, ContactRole, Email, Phone
from mudir.clients.services.client import sort_key_of, weigh_again
from mudir.clients.services.contact import edit_contact
from mudir.clients.services.reach import primary_copies
from mudir.kit.bulk import draw_keys, insert
from mudir.records import registry, search
from mudir.records.importing import Change, Identity, Recognised, Refused, Row

KEPT = ("name", "name_other", "title", "job_title", "department", "birthday", "languages", "notes", "external_id",
        "custom")
SHARED_PHONES = {Phone.Type.WORK, Phone.Type.FAX}  # colleagues have the same one


class ContactImporter(ReachImporter):
    model = Contact
    heads_table: ClassVar[Mapping[str, str]] = CONTACT_HEADS

    @classmethod
    def _settle(cls, mapping: list[str], keys: list[str], heads: Sequence[str]) -> None:
        if "title" in keys and "job_title" not in mapping:  # without a job title beside it, the title is that
            mapping[keys.index("title")] = "job_title"
        super()._settle(mapping, keys, heads)

    @classmethod
    def recognise(cls, heads: Sequence[str], by: User) -> Recognised:
        """Names in parts, or a person beside a house, speak of people."""
        found = super().recognise(heads, by)
        are_people = {"name:given", "name:family"} & set(found.mapping) or {"name", "client"} <= set(found.mapping)
        return replace(found, certainty=found.certainty + 100 * bool(are_people))

    def _name_instead(self, cells: Sequence[str], lists: Mapping[str, list]) -> str:
        """Telephones keep people without a name: what else is known stands for it."""
        for target in ("nickname", "client"):
            for place in self.places.get(target, ()):
                if text := cleaning.tidy(cells[place]):
                    return text[:200]
        known = [row["address"] for row in lists["emails"]] + [row["raw"] for row in lists["phones"]]
        return known[0][:200] if known else ""

    def _finish(self, number: int, cells: Sequence[str], values: dict, lists: dict, joined: str, problems: list) -> Row:
        company = next((text for place in self.places.get("client", ()) if (text := cleaning.tidy(cells[place]))), "")
        if len(company) > 200:
            problems.append(self._problem(cleaning.Unfit("long", most=200), self.places["client"][0], company))
        if "birthday" not in values and (day := self._birthday(cells)):
            values["birthday"] = day
        identity = Identity(
            key=sort_key_of(values["name"]),
            phones=[row["e164"] for row in lists["phones"]
                    if row["e164"].startswith("+") and row["type"] not in SHARED_PHONES],
            emails=[row["address"] for row in lists["emails"]],
            codes={"external_id": values["external_id"]} if values.get("external_id") else {},
            name_is_enough=False, place=sort_key_of(company),
        )
        return Row(number, values["name"], values.get("name_other", ""), identity, (values, lists, company), problems)

    def _birthday(self, cells: Sequence[str]) -> date | None:
        parts = [cells[places[0]].strip() for part in ("year", "month", "day")
                 if (places := self.places.get(f"birthday:{part}"))]
        try:
            return date(*map(int, parts)) if len(parts) == 3 and all(parts) else None
        except ValueError:
            return None

    def identities(self, keys: Collection[int]) -> dict[int, Identity]:
        seen = Contact.objects.visible_to(self.by).filter(pk__among=keys)
        seen_clients = Client.objects.visible_to(self.by).values("pk")
        roles = ContactRole.objects.filter(contact_id__among=keys, client__in=seen_clients)
        places = dict(roles.order_by("is_primary", "-pk").values_list("contact_id", "client__sort_key"))
        return {
            pk: Identity(key, [phone] if phone else [], [email] if email else [],
                         {"external_id": code} if code else {}, False, places.get(pk, ""))
            for pk, key, phone, email, code in seen.values_list("pk", "sort_key", "phone", "email", "external_id")
        }

    def found_by(self, row: Row) -> Mapping[str, Any]:
        return row.data[0] | found_by(row.data[1], row.data[0].get("custom"))

    def create(self, rows: Sequence[Row], *, today: date) -> tuple[list[int], list[int]]:
        clients, beside = self._clients(rows, today=today)
        keys = draw_keys(Contact, len(rows))
        insert(Contact, (self._contact_row(pk, row) for pk, row in zip(keys, rows, strict=True)),
               created_by_id=self.by.pk, owner_id=self.by.pk, team_id=self.by.team_id, updated_at=timezone.now())
        for name, model in (("phones", Phone), ("emails", Email), ("addresses", Address)):
            insert_rows(model, "contact_id", ((pk, each) for pk, row in zip(keys, rows, strict=True)
                                              for each in row.data[1][name]))
        linked = [(clients[sort_key_of(row.data[2])], pk) for pk, row in zip(keys, rows, strict=True) if row.data[2]]
        insert(ContactRole, ({"client_id": client, "contact_id": pk} for client, pk in linked))
        record_events("contact.imported", "clients.contact", keys, by=self.by)
        record_events("client.contact_linked", "clients.client", [client for client, _pk in linked], by=self.by,
                      target_kind="clients.contact", targets=[pk for _client, pk in linked])
        known = set(clients.values()) - set(beside)
        for client in Client.objects.visible_to(self.by).filter(pk__in=known).select_for_update(of=("self",)):
            weigh_again(client)
        search.write_new("clients.contact", {pk: row.words for pk, row in zip(keys, rows, strict=True)})
        return keys, beside

    def _clients(self, rows: Sequence[Row], *, today: date) -> tuple[dict[str, int], list[int]]:
        """The client of each company name, by its key: one that the person sees, else a new one; and the new ones."""
        names = {sort_key_of(row.data[2]): row.data[2] for row in reversed(rows) if row.data[2]}
        seen = Client.objects.visible_to(self.by).filter(sort_key__among=names)
        clients = dict(seen.order_by("-pk").values_list("sort_key", "pk"))
        missing = {key: name for key, name in names.items() if key not in clients}
        if not missing:
            return clients, []
        rows = [client_row(self.by, {"name": name}, {}, sort_key=key, today=today, with_contact=True)
                for key, name in missing.items()]
        fields = search.indexed(registry.for_model(Client))
        words = [search.prepare("clients.client", fields, row) for row in rows]
        made = insert_clients(self.by, rows, [{}] * len(rows), words)
        return clients | dict(zip(missing, made, strict=True)), made

    def _contact_row(self, pk: int, row: Row) -> dict[str, Any]:
        values, lists, _company = row.data
        written = {"id": pk, "sort_key": row.identity.key}
        written |= {name: values.get(name, default) for name, default in DEFAULTS}
        for name in ("phones", "emails"):
            written |= primary_copies(name, lists[name])
        return written

    def change(self, pk: int, row: Row, *, overwrite: bool) -> Change:
        contact = Contact.objects.visible_to(self.by).get(pk=pk)
        if not rules.can_edit(self.by, contact):
            raise Refused({"code": "forbidden"})
        values, lists, _company = row.data
        data, before = changes_of(contact, {name: values[name] for name in KEPT if name in values}, lists,
                                  overwrite=overwrite)
        if not data:
            return Change({}, contact.version)
        try:
            edited = edit_contact(contact, by=self.by, **data)
        except ValidationError as error:
            raise Refused({"code": "invalid", "value": " ".join(error.messages)[:300]}) from None
        return Change(before, edited.version)

    def restore(self, pk: int, change: Change) -> bool:
        return write_back(Contact, pk, change, edit_contact, by=self.by)

    def remove(self, created: Collection[int], beside: Collection[int], versions: Mapping[int, int], *,
               since: Any) -> tuple[int, int]:
        contacts = remove_records(Contact, created, versions, since=since)
        clients = remove_records(Client, beside, {}, since=since)
        made = len(created) + len(beside)
        gone = len(contacts) + len(clients)
        return gone, made - gone


DEFAULTS = [(name, Contact._meta.get_field(name).get_default()) for name in KEPT]
