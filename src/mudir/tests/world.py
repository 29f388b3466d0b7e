"""Two sides of one house: what the owner has, and the same of a stranger, with everything that hangs on it."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from io import BytesIO
from typing import Any

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.urls import URLPattern, URLResolver, get_resolver, reverse
from django.utils import timezone

from mudir.accounts.models import User
from mudir.accounts.services import make_key
from mudir.activities.services import log_call, make_task, write_note
from mudir.clients import services as clients
from mudir.clients.models import Client, ContactRole
from mudir.records import comments, files, merging, registry
from mudir.records.importing import intake
from mudir.records.looks import Look
from mudir.records.models import BulkAct, Content, DuplicateCandidate, Export, Record
from mudir.records.query import QuerySpec
from mudir.records.saved_views import save_view

FACTORIES: dict[str, Callable[..., Record]] = {
    "clients.client": lambda by, words, client: clients.create_client(by=by, name=words),
    "clients.contact": lambda by, words, client: clients.create_contact(
        by=by, name=words, roles=[{"client": client, "role": ContactRole.Role.OTHER}]),
    "activities.call": lambda by, words, client: log_call(by=by, client=client, notes=words, minutes=5),
    "activities.note": lambda by, words, client: write_note(by=by, client=client, text=words),
    "activities.task": lambda by, words, client: make_task(
        by=by, client=client, title=words, due_date=timezone.localdate() + timedelta(days=1)),
}


def make(kind: str, *, by: User, words: str, client: Client | None = None) -> Record:
    """A record of any registered kind, made by its own service; `words` is what it is known by."""
    if kind not in FACTORIES:
        raise LookupError(f"The tests cannot make a {kind} yet: add how to FACTORIES in {__name__}.")
    if client is None and kind != "clients.client":
        client = clients.create_client(by=by, name=f"Client of {words}")
    return FACTORIES[kind](by, words, client)


@dataclass
class Side:
    """Everything that one person has; `words` stands in each of its texts."""

    owner: User
    words: str
    records: dict[str, Record] = field(default_factory=dict)
    parts: dict[str, Any] = field(default_factory=dict)  # parameter of a route -> key, or keys by kind
    views: dict[str, int] = field(default_factory=dict)  # kind -> key of a view of its list

    @property
    def client(self) -> Client:
        return self.records["clients.client"]


def make_side(owner: User, words: str, *, shared_with: User) -> Side:
    side = Side(owner, words)
    side.records["clients.client"] = client = clients.create_client(
        by=owner, name=words, name_other=f"{words} other", sector=f"{words} sector", notes=f"{words} notes",
        present_supplier=f"{words} supplier", source=f"{words} source", phones=[{"raw": "0501234567"}],
        emails=[{"address": f"{''.join(filter(str.isalnum, words)).lower()}@example.com"}],
        addresses=[{"city": f"{words} city", "street": f"{words} street", "country": "SA"}],
    )
    for record_type in registry.all_types():
        if record_type.kind not in side.records:
            side.records[record_type.kind] = make(record_type.kind, by=owner, words=f"{words} {record_type.name}",
                                                  client=client)
        side.views[record_type.kind] = save_view(
            QuerySpec(record_type.kind), Look(), by=owner, name=f"{words} view"[:60]).pk
    contact = side.records["clients.contact"]
    beside = clients.create_client(by=owner, name=f"{words} beside")
    clients.edit_client(beside, by=owner, head_office=client)
    relation = clients.relate(client, other=beside, kind="partner", by=owner)
    gone = clients.relate(client, other=beside, kind="supplier", by=owner)
    side.parts = {
        "file_pk": {kind: file_of(record, words, by=owner) for kind, record in side.records.items()},
        "comment_pk": {kind: comments.write_comment(record, by=owner, text=f"{words} comment")[0].pk
                       for kind, record in side.records.items()},
        "nuance_pk": clients.add_nuance(client, by=owner, text=f"{words} nuance").pk,
        "contact_nuance_pk": clients.add_nuance(contact, by=owner, text=f"{words} nuance").pk,
        "role_pk": ContactRole.objects.get(client=client, contact=contact).pk,
        "relation_pk": relation.pk,
        "removal": clients.unrelate(client, relation=gone, by=owner),
        "import": intake.receive(BytesIO(f"name,phone\n{words} import,1".encode()), "clients.csv", by=owner).pk,
        "act": BulkAct.objects.create(user=owner, kind="clients.client", act="trash", keys=[client.pk],
                                      back="/clients/").pk,
        "key": make_key(by=owner, name=words, scopes=["read"])[0].pk,
        "merge": merging.merge(beside, clients.create_client(by=owner, name=f"{words} twin"), by=owner).pk,
        "export": Export.objects.create(
            user=owner, kind="clients.client", spec={}, format="csv", total=1, file_name=f"{words}.csv",
            state=Export.State.DONE,
            file=default_storage.save("exports/of-a-side", ContentFile(f"{words} export".encode()))).pk,
        "candidate": DuplicateCandidate.objects.create(
            kind="clients.client", first_id=client.pk, second_id=beside.pk, score=0.9, reasons=["name"],
            found_at=timezone.now()).pk,
        "share_pk": clients.share(client, by=owner, user=shared_with, purpose=f"{words} purpose").pk,
    }
    return side


def file_of(record: Record, words: str, *, by: User) -> int:
    """The key of a file whose bytes stand for their picture too: to draw one takes as long as the rest of a side."""
    version = files.add_file(record, BytesIO(f"{words} text".encode()), f"{words}.txt", by=by)
    Content.objects.filter(pk=version.content_id).update(pictures=[version.content.stored])
    return version.of_id


@dataclass(frozen=True)
class Route:
    name: str
    pattern: str
    parameters: tuple[str, ...]

    def address(self, **given: Any) -> str:
        return reverse(self.name, kwargs=given) if given else f"/{self.pattern}"

    @property
    def first(self) -> str:
        """The segment that its address begins with."""
        return self.pattern.partition("/")[0]


def routes(patterns: list | None = None, prefix: str = "", space: str = "") -> Iterator[Route]:
    """Every address of the program."""
    for entry in get_resolver().url_patterns if patterns is None else patterns:
        path = prefix + str(entry.pattern).lstrip("^").rstrip("$")
        if isinstance(entry, URLResolver):
            below = f"{space}{entry.namespace}:" if entry.namespace else space
            yield from routes(entry.url_patterns, path, below)
        elif isinstance(entry, URLPattern):
            parameters = tuple(entry.pattern.converters) or tuple(entry.pattern.regex.groupindex)
            yield Route(f"{space}{entry.name or path}", path, parameters)


GIVEN = {"kind": "relation", "day": "2026-11-20"}  # parameters that name no record


def addresses(route: Route, side: Side) -> Iterator[tuple[str, dict[str, Any]]]:
    """The addresses of a record-scoped route for the records of a side, each with what stands in it."""
    about = registry.by_slug(route.first) or registry.for_model(Client)  # a client's part of the day
    kinds = registry.all_types() if "record_type" in route.parameters else [about]
    if route.name == "records:merge":
        kinds = [record_type for record_type in kinds if record_type.merger]
    for record_type in kinds:
        given: dict[str, Any] = {}
        for name in route.parameters:
            if name == "record_type":
                given[name] = record_type.slug
            elif name == "pk" and route.name.startswith("records:view"):
                given[name] = side.views[record_type.kind]
            elif name == "pk":
                own = {"acts": "act", "imports": "import", "merges": "merge", "exports": "export",
                       "duplicates": "candidate", "settings": "key"}.get(route.first)
                given[name] = side.parts[own] if own else side.records[record_type.kind].pk
            elif name == "field":
                given[name] = next(iter(record_type.cells(side.owner)))
            elif name in GIVEN:
                given[name] = GIVEN[name]
            else:
                prefix = "contact_" if name == "nuance_pk" and route.first == "contacts" else ""
                part = side.parts[prefix + name]
                given[name] = part[record_type.kind] if isinstance(part, dict) else part
        yield route.address(**given), given
