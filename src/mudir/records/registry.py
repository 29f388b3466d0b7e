"""One declaration per record: everything a record can do follows from `register`; `add_panel` adds to its page."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from django.db import models
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy

from mudir.accounts.roles import Act, Reach, Role, Sight

if TYPE_CHECKING:
    from mudir.accounts.models import User
    from mudir.records.arrangement import Arrangement
    from mudir.records.custom.fields import CustomFieldOf
    from mudir.records.fields import Field

Text = str | Promise
ACCESS = frozenset({"owner", "team", "confidential"})  # they decide who sees a record


@dataclass(frozen=True)
class Panel:
    """A fragment of an upper app on the record page. `url` names a route that takes the record's id."""

    title: Text
    url: str
    order: int
    place: str = "main"  # "main" (a tab beside the activity), "facts" or "next" (side columns)


@dataclass(frozen=True)
class Part:
    """Rows beside a record that its history tells of: its phones, its roles, its relations.

    `says` names the columns that together say what a row is; a related record among them that the reader does not
    see hides the row. `written_as` names those that the record's edit service takes as the list `id`, where it does.
    """

    id: str
    label: Text
    model: type[models.Model]
    by: tuple[str, ...]  # the foreign keys by which a row hangs on the record
    says: tuple[str, ...]
    fields: tuple[str, ...] = ()  # what a reader must see of the record to be told of these rows
    copies: tuple[str, ...] = ()  # fields of the record that repeat the first row
    written_as: tuple[str, ...] = ()

    def of(self, record: models.Model) -> models.Q:
        """Kept versions of the rows that hang on the record."""
        return models.Q(*((f"{name}_id", record.pk) for name in self.by), _connector=models.Q.OR)

    def is_there(self, version: Mapping) -> bool:
        """Whether the row hung on the record then, of which a version is kept."""
        return True


@dataclass(frozen=True)
class ListView:
    """A ready view of a list, shown as a tab: a name and the query that it stands for."""

    code: str
    title: Text
    query: str = ""  # as in the address: "f=owner.is.me&sort=-last_contact_at"


@dataclass(frozen=True)
class Sentence:
    """How an event reads on the timeline, with `%(actor)s`, `%(record)s` and the event's details."""

    text: Text
    icon: str = "note"
    tone: str = ""
    group: str = "changes"  # what the timeline is filtered by: calls, notes, tasks, changes…
    labels: Mapping[str, Mapping] = field(default_factory=dict, hash=False)  # detail -> its codes in words
    fields: tuple[str, ...] = ()  # what a reader must see of the record to be told of it


@dataclass(frozen=True)
class Board:
    """How records of a kind stand on a board, and what their cards say. Every name is a field id.

    `moves` has the service of each field that no form offers: `(record, to=, by=, reason=, version=)`; others are
    written by the record's edit service. `lingers(value, days)` says whether a record has stood in a column too long.
    """

    by: str  # what the columns stand for, unless the reader chooses another
    over: str = ""  # the small line above the name
    facts: tuple[str, ...] = ()
    since: Mapping[str, str] = field(default_factory=dict, hash=False)  # field -> when a record came to its value
    lingers: Callable[[Any, int], bool] | None = None
    next_step: str = ""
    next_step_date: str = ""
    missing: Callable[[Mapping[str, Any]], Sequence[Text]] | None = None  # in words, from the values below
    missing_of: tuple[str, ...] = ()
    moves: Mapping[str, Callable[..., models.Model]] = field(default_factory=dict, hash=False)


@dataclass(eq=False)
class RecordType:
    model: type[models.Model]
    slug: str
    icon: str
    fields_in_code: dict[str, "Field"]
    columns: tuple[str, ...]
    filters_in_code: tuple[str, ...]
    sort: str
    search_in_code: Mapping[str, str]
    imports: tuple[str, ...]
    sentences: Mapping[str, Sentence]
    facts_in_code: Mapping[Text, Sequence[str]]
    views: tuple[ListView, ...]
    parts: tuple[Part, ...]
    board: Board | None
    form: type | None
    create: Callable[..., models.Model] | None
    edit: Callable[..., models.Model] | None
    importer: type | None
    merger: type | None
    assign: Callable[..., models.Model] | None
    edit_many: Callable[..., dict] | None
    assign_many: Callable[..., dict] | None
    trash: Callable[..., models.Model] | None
    restore: Callable[..., models.Model] | None
    title: str  # field id of the name a person knows it by
    head: str  # template above the record page's columns
    entry: str  # template of this record when it stands on another record's timeline
    in_navigation: bool
    opens_with: str
    deadlines: Mapping[str, str]
    panels: list[Panel] = field(default_factory=list)

    @property
    def kind(self) -> str:
        return self.model._meta.label_lower

    @property
    def name(self) -> Text:
        return self.model._meta.verbose_name

    @property
    def plural(self) -> Text:
        return self.model._meta.verbose_name_plural

    @property
    def custom_fields(self) -> Mapping[str, "CustomFieldOf"]:
        """Those that an administrator made, in their order."""
        from mudir.records.custom import fields_of

        return fields_of(self.kind)

    @property
    def fields(self) -> dict[str, "Field"]:
        """Every field by its id: those of the registration, then those that an administrator made."""
        return {**self.fields_in_code, **self.custom_fields}

    @property
    def filters(self) -> tuple[str, ...]:
        """What is offered to filter by."""
        made = (name for name, one in self.custom_fields.items() if one.made.is_filtered)
        return (*self.filters_in_code, *made, *(["tags"] if self.filters_in_code else []))

    @property
    def search(self) -> dict[str, str]:
        """What a record is found by, with its weight: of custom fields the words that all its readers see."""
        if not self.search_in_code:
            return {}
        return {**self.search_in_code, **{name: "C" for name, one in self.custom_fields.items() if one.is_found_by}}

    @property
    def facts(self) -> dict[Text, list[str]]:
        """The key facts in groups, the tags in the first; custom fields stand in their sections, behind the others."""
        groups = {title: list(names) for title, names in self.facts_in_code.items()} or {
            "": [name for name in self.columns if name != self.title]}
        next(iter(groups.values())).append("tags")
        titles = {str(title): title for title in groups}
        for name, one in self.custom_fields.items():
            title = titles.setdefault(str(one.made.section), one.made.section)
            groups.setdefault(title, []).append(name)
        return groups

    def arrangement(self, actor: "User") -> "Arrangement":
        """What stands where on the page of a record, for a role."""
        from mudir.records.arrangement import arranged
        from mudir.records.custom import layout_of

        return arranged(self, layout_of(self.kind, actor.role))

    def families(self) -> list[frozenset[str]]:
        """Fields that tell of the same rows, such as the phones and the first of them: who may not see one sees none.
        """
        found = []
        for part in self.parts:
            rows = {self.fields[name].path.partition("__")[0] for name in part.fields}
            beside = {name for name, one in self.fields.items() if one.is_many and one.path.partition("__")[0] in rows}
            if family := {*part.fields, *part.copies, *beside}:
                found.append(frozenset(family))
        return found

    def can_hide(self, name: str) -> bool:
        """Whether a record means the same to who does not see the field: what each has, as a stage, is only read."""
        one = self.fields[name]
        if name == self.title or name in ACCESS:
            return False
        if one.type == "name":  # one entry of the search holds all names of a record
            return False
        if one.is_many or one.computed or "__" in one.path:
            return True
        column = self.model._meta.get_field(one.path)
        return column.null or column.blank

    def limits_of(self, role: Role) -> dict[str, Sight]:
        """The fields that a role has not whole: hidden ones with what tells of them, and those that it only reads."""
        from mudir.records.custom.computed import ids_below

        said = role.fields.get(self.kind)
        if not said:
            return {}
        limits = {name: sight if self.can_hide(name) else Sight.READ for name, sight in said.items()
                  if name in self.fields}
        for family in self.families():
            sights = {limits[name] for name in family & limits.keys()}
            if sights:
                limits |= dict.fromkeys(family, Sight.HIDDEN if Sight.HIDDEN in sights else Sight.READ)
        hidden = {name for name, sight in limits.items() if sight is Sight.HIDDEN}
        told_by = {name for name, one in self.fields.items() if hidden & {*one.extra_paths, *ids_below(one)}}
        return limits | dict.fromkeys(told_by, Sight.HIDDEN)

    def visible_fields(self, actor: "User") -> dict[str, "Field"]:
        """The projection: every field of this record that the actor may see."""
        limits = self.limits_of(actor.rights)
        return {name: value for name, value in self.fields.items()
                if value.visible_to(actor) and limits.get(name) is not Sight.HIDDEN}

    def writable_fields(self, actor: "User") -> dict[str, "Field"]:
        """Those that a plain form offers; who has the record is said by services of its own."""
        limits = self.limits_of(actor.rights)
        return {name: value for name, value in self.visible_fields(actor).items()
                if value.is_editable and not value.is_many and name not in ACCESS and name not in limits
                and value.writable_by(actor)}

    def cells(self, actor: "User") -> dict[str, "Field"]:
        """Those that the actor edits where they stand: in a list, or among the facts of a record's page."""
        if actor.rights.reach_of(Act.EDIT, self.kind) is Reach.NONE:
            return {}
        writable = self.writable_fields(actor)
        limits = self.limits_of(actor.rights)
        asked = {name: field for name, field in self.visible_fields(actor).items()
                 if (field.edits and name not in limits) or name in writable}
        if self.form is None:
            return asked
        in_code = {column.name for column in self.model._meta.fields} - set(self.form._meta.fields)
        return {name: field for name, field in asked.items() if field.edits or name not in in_code}

    def hidden_from(self, actor: "User") -> frozenset[str]:
        """Fields that the role hides."""
        limits = self.limits_of(actor.rights)
        return frozenset(name for name, sight in limits.items() if sight is Sight.HIDDEN)

    def refused_to(self, actor: "User") -> frozenset[str]:
        """What a role may not write, by the names that forms and services give to fields and to lists of rows."""
        limits = self.limits_of(actor.rights).keys()
        return frozenset(limits) | {part.id for part in self.parts if limits & set(part.fields)}


# What the services of every kind write, by the end of the verb.
PLAIN_SENTENCES = {
    "created": Sentence(gettext_lazy("%(actor)s added %(record)s"), icon="plus", tone="accent"),
    "edited": Sentence(gettext_lazy("%(actor)s changed %(record)s"), icon="pencil"),
    "imported": Sentence(gettext_lazy("%(actor)s imported %(record)s"), icon="upload"),
    "assigned": Sentence(gettext_lazy("%(actor)s gave %(record)s to %(owner)s"), icon="user"),
    "closed": Sentence(gettext_lazy("%(actor)s made %(record)s confidential"), icon="lock", tone="warn"),
    "opened": Sentence(gettext_lazy("%(actor)s ended the confidentiality of %(record)s"), icon="lock"),
    "shared": Sentence(gettext_lazy("%(actor)s shared %(record)s with %(to)s"), icon="team"),
    "unshared": Sentence(gettext_lazy("%(actor)s no longer shares %(record)s with %(to)s"), icon="team"),
    "trashed": Sentence(gettext_lazy("%(actor)s moved %(record)s to the trash"), icon="trash"),
    "restored": Sentence(gettext_lazy("%(actor)s took %(record)s out of the trash"), icon="undo"),
    "merged": Sentence(gettext_lazy("%(actor)s merged %(other)s into %(record)s"), icon="merge", tone="accent"),
    "separated": Sentence(gettext_lazy("%(actor)s separated %(record)s from %(other)s again"), icon="undo"),
}
# What happens to records of every kind alike.
COMMON_SENTENCES = {
    "comment.written": Sentence(gettext_lazy("%(actor)s wrote a comment"), icon="chat", group="comments"),
    "comment.removed": Sentence(gettext_lazy("%(actor)s removed a comment"), icon="trash", group="comments"),
    "comment.put_back": Sentence(gettext_lazy("%(actor)s put a comment back"), icon="undo", group="comments"),
    "file.added": Sentence(gettext_lazy("%(actor)s added the file %(name)s"), icon="clip"),
    "file.changed": Sentence(gettext_lazy("%(actor)s added a version of the file %(name)s"), icon="clip"),
    "file.renamed": Sentence(gettext_lazy("%(actor)s renamed the file %(former)s to %(name)s"), icon="pencil"),
    "file.taken_back": Sentence(gettext_lazy("%(actor)s took a version of the file %(name)s back"), icon="undo"),
    "file.removed": Sentence(gettext_lazy("%(actor)s removed the file %(name)s"), icon="trash"),
    "file.put_back": Sentence(gettext_lazy("%(actor)s put the file %(name)s back"), icon="undo"),
}
_types: dict[str, RecordType] = {}


def register(
    model: type[models.Model],
    *,
    slug: str,
    icon: str,
    columns: Sequence[str],
    filters: Sequence[str] = (),
    search: Mapping[str, str] | None = None,
    imports: Sequence[str] = (),
    sentences: Mapping[str, Sentence] | None = None,
    facts: Mapping[Text, Sequence[str]] | None = None,
    views: Iterable[ListView] = (),
    parts: Iterable[Part] = (),
    board: Board | None = None,
    sort: str = "",
    fields: Iterable["Field"] = (),
    form: type | None = None,
    create: Callable[..., models.Model] | None = None,
    edit: Callable[..., models.Model] | None = None,
    importer: type | None = None,
    merger: type | None = None,
    assign: Callable[..., models.Model] | None = None,
    edit_many: Callable[..., dict] | None = None,
    assign_many: Callable[..., dict] | None = None,
    trash: Callable[..., models.Model] | None = None,
    restore: Callable[..., models.Model] | None = None,
    title: str = "name",
    head: str = "",
    entry: str = "",
    in_navigation: bool = True,
    opens_with: str = "",
    deadlines: Mapping[str, str] | None = None,
) -> RecordType:
    """Declare a record kind.

    `fields` adds to or replaces those read from the model (a name matched across scripts, a phone in related rows, a
    field behind a permission). `form` (a Form taking `by=` and `instance=`), `create(by=, **data)`,
    `edit(record, by=, version=, **data)`, `assign(record, by=, version=, owner=, team=)`, `trash(record, by=)` and
    `restore(record, by=)` are the record's own services; without them plain ones are made, but for `assign`: then
    nobody hands records of the kind on. `edit_many(changes, by=)` and `assign_many(changes, by=)` do to many locked
    records with a few statements what those do to one; without them each is written by itself. `sentences` are of what
    else happens than PLAIN_SENTENCES tell. `parts` are rows beside the record that its history tells of; `board` says
    what a card shows and how it is moved. Records with a `merger` can be merged. `opens_with` is the query that the
    navigation opens the list with. `deadlines` has the date that something is due by, with the field that says when it
    was done.
    """
    from mudir.records.cells import handing_on
    from mudir.records.fields import field_from_model, has_type
    from mudir.records.files.column import files_field
    from mudir.records.tags import tags_field

    kind = model._meta.label_lower
    if kind in _types:
        raise ValueError(f"{kind} is registered twice.")
    known = {
        column.name: field_from_model(model, column.name)
        for column in model._meta.fields
        if has_type(column) and column.name not in {"id", "version", "sort_key", "trashed_at", "confirmations", "tags"}
    }
    known |= {extra.id: extra for extra in (tags_field(), files_field(kind), *fields)}
    if assign:
        known["owner"] = replace(known["owner"], edits=handing_on(assign))
    for name in (*columns, *filters, *(search or ()), *(name for group in (facts or {}).values() for name in group)):
        if name not in known:
            raise ValueError(f"{kind} has no field {name!r}.")
    told = {f"{model._meta.model_name}.{verb}": sentence for verb, sentence in PLAIN_SENTENCES.items()}
    record_type = RecordType(
        model=model, slug=slug, icon=icon, fields_in_code=known, columns=tuple(columns), filters_in_code=tuple(filters),
        sort=sort or title, search_in_code={**search, "tags": "B"} if search else {}, imports=tuple(imports),
        sentences=told | dict(sentences or {}), facts_in_code=facts or {}, views=tuple(views), parts=tuple(parts),
        board=board, form=form, create=create, edit=edit, importer=importer, merger=merger, assign=assign,
        edit_many=edit_many, assign_many=assign_many, trash=trash, restore=restore, title=title, head=head, entry=entry,
        in_navigation=in_navigation, opens_with=opens_with, deadlines=deadlines or {},
    )
    _types[kind] = record_type
    return record_type


def add_panel(model: type[models.Model], *, title: Text, url: str, order: int, place: str = "main") -> None:
    """Show an upper app's fragment on the page of a record that it knows and that does not know it."""
    panels = for_model(model).panels
    panels.append(Panel(title=title, url=url, order=order, place=place))
    panels.sort(key=lambda panel: panel.order)


def for_model(model: type[models.Model]) -> RecordType:
    return _types[model._meta.label_lower]


def for_kind(kind: str) -> RecordType:
    """The record type of a kind such as `clients.client`; KeyError when there is none."""
    return _types[kind]


def is_known(kind: str) -> bool:
    """Whether there are records of a kind: one of a program before may be named in the database still."""
    return kind in _types


def by_slug(slug: str) -> RecordType | None:
    """The record type of an address, if there is one."""
    return next((record_type for record_type in _types.values() if record_type.slug == slug), None)


def all_types() -> list[RecordType]:
    return list(_types.values())


def sentence_of(verb: str) -> Sentence | None:
    return next((sentences[verb] for sentences in _all_sentences() if verb in sentences), None)


def verbs_hidden_from(actor: "User") -> list[str]:
    """Verbs whose sentences tell of a field that the actor's role hides."""
    if not actor.rights.fields:
        return []
    return [
        verb for record_type in _types.values() for verb, sentence in record_type.sentences.items()
        if sentence.fields and not record_type.hidden_from(actor).isdisjoint(sentence.fields)
    ]


def verbs_of_group(group: str) -> list[str]:
    """Verbs of every record type whose sentences belong to a group of the timeline."""
    return [verb for sentences in _all_sentences() for verb, sentence in sentences.items() if sentence.group == group]


def _all_sentences() -> list[Mapping[str, Sentence]]:
    return [COMMON_SENTENCES, *(record_type.sentences for record_type in _types.values())]
