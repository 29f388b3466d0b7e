"""From the tree of a formula to SQL, its types checked on the way."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal

from django.utils.translation import gettext as _

from mudir.kit.arabic.fold import fold
from mudir.records.formulas.functions import FUNCTIONS, is_of, later, rounded_money
from mudir.records.formulas.kinds import KIND_NAMES, SQL_TYPES, TODAY, Kind, Term, any_clash, quoted, unlike
from mudir.records.formulas.reading import FormulaError, Node, read_formula

LONGEST_SQL = 20_000
LARGEST = 10**15
LONGEST_TEXT = 500  # a longer one does not fit into an index
NUMERIC = (Kind.NUMBER, Kind.PERCENT)
Lookup = Callable[[Node], Term]


@dataclass(frozen=True, eq=False)
class Formula:
    """A formula that was understood: what it is and what it says."""

    term: Term
    names: tuple[str, ...]  # of the fields that it reads itself

    @property
    def kind(self) -> Kind:
        return self.term.kind

    @property
    def may_clash(self) -> bool:
        """Whether two currencies may meet in it."""
        return bool(self.term.clash)

    @property
    def is_of_today(self) -> bool:
        """Whether its value changes by itself; no index can be made of it then."""
        return TODAY in "".join((self.term.value, self.term.currency, self.term.clash))

    def value(self, digits: int) -> str:
        """The SQL of its value: of money of the amount. Empty where no value would be right, or none has room."""
        value = self.term.value
        match self.kind:
            case Kind.NUMBER:
                found = _fitting(value, f"round({value}, {digits})")
            case Kind.PERCENT:
                found = _fitting(value, f"round({value} * 100, {digits})")
            case Kind.MONEY:
                found = _fitting(value, rounded_money(value, self.term.currency))
            case Kind.DATE:
                found = f"(CASE WHEN {value} BETWEEN DATE '0001-01-01' AND DATE '9999-12-31' THEN {value} END)"
            case Kind.TEXT:
                found = f"NULLIF(left({value}, {LONGEST_TEXT}), '')"
            case _:
                found = value
        return f"(CASE WHEN {self.term.clash} THEN NULL ELSE {found} END)" if self.may_clash else found

    def shown(self, digits: int) -> str:
        """The SQL of what is shown in JSON: the value, with its currency, or that currencies clash."""
        value = self.value(digits)
        if self.kind is Kind.MONEY:
            told = f"jsonb_build_object('amount', ({value})::text, 'currency', {self.term.currency})"
        else:
            told = f"jsonb_build_object('value', {value}{'::text' if self.kind in NUMERIC else ''})"
        clash = f"WHEN {self.term.clash} THEN '{{\"clash\": true}}'::jsonb " if self.may_clash else ""
        return f"(CASE {clash}WHEN {value} IS NOT NULL THEN {told} END)"


def _fitting(value: str, found: str) -> str:
    return f"(CASE WHEN abs({value}) < {LARGEST} THEN {found} END)"


def compile_formula(text: str, lookup: Lookup) -> Formula:
    """Read a formula over the fields that `lookup` knows. Raises `FormulaError`."""
    if not text.strip():
        raise FormulaError(_("Write a formula."), 0, 0)
    tree = read_formula(text)
    compiler = Compiler(lookup)
    term = compiler.term(tree)
    if term.kind not in SQL_TYPES:
        raise FormulaError(_("A choice can be compared, as in %(example)s, but is no result.") % {
            "example": "tier = \"key\""}, tree.start, tree.end)
    return Formula(term, tuple(dict.fromkeys(compiler.names)))


class Compiler:
    def __init__(self, lookup: Lookup):
        self.lookup, self.names = lookup, []

    def term(self, node: Node) -> Term:
        made = self._made(node)
        if len(made.value) + len(made.currency) + len(made.clash) > LONGEST_SQL:
            raise FormulaError(_("This formula is too long. Part it into several fields."), node.start, node.end)
        return made

    def _made(self, node: Node) -> Term:
        match node.kind:
            case "number" | "percent":
                if node.value >= LARGEST:
                    raise FormulaError(_("“%(value)s” is too large.") % {"value": node.value}, node.start, node.end)
                return Term(Kind(node.kind), f"({Decimal(node.value):f}::numeric)")
            case "text":
                return Term(Kind.TEXT, quoted(node.value) if node.value else "NULL::text")
            case "answer":
                return Term(Kind.YES_NO, "TRUE" if node.value else "FALSE")
            case "field":
                self.names.append(node.value)
                return self.lookup(node)
            case "sign":
                inner = is_of(node.parts[0], self.term(node.parts[0]), *NUMERIC, Kind.MONEY)
                return Term(inner.kind, f"(- {inner.value})", inner.currency, inner.clash)
            case "call":
                return self._call(node)
        if node.value in {"and", "or", "not"}:
            return self._joined(node)
        first, second = (self.term(part) for part in node.parts)
        if node.value in {"+", "-"}:
            return self._sum(node, first, second)
        if node.value in {"*", "/"}:
            return self._product(node, first, second)
        return self._compared(node, first, second)

    def _call(self, node: Node) -> Term:
        function = FUNCTIONS.get(node.value)
        if function is None:
            raise FormulaError(_("There is no function “%(name)s”.") % {"name": node.value[:40]}, node.start,
                               node.start + len(node.value))
        if not function.least <= len(node.parts) <= function.most:
            raise FormulaError(_("It is written %(usage)s.") % {"usage": function.usage}, node.start, node.end)
        return function.make(node, [self.term(part) for part in node.parts])

    def _joined(self, node: Node) -> Term:
        terms = [is_of(part, self.term(part), Kind.YES_NO) for part in node.parts]
        sql = f"(NOT {terms[0].value})" if node.value == "not" else (
            f"({terms[0].value} {node.value.upper()} {terms[1].value})")
        return Term(Kind.YES_NO, sql, clash=any_clash(term.clash for term in terms))

    def _sum(self, node: Node, first: Term, second: Term) -> Term:
        clash = any_clash([first.clash, second.clash])
        sql = f"({first.value} {node.value} {second.value})"
        match first.kind, second.kind:
            case (Kind.PERCENT, Kind.PERCENT):
                return Term(Kind.PERCENT, sql, clash=clash)
            case (Kind.NUMBER | Kind.PERCENT, Kind.NUMBER | Kind.PERCENT):
                return Term(Kind.NUMBER, sql, clash=clash)
            case (Kind.MONEY, Kind.MONEY):
                return Term(Kind.MONEY, sql, f"COALESCE({first.currency}, {second.currency})",
                            any_clash([clash, unlike(first.currency, second.currency)]))
            case (Kind.DATE, Kind.NUMBER):
                return later(first, second, node.value)
            case (Kind.DATE, Kind.DATE) if node.value == "-":
                return Term(Kind.NUMBER, f"({sql}::numeric)", clash=clash)
            case (Kind.TEXT, _) | (_, Kind.TEXT) if node.value == "+":
                raise FormulaError(_("Texts are put together by %(usage)s.") % {
                    "usage": FUNCTIONS["concat"].usage}, node.start, node.end)
        raise self._unfit(node, first, second)

    def _product(self, node: Node, first: Term, second: Term) -> Term:
        clash = any_clash([first.clash, second.clash])
        divides = node.value == "/"
        sql = f"({first.value} / NULLIF({second.value}, 0))" if divides else f"({first.value} * {second.value})"
        match first.kind, second.kind:
            case (Kind.PERCENT, Kind.PERCENT) if not divides:
                return Term(Kind.PERCENT, sql, clash=clash)
            case (Kind.PERCENT, Kind.NUMBER) if divides:
                return Term(Kind.PERCENT, sql, clash=clash)
            case (Kind.NUMBER | Kind.PERCENT, Kind.NUMBER | Kind.PERCENT):
                return Term(Kind.NUMBER, sql, clash=clash)
            case (Kind.MONEY, Kind.NUMBER | Kind.PERCENT):
                return Term(Kind.MONEY, sql, first.currency, clash)
            case (Kind.NUMBER | Kind.PERCENT, Kind.MONEY) if not divides:
                return Term(Kind.MONEY, sql, second.currency, clash)
            case (Kind.MONEY, Kind.MONEY) if divides:
                return Term(Kind.NUMBER, sql, clash=any_clash([clash, unlike(first.currency, second.currency)]))
        raise self._unfit(node, first, second)

    def _compared(self, node: Node, first: Term, second: Term) -> Term:
        for part in node.parts:
            if part.kind == "text" and not part.value:
                raise FormulaError(_("Ask by %(usage)s whether nothing stands there.") % {
                    "usage": FUNCTIONS["empty"].usage}, part.start, part.end)
        first, second = self._chosen(first, second, node.parts[0]), self._chosen(second, first, node.parts[1])
        kinds = {first.kind, second.kind}
        if len(kinds) > 1:
            raise self._unfit(node, first, second)
        if node.value not in {"=", "!="} and kinds & {Kind.TEXT, Kind.CHOICE, Kind.YES_NO}:
            raise FormulaError(_("What is more and what is less is asked of numbers, amounts and days."), node.start,
                               node.end)
        operator = "<>" if node.value == "!=" else node.value
        clashes = [first.clash, second.clash]
        if first.kind is Kind.MONEY:
            clashes.append(unlike(first.currency, second.currency))
        return Term(Kind.YES_NO, f"({first.value} {operator} {second.value})", clash=any_clash(clashes))

    def _chosen(self, term: Term, other: Term, node: Node) -> Term:
        """A text beside a choice names one of its values, by code or in words."""
        if node.kind != "text" or not other.choices:
            return term
        known = other.choices.get(fold(node.value))
        if known is None:
            raise FormulaError(_("“%(value)s” is not one of the choices.") % {"value": node.value[:60]}, node.start,
                               node.end)
        return Term(other.kind, f"({known}::numeric)" if other.kind is Kind.NUMBER else quoted(known))

    def _unfit(self, node: Node, first: Term, second: Term) -> FormulaError:
        if Kind.MONEY in {first.kind, second.kind} and Kind.NUMBER in {first.kind, second.kind} and node.value != "/":
            return FormulaError(
                _("An amount and a number do not go together here: write %(amount)s for an amount, or %(number)s for a "
                  "number.") % {"amount": "money(5, \"SAR\")", "number": "amount(price)"}, node.start, node.end)
        if Kind.PERCENT in {first.kind, second.kind} and Kind.NUMBER in {first.kind, second.kind}:
            return FormulaError(_("A percent is compared with a percent, such as 10%."), node.start, node.end)
        return FormulaError(_("“%(operator)s” does not fit between %(first)s and %(second)s.") % {
            "operator": node.value, "first": KIND_NAMES[first.kind], "second": KIND_NAMES[second.kind],
        }, node.start, node.end)


def filled(sql: str, columns: Mapping[str, str], today: str = "") -> str:
    """The SQL with its columns, and the day it is, put in."""
    for name, column in columns.items():
        sql = sql.replace(f"\0{name}\0", column)
    return sql.replace(TODAY, today)

