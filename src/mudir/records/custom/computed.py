"""Fields whose value follows from others of the same record: an administrator's formula, worked out by the database."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.db import models
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import override

from mudir.accounts.models import User
from mudir.kit.arabic.fold import fold
from mudir.kit.formatting import Formatter
from mudir.kit.money import CurrencyClash, Money
from mudir.records import registry
from mudir.records.custom.fields import CustomFieldOf, sql_of
from mudir.records.fields import FIGURES, Field, ValueType
from mudir.records.formulas import Formula, FormulaError, Kind, Term, compile_formula
from mudir.records.formulas.compiling import filled
from mudir.records.formulas.kinds import column
from mudir.records.formulas.reading import Node
from mudir.records.models import CustomField
from mudir.records.models.custom import PREFIX

ZONE = User._meta.get_field("time_zone").default  # in which a moment falls on a day, whoever reads
LONGEST_READ = 1000  # characters of a long text
MOST_COMPUTED = 12  # fields whose formulas stand in each other
KINDS: Mapping[ValueType, Kind] = {
    ValueType.NUMBER: Kind.NUMBER, ValueType.PERCENT: Kind.PERCENT, ValueType.MONEY: Kind.MONEY,
    ValueType.DATE: Kind.DATE, ValueType.MOMENT: Kind.DATE, ValueType.YES_NO: Kind.YES_NO,
    ValueType.CHOICE: Kind.CHOICE,
} | dict.fromkeys((ValueType.NAME, ValueType.TEXT, ValueType.LONG_TEXT, ValueType.CODE, ValueType.LINK,
                   ValueType.PHONE, ValueType.EMAIL), Kind.TEXT)
COLUMNS: Mapping[Kind, models.Field] = {
    Kind.NUMBER: models.DecimalField(max_digits=30, decimal_places=6),
    Kind.PERCENT: models.DecimalField(max_digits=30, decimal_places=6),
    Kind.MONEY: models.DecimalField(max_digits=30, decimal_places=6),
    Kind.DATE: models.DateField(), Kind.TEXT: models.TextField(), Kind.YES_NO: models.BooleanField(),
}


@dataclass(frozen=True)
class ComputedField(CustomFieldOf):
    """One of them. Who does not see all that it is made of does not see it: it would tell what is hidden."""

    formula: Formula = None
    inputs: tuple[Field, ...] = ()

    def visible_to(self, actor: User) -> bool:
        return super().visible_to(actor) and all(one.visible_to(actor) for one in self.inputs)

    @property
    def is_seen_by_all(self) -> bool:
        return super().is_seen_by_all and all(one.is_seen_by_all for one in self.inputs)

    @property
    def is_found_by(self) -> bool:
        return False

    @property
    def value_paths(self) -> tuple[str, ...]:
        return (self.shown_path,)

    @property
    def shown_path(self) -> str:
        return f"custom_{self.made.code}_shown" if _is_told(self.formula) else self.path

    @property
    def sql(self) -> str:
        """The value as an index holds it."""
        return filled(self.formula.value(self.made.digits), {name: f'"{name}"' for name in columns_of(self.formula)})


def _is_told(formula: Formula) -> bool:
    """Whether what is shown is more than what is compared: a currency, or that there are two."""
    return formula.kind is Kind.MONEY or formula.may_clash


def columns_of(formula: Formula) -> list[str]:
    """The columns that the SQL of a formula reads."""
    said = "".join((formula.term.value, formula.term.currency, formula.term.clash))
    return sorted({name for name in said.split("\0")[1::2] if name != "today()"})


class Calculated(models.Expression):
    """The value of a formula, or what is shown of it, as a part of a query."""

    def __init__(self, formula: Formula, sql: str, output_field: models.Field):
        super().__init__(output_field=output_field)
        self.names, self.sql = columns_of(formula), sql
        self.columns = [F(name) for name in self.names]

    def get_source_expressions(self) -> list[Any]:
        return self.columns

    def set_source_expressions(self, expressions: list[Any]) -> None:
        self.columns = expressions

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, list[Any]]:
        columns = {name: compiler.compile(one)[0] for name, one in zip(self.names, self.columns, strict=True)}
        today = f"DATE '{timezone.localdate().isoformat()}'"
        return filled(self.sql, columns, today).replace("%", "%%"), []


class Told(models.JSONField):
    """What `Formula.shown` says, in Python's own types."""

    def __init__(self, kind: Kind = Kind.TEXT):
        super().__init__()
        self.kind = kind

    def from_db_value(self, value: Any, expression: Any, connection: Any) -> Any:
        told = super().from_db_value(value, expression, connection)
        if told is None:
            return None
        if "clash" in told:
            return CurrencyClash()
        if self.kind is Kind.MONEY:
            return Money(Decimal(told["amount"]), told["currency"])
        readers: Mapping[Kind, Callable[[Any], Any]] = {
            Kind.NUMBER: Decimal, Kind.PERCENT: Decimal, Kind.DATE: date.fromisoformat}
        return readers.get(self.kind, lambda value: value)(told["value"])


# ── from a definition to a field ─────────────────────────────────────────────────────────────────────────────────────


def computed_of(made: CustomField, fields: Mapping[str, Field]) -> ComputedField:
    """The field of a definition over the other fields of its kind. Raises `FormulaError`."""
    inputs: dict[str, Field] = {}

    def look_up(node: Node) -> Term:
        name, field = find(node, fields)
        if made.id_of_field in ids_below(field):
            raise FormulaError(_("It would go round in a circle: “%(field)s” is calculated from this field.") % {
                "field": field.label} if name != made.id_of_field else _("A field is not calculated from itself."),
                node.start, node.end)
        inputs[name] = field
        return term_of(node, field)

    formula = compile_formula(made.formula, look_up)
    path = f"custom_{made.code}_value"
    kept = {path: Calculated(formula, formula.value(made.digits), COLUMNS[formula.kind])}
    if _is_told(formula):
        told = Calculated(formula, formula.shown(made.digits), Told(formula.kind))
        kept[f"custom_{made.code}_shown"] = told
    field = ComputedField(
        id=made.id_of_field, label=made.label, type=ValueType(formula.kind.value), path=path, sort_path=path,
        is_nullable=True, digits=made.digits, computed=lambda actor: kept, made=made, formula=formula,
        inputs=tuple(inputs.values()), cell=_cell(ValueType(formula.kind.value)) if formula.may_clash else None,
    )
    if depth_of(field) > MOST_COMPUTED:
        raise FormulaError(_("Too many calculated fields are made of each other."), 0, len(made.formula))
    return field


def sees_inputs(actor: User, field: ComputedField) -> bool:
    """Whether the actor's role lets them see everything that it is made of."""
    visible = registry.for_kind(field.made.kind).visible_fields(actor)
    return ids_below(field) - {field.id} <= visible.keys()


def ids_below(field: Field) -> set[str]:
    """The field and all that it is made of."""
    below = field.inputs if isinstance(field, ComputedField) else ()
    return {field.id}.union(*map(ids_below, below))


def depth_of(field: Field) -> int:
    """How many formulas stand in each other."""
    return 1 + max(map(depth_of, field.inputs), default=0) if isinstance(field, ComputedField) else 0


def _cell(type: ValueType) -> Callable[[Any, Formatter], str]:
    """The cell of a list where a value may be none because of its currencies."""
    plain = Field(id="", label="", type=type, path="")
    place = "num" if type in FIGURES else "clip"

    def cell(value: Any, fmt: Formatter) -> str:
        from mudir.records.projection import draw_one  # knows the fields

        return f'<td class="{place}">{draw_one(plain, value, fmt)}</td>'

    return cell


def find(node: Node, fields: Mapping[str, Field]) -> tuple[str, Field]:
    """The field that a name means: an id, or the code of a custom field that no other field is called by."""
    for name in (node.value, f"{PREFIX}{node.value}"):
        if name in fields:
            return name, fields[name]
    raise FormulaError(_("There is no field “%(field)s” here.") % {"field": node.value[:60]}, node.start, node.end)


def can_be_read(field: Field) -> bool:
    """Whether a formula can read a field: one value of the record's own that can be reckoned with."""
    if isinstance(field, ComputedField):
        return True
    if field.is_many or field.computed or field.related or field.type not in KINDS:
        return False
    return isinstance(field, CustomFieldOf) or "__" not in field.path and field.type is not ValueType.MONEY


def term_of(node: Node, field: Field) -> Term:
    """What a field says in the SQL of a formula."""
    if isinstance(field, ComputedField):
        return field.formula.term
    if not can_be_read(field):
        raise FormulaError(_("“%(field)s” cannot be reckoned with.") % {"field": field.label}, node.start, node.end)
    kind = KINDS[field.type]
    currency = ""
    if isinstance(field, CustomFieldOf):
        value = sql_of(field.made, column("custom"))
        if kind is Kind.MONEY:
            currency = sql_of(field.made, column("custom"), "currency")
    else:
        value = column(field.path)
    choices = None
    match kind:
        case Kind.CHOICE:
            choices = choices_of(field)
            if all(isinstance(code, int) for code in field.choices):
                kind, value = Kind.NUMBER, f"({value}::numeric)"
            elif not isinstance(field, CustomFieldOf):
                value = f"NULLIF({value}, '')"
        case Kind.NUMBER:
            value = f"({value}::numeric)"
        case Kind.PERCENT:
            value = f"({value}::numeric / 100)"
        case Kind.TEXT:
            value = f"NULLIF(left({value}, {LONGEST_READ}), '')" if field.type is ValueType.LONG_TEXT else (
                f"NULLIF({value}, '')")
        case Kind.DATE if field.type is ValueType.MOMENT:
            value = f"(({value} AT TIME ZONE '{ZONE}')::date)"
    return Term(kind, value, currency, choices=choices)


def choices_of(field: Field) -> Mapping[str, Any]:
    """What may be written for a choice, in either language, folded: its code."""
    known: dict[str, Any] = {}
    for language in ("ar", "en"):
        with override(language):
            known |= {fold(str(label)): code for code, label in field.choices.items()}
    return known | {fold(str(code)): code for code in field.choices}


def computed_fields(made: Iterable[CustomField], fields: Mapping[str, Field]) -> dict[str, ComputedField]:
    """The fields of definitions that may be made of each other; what cannot be understood any more is left out."""
    waiting = {one.id_of_field: one for one in made}
    done: dict[str, ComputedField] = {}
    while waiting:
        ready = {}
        for name, one in waiting.items():
            try:
                ready[name] = computed_of(one, {**fields, **done})
            except FormulaError:
                continue
        if not ready:
            break
        done |= ready
        waiting = {name: one for name, one in waiting.items() if name not in ready}
    return done
