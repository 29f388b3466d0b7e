"""What the files of clients and of contacts have in common: names in parts, phones, e-mails, addresses."""

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any, ClassVar

from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy

from mudir.accounts.models import User
from mudir.accounts.roles import Act, Reach
from mudir.clients.imports import cleaning, headers
from mudir.clients.imports.cleaning import Unfit, tidy
from mudir.clients.imports.headers import ADDRESS_PARTS, GROUPS, TYPE_WORDS, TYPES
from mudir.clients.models import Address, Email, Phone
from mudir.kit.phones import digits_of
from mudir.records.custom.values import can_be_read, read_text
from mudir.records.importing import Importer, Recognised, Row, Target
from mudir.records.models import CustomField
from mudir.records.models.custom import PREFIX

NAME_PARTS = ("name:given", "name:middle", "name:family", "name:suffix")
# How spreadsheets and exports keep a text a text.
AS_FORMULA = re.compile(r"""'(?=[=+\-@\t\r＝＋－＠])|="(.*)"\Z""", re.S)
ROUNDED = re.compile(r"\d[.,]?\d*E\+?\d+", re.I)  # what a spreadsheet made of a long number
LENGTH_OF = {part: Address._meta.get_field(part).max_length for part in ADDRESS_PARTS if part != "country"}
SEVERAL = frozenset({"phones", "emails", "street", "notes"})  # may stand in many columns
REPLACEMENT = "\ufffd"
NICKNAME = gettext_lazy("Nickname")


class ReachImporter(Importer):
    """Compiles the mapping once, then cleans row after row without a query."""

    heads_table: ClassVar[Mapping[str, str]]
    codes = ("external_id",)
    phone_type = Phone.Type.MOBILE  # of a number that nothing is said about

    def __init__(self, by: User, mapping: Sequence[str], heads: Sequence[str] = (),
                 day_orders: Mapping[str, str] | None = None, *, keep_unfit: bool = False):
        super().__init__(by, mapping, heads, day_orders, keep_unfit=keep_unfit)
        self.country = by.country or settings.COUNTRY
        self.places: dict[str, list[int]] = {}
        for place, target in enumerate(self.mapping):
            if target:
                self.places.setdefault(target, []).append(place)
        self.used = [place for place, target in enumerate(self.mapping) if target]
        self.plain = [
            (place, name, self._converter(name, place)) for name in self.columns() if name in self.places
            for place in self.places[name]
        ]
        self.phone_columns = self._typed_columns("phones", self.phone_type)
        self.email_columns = self._typed_columns("emails", Email.Type.WORK)
        self.addresses = self._address_groups()
        self.custom: dict[str, CustomField] | None = None

    def prepare(self) -> None:
        super().prepare()
        if self.custom is None:
            writable = self.record_type().writable_fields(self.by)
            self.custom = {name: writable[name].made for name in self.places
                           if name.startswith(PREFIX) and name in writable}

    def __reduce__(self) -> tuple:
        kind, given, state = super().__reduce__()
        return kind, given, {**state, "custom": self.custom}

    # ── the mapping ──

    @classmethod
    def columns(cls) -> Mapping[str, Any]:
        """Targets that are columns of the model, with the model's field."""
        columns = {field.name: field for field in cls.model._meta.fields}
        taken = {*ADDRESS_PARTS, "owner", "phone", "email"}
        return {name: columns[name] for name in cls.record_type().imports if name in columns and name not in taken}

    @classmethod
    def targets(cls, by: User) -> list[Target]:
        record_type = cls.record_type()
        seen, refused = record_type.visible_fields(by), record_type.refused_to(by)
        found = []
        for name in record_type.imports:
            field = seen.get(name)
            if name == "owner" and by.rights.reach_of(Act.IMPORT, record_type.kind) in {Reach.NONE, Reach.OWN}:
                continue
            if (field is None and name in record_type.fields) or name in refused:
                continue
            for target, label in cls._targets_of(name, str(field.label) if field else ""):
                found.append(Target(target, label, cls._group(name)))
        own = [field for name, field in record_type.writable_fields(by).items() if name in record_type.custom_fields]
        return [*found, *(Target(field.id, field.label, GROUPS["about"]) for field in own if can_be_read(field.made))]

    @classmethod
    def _targets_of(cls, name: str, label: str) -> list[tuple[str, Any]]:
        if name == "name":
            return [("name", label), *((f"name:{part}", text) for part, text in TYPES["name"].items())]
        if name in {"phones", "emails"}:
            return [(name, label), *((f"{name}:{kind}", text) for kind, text in TYPES[name].items())]
        if name == "birthday":
            return [(name, label), *((f"birthday:{part}", text) for part, text in TYPES["birthday"].items())]
        if name in ADDRESS_PARTS:
            kinds = [kind for kind in ("delivery", "home", "other") if name in TYPES[kind]]
            own = [(name, label or Address._meta.get_field(name).verbose_name),
                   *((f"{name}:{kind}", TYPES[kind][name]) for kind in kinds)]
            return [*([("address:type", TYPES["address"]["type"])] if name == "street" else []), *own]
        return [(name, label or NICKNAME)]

    @classmethod
    def _group(cls, name: str) -> Any:
        if name in {"name", "name_other", "title", "nickname"}:
            return GROUPS["name"]
        if name in {"phones", "emails", "website"}:
            return GROUPS["reach"]
        return GROUPS["address"] if name in ADDRESS_PARTS else GROUPS["about"]

    @classmethod
    def recognise(cls, heads: Sequence[str], by: User) -> Recognised:
        mapping = headers.understood(heads, cls.heads_table, cls.targets(by))
        keys = [headers.head_key(head) for head in heads]
        cls._settle(mapping, keys, heads)
        return Recognised(mapping, headers.layout_of(set(keys)), sum(map(bool, mapping)))

    @classmethod
    def _settle(cls, mapping: list[str], keys: list[str], heads: Sequence[str]) -> None:
        """Of several columns for one value keep the one whose head says it most plainly."""
        order = {key: place for place, key in enumerate(cls.heads_table)}
        best: dict[str, int] = {}
        for place, target in enumerate(mapping):
            if not target or target.partition(":")[0] in SEVERAL or target.endswith(":type"):
                continue
            if target.partition(":")[0] in ADDRESS_PARTS:
                target = f"{target} {headers.number_in(heads[place])}"
            if target not in best or order.get(keys[place], 0) < order.get(keys[best[target]], 0):
                if target in best:
                    mapping[best[target]] = ""
                best[target] = place
            else:
                mapping[place] = ""
        if "addressstreet" in keys:  # Google repeats the whole address as one text
            for place, key in enumerate(keys):
                if key == "addressformatted":
                    mapping[place] = ""

    @classmethod
    def day_columns(cls, mapping: Sequence[str]) -> list[int]:
        return [place for place, target in enumerate(mapping) if target in {"client_since", "birthday"}]

    @classmethod
    def is_month_first(cls, cells: Sequence[str]) -> bool:
        return cleaning.is_month_first(cells)

    def _converter(self, name: str, place: int) -> Callable[[str], Any]:
        column = self.columns()[name]
        if name == "website":
            return cleaning.link_value(column)
        if name == "languages":
            return cleaning.language_codes
        if column.choices:
            return cleaning.choice_value(column)
        if column.get_internal_type() == "DateField":
            month_first = self.day_orders.get(str(place)) == "month"
            return lambda cell: cleaning.read_date(cell, month_first=month_first)
        return cleaning.text_value(column)

    def _typed_columns(self, name: str, default: str) -> list[tuple[int, str, int | None]]:
        """Place, type and the place of a column that says the type, in their order."""
        found, says = [], None
        for place, target in enumerate(self.mapping):
            base, _colon, kind = target.partition(":")
            if base != name:
                continue
            if kind == "type":
                says = place
            else:
                found.append((place, kind or default, says))
                says = None
        return found

    def _address_groups(self) -> list[tuple[str, int | None, list[tuple[int, str]]]]:
        """For each address its type, the place that says it, and the places of its parts."""
        groups: dict[tuple[str, str], tuple[str, int | None, list[tuple[int, str]]]] = {}
        says = None
        for place, target in enumerate(self.mapping):
            base, _colon, kind = target.partition(":")
            if target == "address:type":
                says = place
            elif base in ADDRESS_PARTS:
                number = headers.number_in(self.heads[place]) if place < len(self.heads) else ""
                group = groups.setdefault((kind, number), (kind or Address.Type.OFFICE, says if number else None, []))
                group[2].append((place, base))
        return list(groups.values())

    # ── what is there already ──

    def known(self, rows: Sequence[Row]) -> list[dict[int, list[str]]]:
        found: list[dict[int, list[str]]] = [{} for _row in rows]
        parent = f"{self.model._meta.model_name}_id"
        everyone = self.model.objects.unscoped("which rows of an import are there already; narrowed before it counts")
        asked = [
            ("phone", Phone.objects.filter(**{f"{parent}__isnull": False}), "e164", parent,
             [row.identity.phones for row in rows]),
            ("email", Email.objects.filter(**{f"{parent}__isnull": False}), "address", parent,
             [row.identity.emails for row in rows]),
            *(("code", everyone, code, "pk", [[row.identity.codes[code]] if code in row.identity.codes else ()
                                              for row in rows]) for code in self.codes),
        ]
        for reason, queryset, column, key, values in asked:
            places: dict[str, list[int]] = {}
            for place, some in enumerate(values):
                for value in some:
                    places.setdefault(value, []).append(place)
            if not places:
                continue
            for value, pk in queryset.filter(**{f"{column}__among": places}).values_list(column, key):
                for place in places[value]:
                    reasons = found[place].setdefault(pk, [])
                    if reason not in reasons:
                        reasons.append(reason)
        return found

    # ── a row ──

    def clean(self, number: int, cells: Sequence[str]) -> Row:
        cells, problems = self._cells(cells), []
        values: dict[str, Any] = {}
        for place, name, convert in self.plain:
            cell = cells[place]
            if not cell or (name in values and name != "notes"):
                continue
            try:
                value = convert(cell)
            except Unfit as unfit:
                problems.append(self._problem(unfit, place, cell))
                continue
            if value:
                values[name] = f"{values[name]}\n\n{value}" if name in values else value
        parts = [tidy(cells[place]) for part in NAME_PARTS for place in self.places.get(part, ())]
        joined = " ".join(filter(None, parts))
        lists = {"phones": self._phones(cells, problems), "emails": self._emails(cells, problems),
                 "addresses": self._addresses(cells, problems)}
        if custom := self._custom(cells, problems):
            values["custom"] = custom
        if self.keep_unfit and problems:
            unfit = [f"{self.heads[problem['column']]}: {problem['value']}" for problem in problems]
            values["notes"] = "\n".join(filter(None, [values.get("notes"), *unfit]))
            problems.clear()
        if not values.get("name"):
            values["name"] = joined[:400] or self._name_instead(cells, lists)
        if not values["name"]:
            if not any(self.mapping[problem["column"]] == "name" for problem in problems):
                problems.insert(0, {"code": "nameless"})
        elif len(values["name"]) > 200:
            problems.append({"code": "long", "most": 200, "value": values["name"][:80]})
        for place in self.used:
            if REPLACEMENT in cells[place]:
                problems.append(self._problem(Unfit("unreadable"), place, cells[place]))
        return self._finish(number, cells, values, lists, joined, problems)

    def _custom(self, cells: Sequence[str], problems: list) -> dict[str, Any]:
        """Values of custom fields as they are stored."""
        found: dict[str, Any] = {}
        for name, made in (self.custom or {}).items():
            for place in self.places[name]:
                if not cells[place] or made.code in found:
                    continue
                try:
                    found[made.code] = read_text(made, cells[place], by=self.by)
                except ValidationError as error:
                    unfit = Unfit("custom", why=" ".join(error.messages)[:200])
                    problems.append(self._problem(unfit, place, cells[place]))
        return found

    def _finish(self, number: int, cells: Sequence[str], values: dict, lists: dict, joined: str, problems: list) -> Row:
        raise NotImplementedError

    def _name_instead(self, cells: Sequence[str], lists: Mapping[str, list]) -> str:
        return ""

    def _cells(self, cells: Sequence[str]) -> list[str]:
        padded = [*cells, *[""] * (len(self.mapping) - len(cells))]
        for place in self.used:
            cell = padded[place]
            if cell and (cell[0] in "'=" or cell.isspace()):
                padded[place] = AS_FORMULA.sub(lambda match: match[1] or "", cell, count=1).strip()
        return padded

    def _problem(self, unfit: Unfit, place: int, cell: str) -> dict[str, Any]:
        return {"code": unfit.code, "column": place, "value": cell[:200], **unfit.params}

    def _phones(self, cells: Sequence[str], problems: list) -> list[dict[str, Any]]:
        found: dict[tuple[str, str], dict[str, Any]] = {}
        for place, kind, says in self.phone_columns:
            if not cells[place]:
                continue
            kind = _said(cells, says, "phones") or kind
            parts = cleaning.phones_in(cells[place])
            if len(parts) > 1 and "\n" not in cells[place] and any(len(digits_of(part)) < 5 for part in parts):
                parts = [tidy(cells[place])]
            for part in parts:
                try:
                    if ROUNDED.fullmatch(part):
                        raise Unfit("rounded")
                    row = cleaning.phone_row(part, kind, self.country)
                except Unfit as unfit:
                    problems.append(self._problem(unfit, place, part))
                else:
                    found.setdefault((row["e164"] or row["raw"], row["extension"]), row)
        return _with_primary(list(found.values()), last=Phone.Type.FAX)

    def _emails(self, cells: Sequence[str], problems: list) -> list[dict[str, Any]]:
        found: dict[str, dict[str, Any]] = {}
        for place, kind, says in self.email_columns:
            if not cells[place]:
                continue
            kind = _said(cells, says, "emails") or kind
            for part in cleaning.emails_in(cells[place]):
                try:
                    address = cleaning.email_address(part)
                except Unfit as unfit:
                    problems.append(self._problem(unfit, place, part))
                else:
                    found.setdefault(address, {"address": address, "type": kind})
        return _with_primary(list(found.values()))

    def _addresses(self, cells: Sequence[str], problems: list) -> list[dict[str, Any]]:
        found: dict[tuple, dict[str, Any]] = {}
        for kind, says, parts in self.addresses:
            address = dict.fromkeys(ADDRESS_PARTS, "")
            for place, part in parts:
                cell = cells[place]
                if not cell:
                    continue
                try:
                    text = cleaning.country_code(cell) if part == "country" else tidy(cell)
                    if part == "street" and address["street"]:
                        text = f"{address['street']}, {text}"
                    if part != "country" and len(text) > LENGTH_OF[part]:
                        raise Unfit("long", most=LENGTH_OF[part])
                except Unfit as unfit:
                    problems.append(self._problem(unfit, place, cell))
                else:
                    address[part] = text
            if any(address.values()):
                key = tuple(address.values())
                found.setdefault(key, {**address, "type": _said(cells, says, "address") or kind})
        return _with_primary(list(found.values()))


def _said(cells: Sequence[str], says: int | None, name: str) -> str:
    """The type that a column of types names in this row."""
    if says is None or not cells[says]:
        return ""
    words = cells[says].lower()
    return next((kind for word, kind in TYPE_WORDS[name] if word in words), "other")


def _with_primary(rows: list[dict[str, Any]], last: str = "") -> list[dict[str, Any]]:
    chosen = next((row for row in rows if row["type"] != last), rows[0] if rows else None)
    for row in rows:
        row["is_primary"] = row is chosen
    return rows

