"""The functions of formulas: how each is written, what it does, and its SQL."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from mudir.kit.money import USUAL_DIGITS, currencies_by_digits, is_currency
from mudir.records.formulas.kinds import KIND_NAMES, SQL_TYPES, TODAY, Kind, Term, any_clash, quoted, unlike
from mudir.records.formulas.reading import FormulaError, Node

MOST_DAYS = 4_000_000  # further than that from any day there is no day
NUMBERS = (Kind.NUMBER, Kind.PERCENT, Kind.MONEY)


@dataclass(frozen=True)
class Function:
    usage: str
    says: str | Promise
    least: int
    most: int
    make: Callable[[Node, Sequence[Term]], Term]


def wrong_kind(node: Node, term: Term, *wanted: Kind) -> FormulaError:
    expected = _(" or ").join(str(KIND_NAMES[kind]) for kind in wanted)
    return FormulaError(_("Here stands %(is)s; %(expected)s is needed.") % {
        "is": KIND_NAMES[term.kind], "expected": expected}, node.start, node.end)


def is_of(node: Node, term: Term, *kinds: Kind) -> Term:
    """The term, where it is of one of these kinds."""
    if term.kind not in kinds:
        raise wrong_kind(node, term, *kinds)
    return term


def one_kind(node: Node, terms: Sequence[Term], kinds: Sequence[Kind] = tuple(SQL_TYPES)) -> Kind:
    first = is_of(node.parts[0], terms[0], *kinds)
    for part, term in zip(node.parts, terms, strict=True):
        if term.kind is not first.kind:
            raise wrong_kind(part, term, first.kind)
    return first.kind


def nothing(kind: Kind) -> Term:
    return Term(kind, f"NULL::{SQL_TYPES[kind]}", "NULL::text" if kind is Kind.MONEY else "")


def rounded_money(value: str, currency: str) -> str:
    """An amount with as many digits as its currency has."""
    unusual = {places: ", ".join(f"'{code}'" for code in codes) for places, codes in currencies_by_digits().items()
               if places != USUAL_DIGITS}
    cases = (f"WHEN {currency} IN ({codes}) THEN round({value}, {places})" for places, codes in unusual.items())
    return f"(CASE {' '.join(cases)} ELSE round({value}, {USUAL_DIGITS}) END)"


def in_words(node: Node, term: Term) -> str:
    """A value as a text, the same whatever the settings of a session."""
    match term.kind:
        case Kind.TEXT:
            return term.value
        case Kind.NUMBER:
            return f"trim_scale({term.value})::text"
        case Kind.PERCENT:
            return f"(trim_scale({term.value} * 100)::text || '%')"
        case Kind.MONEY:
            return f"(({rounded_money(term.value, term.currency)})::text || ' ' || {term.currency})"
        case Kind.DATE:
            parts = (f"lpad(extract({part} from {term.value})::int::text, {width}, '0')"
                     for part, width in (("year", 4), ("month", 2), ("day", 2)))
            return f"({" || '-' || ".join(parts)})"
    raise wrong_kind(node, term, Kind.TEXT, Kind.NUMBER, Kind.PERCENT, Kind.MONEY, Kind.DATE)


def _if(node: Node, terms: Sequence[Term]) -> Term:
    condition, *branches = terms
    is_of(node.parts[0], condition, Kind.YES_NO)
    if len(branches) == 1:
        branches.append(nothing(is_of(node.parts[1], branches[0], *SQL_TYPES).kind))
    yes, no = branches
    is_of(node.parts[1], yes, *SQL_TYPES)
    if no.kind is not yes.kind:
        raise wrong_kind(node.parts[2], no, yes.kind)

    def chosen(first: str, second: str) -> str:
        return f"(CASE WHEN {condition.value} THEN {first} ELSE {second} END)"

    inner = chosen(yes.clash or "FALSE", no.clash or "FALSE") if yes.clash or no.clash else ""
    return Term(yes.kind, chosen(yes.value, no.value), chosen(yes.currency, no.currency) if yes.currency else "",
                any_clash([condition.clash, inner]))


def _extreme(name: str) -> Callable[[Node, Sequence[Term]], Term]:
    def make(node: Node, terms: Sequence[Term]) -> Term:
        kind = one_kind(node, terms, (*NUMBERS, Kind.DATE))
        return Term(kind, f"{name}({', '.join(term.value for term in terms)})", *_currency_of_all(kind, terms))

    return make


def _currency_of_all(kind: Kind, terms: Sequence[Term]) -> tuple[str, str]:
    clashes = [term.clash for term in terms]
    if kind is not Kind.MONEY:
        return "", any_clash(clashes)
    currencies = [term.currency for term in terms]
    for place in range(1, len(terms)):
        clashes.append(unlike(_first_of(currencies[:place]), currencies[place]))
    return _first_of(currencies), any_clash(clashes)


def _first_of(values: Sequence[str]) -> str:
    return f"COALESCE({', '.join(values)})" if len(values) > 1 else values[0]


def _coalesce(node: Node, terms: Sequence[Term]) -> Term:
    kind = one_kind(node, terms)
    currency = ""
    if kind is Kind.MONEY:
        steps = " ".join(f"WHEN {term.value} IS NOT NULL THEN {term.currency}" for term in terms)
        currency = f"(CASE {steps} END)"
    return Term(kind, _first_of([term.value for term in terms]), currency, any_clash(term.clash for term in terms))


def _round(node: Node, terms: Sequence[Term]) -> Term:
    value = is_of(node.parts[0], terms[0], *NUMBERS)
    places = 0
    if len(terms) == 2:
        given = node.parts[1]
        if given.kind != "number" or given.value not in range(7):
            raise FormulaError(_("Round to a whole number of digits from 0 to 6."), given.start, given.end)
        places = int(given.value)
    places += 2 if value.kind is Kind.PERCENT else 0
    return Term(value.kind, f"round({value.value}, {places})", value.currency, value.clash)


def _abs(node: Node, terms: Sequence[Term]) -> Term:
    value = is_of(node.parts[0], terms[0], *NUMBERS)
    return Term(value.kind, f"abs({value.value})", value.currency, value.clash)


def _days_between(node: Node, terms: Sequence[Term]) -> Term:
    first, last = (is_of(part, term, Kind.DATE) for part, term in zip(node.parts, terms, strict=True))
    return Term(Kind.NUMBER, f"({last.value} - {first.value})::numeric", clash=any_clash([first.clash, last.clash]))


def _add_days(node: Node, terms: Sequence[Term]) -> Term:
    is_of(node.parts[0], terms[0], Kind.DATE)
    is_of(node.parts[1], terms[1], Kind.NUMBER)
    return later(*terms)


def later(day: Term, days: Term, sign: str = "+") -> Term:
    """A day so many days later; empty where no calendar has it."""
    whole = f"(CASE WHEN abs({days.value}) <= {MOST_DAYS} THEN trunc({days.value}) END)::int"
    return Term(Kind.DATE, f"({day.value} {sign} {whole})", clash=any_clash([day.clash, days.clash]))


def _part_of_day(part: str) -> Callable[[Node, Sequence[Term]], Term]:
    def make(node: Node, terms: Sequence[Term]) -> Term:
        day = is_of(node.parts[0], terms[0], Kind.DATE)
        return Term(Kind.NUMBER, f"extract({part} from {day.value})", clash=day.clash)

    return make


def _concat(node: Node, terms: Sequence[Term]) -> Term:
    parts = [f"COALESCE({in_words(part, term)}, '')" for part, term in zip(node.parts, terms, strict=True)]
    return Term(Kind.TEXT, f"NULLIF({' || '.join(parts)}, '')", clash=any_clash(term.clash for term in terms))


def _of_text(name: str, kind: Kind, cast: str = "") -> Callable[[Node, Sequence[Term]], Term]:
    def make(node: Node, terms: Sequence[Term]) -> Term:
        text = is_of(node.parts[0], terms[0], Kind.TEXT)
        return Term(kind, f"{name}({text.value}){cast}", clash=text.clash)

    return make


def _empty(node: Node, terms: Sequence[Term]) -> Term:
    return Term(Kind.YES_NO, f"({terms[0].value} IS NULL)", clash=terms[0].clash)


def _percent(node: Node, terms: Sequence[Term]) -> Term:
    number = is_of(node.parts[0], terms[0], Kind.NUMBER)
    return Term(Kind.PERCENT, number.value, clash=number.clash)


def _money(node: Node, terms: Sequence[Term]) -> Term:
    number, code = is_of(node.parts[0], terms[0], Kind.NUMBER), node.parts[1]
    if code.kind != "text" or not is_currency(code.value):
        raise FormulaError(_("Write the code of a currency here, such as %(example)s.") % {
            "example": "\"SAR\""}, code.start, code.end)
    return Term(Kind.MONEY, number.value, quoted(code.value), number.clash)


def _amount(node: Node, terms: Sequence[Term]) -> Term:
    money = is_of(node.parts[0], terms[0], Kind.MONEY)
    return Term(Kind.NUMBER, money.value, clash=money.clash)


def _currency(node: Node, terms: Sequence[Term]) -> Term:
    money = is_of(node.parts[0], terms[0], Kind.MONEY)
    return Term(Kind.TEXT, money.currency, clash=money.clash)


def _today(node: Node, terms: Sequence[Any]) -> Term:
    return Term(Kind.DATE, TODAY)


FUNCTIONS: dict[str, Function] = {
    "if": Function("if(condition, then, else)", gettext_lazy("one of two values"), 2, 3, _if),
    "coalesce": Function("coalesce(a, b)", gettext_lazy("the first that is not empty"), 2, 10, _coalesce),
    "empty": Function("empty(a)", gettext_lazy("whether nothing stands there"), 1, 1, _empty),
    "min": Function("min(a, b)", gettext_lazy("the least; what is empty does not count"), 2, 10, _extreme("LEAST")),
    "max": Function("max(a, b)", gettext_lazy("the most; what is empty does not count"), 2, 10, _extreme("GREATEST")),
    "round": Function("round(a, digits)", gettext_lazy("rounded to so many digits"), 1, 2, _round),
    "abs": Function("abs(a)", gettext_lazy("without its minus"), 1, 1, _abs),
    "percent": Function("percent(a)", gettext_lazy("a share such as 0.15 as 15%"), 1, 1, _percent),
    "money": Function("money(a, \"SAR\")", gettext_lazy("a number as an amount"), 2, 2, _money),
    "amount": Function("amount(m)", gettext_lazy("an amount as a number"), 1, 1, _amount),
    "currency": Function("currency(m)", gettext_lazy("the code of an amount's currency"), 1, 1, _currency),
    "today": Function("today()", gettext_lazy("today"), 0, 0, _today),
    "days_between": Function("days_between(from, to)", gettext_lazy("days from one day to another"), 2, 2,
                             _days_between),
    "add_days": Function("add_days(day, count)", gettext_lazy("a day so many days later"), 2, 2, _add_days),
    "year": Function("year(day)", gettext_lazy("the year of a day"), 1, 1, _part_of_day("year")),
    "month": Function("month(day)", gettext_lazy("the month of a day, 1 to 12"), 1, 1, _part_of_day("month")),
    "concat": Function("concat(a, b)", gettext_lazy("texts behind each other"), 1, 10, _concat),
    "lower": Function("lower(t)", gettext_lazy("in small letters"), 1, 1, _of_text("lower", Kind.TEXT)),
    "len": Function("len(t)", gettext_lazy("how many characters"), 1, 1,
                    _of_text("char_length", Kind.NUMBER, "::numeric")),
}
