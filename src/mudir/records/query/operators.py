"""How a field of each type may be compared, and what that asks of the database."""

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from decimal import Decimal, InvalidOperation

from django.db.models import Exists, OuterRef, Q
from django.utils import timezone
from django.utils.dateparse import parse_date
from django.utils.translation import gettext as _

from mudir.accounts.models import Team, User
from mudir.kit.arabic.fold import fold
from mudir.kit.arabic.pattern import pattern, pattern_of_beginning
from mudir.records.custom.fields import CustomFieldOf
from mudir.records.fields import Field, ValueType
from mudir.records.query.periods import SINGLE, days_of
from mudir.records.query.spec import TAKES_SEVERAL, Condition, SpecError

LARGEST_NUMBER = 2**63 - 1

OPPOSITES = {"is_not": "is", "not_contains": "contains", "has_not": "has", "empty": "not_empty"}
_EMPTINESS = ("empty", "not_empty")
_WORDS = ("contains", "not_contains", "is", "is_not", "starts", *_EMPTINESS)
_DAYS = ("within", "last_days", "next_days", "older_days", "is", "before", "after", "between", *_EMPTINESS)
_NUMBERS = ("is", "is_not", "at_least", "at_most", "between", *_EMPTINESS)
OPERATORS_OF: dict[ValueType, tuple[str, ...]] = {
    ValueType.NAME: _WORDS,
    ValueType.TEXT: _WORDS,
    ValueType.LONG_TEXT: ("contains", "not_contains", *_EMPTINESS),
    ValueType.CODE: _WORDS,
    ValueType.LINK: _WORDS,
    ValueType.PHONE: _WORDS,
    ValueType.EMAIL: _WORDS,
    ValueType.CHOICE: ("is", "is_not", *_EMPTINESS),
    ValueType.LIST: ("has", "has_all", "has_not", *_EMPTINESS),
    ValueType.YES_NO: ("is",),
    ValueType.NUMBER: _NUMBERS,
    ValueType.PERCENT: _NUMBERS,
    ValueType.MONEY: _NUMBERS,
    ValueType.DATE: _DAYS,
    ValueType.MOMENT: _DAYS,
    ValueType.PERSON: ("is", "is_not", *_EMPTINESS),
    ValueType.RECORD: ("is", "is_not", *_EMPTINESS),
    ValueType.FILE: _EMPTINESS,
}
IN_DAYS = {"last_days", "next_days", "older_days"}
TAKES_NOTHING = {"empty", "not_empty"}
MY_TEAM = "my_team"  # among people and teams: the actor's team with every team below it


def _number(value: str) -> int:
    try:
        number = int(value)
    except ValueError:
        raise SpecError(_("“%(value)s” is not a whole number.") % {"value": value[:40]}) from None
    if abs(number) > LARGEST_NUMBER:
        raise SpecError(_("“%(value)s” is too large.") % {"value": value[:40]})
    return number


def _figure(value: str, spec_field: Field) -> int | Decimal:
    """A number as the field has them: with a fraction where it has digits behind the point."""
    if not spec_field.digits:
        return _number(value)
    try:
        figure = Decimal(value)
    except InvalidOperation:
        raise SpecError(_("“%(value)s” is not a number.") % {"value": value[:40]}) from None
    if not figure.is_finite() or abs(figure) > LARGEST_NUMBER:
        raise SpecError(_("“%(value)s” is too large.") % {"value": value[:40]})
    return figure


def day_in(value: str) -> date:
    """An ISO day, or a day relative to today: `yesterday`, `today`, `tomorrow`, `-30`, `+7`."""
    today = timezone.localdate()
    try:
        if value in SINGLE:
            return today + timedelta(days=SINGLE[value])
        if value[:1] in {"-", "+"}:
            return today + timedelta(days=_number(value))
        day = parse_date(value)
    except (ValueError, OverflowError):
        day = None
    if day is None:
        raise SpecError(_("“%(value)s” is not a date. Write it as 2026-11-24.") % {"value": value[:40]})
    return day


def _start_of(day: date, value_type: ValueType) -> date | datetime:
    """A day as the field compares it: a moment field begins with the day in the reader's zone."""
    if value_type is ValueType.MOMENT:
        return timezone.make_aware(datetime.combine(day, time.min))
    return day


def _next_day(day: date) -> date:
    try:
        return day + timedelta(days=1)
    except OverflowError:
        raise SpecError(_("That date is too far away.")) from None


def _days_filter(spec_field: Field, operator: str, values: Sequence[str], actor: User) -> Q:
    path, kind, today = spec_field.path, spec_field.type, timezone.localdate()

    def since(day: date) -> Q:
        return Q(**{f"{path}__gte": _start_of(day, kind)})

    def until(day: date) -> Q:
        return Q(**{f"{path}__lt": _start_of(_next_day(day), kind)})

    if operator == "within":
        first, last = days_of(values[0], today, actor.first_weekday)
        return since(first) & until(last)
    if operator in IN_DAYS:
        count = _number(values[0])
        if not 0 <= count <= 36_500:
            raise SpecError(_("Count up to 36500 days."))
        if operator == "last_days":
            return since(today - timedelta(days=count)) & until(today)
        if operator == "next_days":
            return since(today) & until(today + timedelta(days=count))
        return until(today - timedelta(days=count))
    days = [day_in(value) for value in values]
    if operator == "between":
        if len(days) != 2:
            raise SpecError(_("“Between” takes two values."))
        return since(min(days)) & until(max(days))
    if operator == "before":
        return Q(**{f"{path}__lt": _start_of(days[0], kind)})
    if operator == "after":
        return since(_next_day(days[0]))
    return since(days[0]) & until(days[0])


def _numbers_filter(spec_field: Field, operator: str, values: Sequence[str]) -> Q:
    numbers, path = [_figure(value, spec_field) for value in values], spec_field.path
    if operator == "between":
        if len(numbers) != 2:
            raise SpecError(_("“Between” takes two values."))
        return Q(**{f"{path}__gte": min(numbers), f"{path}__lte": max(numbers)})
    if operator == "at_least":
        return Q(**{f"{path}__gte": numbers[0]})
    if operator == "at_most":
        return Q(**{f"{path}__lte": numbers[0]})
    return Q(**{f"{path}__in": numbers})


def _choices_filter(spec_field: Field, values: Sequence[str]) -> Q:
    by_text = {str(code): code for code in spec_field.choices}
    unknown = [value for value in values if value not in by_text]
    if unknown:
        raise SpecError(
            _("“%(value)s” is not one of the choices of “%(field)s”.")
            % {"value": unknown[0][:60], "field": spec_field.label}
        )
    return Q(**{f"{spec_field.path}__in": [by_text[value] for value in values]})


def _words_filter(spec_field: Field, operator: str, values: Sequence[str]) -> Q:
    path = spec_field.path
    if operator in {"contains", "starts"}:
        if not fold(values[0]):
            raise SpecError(_("The filter of “%(field)s” needs a value.") % {"field": spec_field.label})
        asked = pattern if operator == "contains" else pattern_of_beginning
        return Q(**{f"{path}__regex": asked(values[0])})
    return Q(**{f"{path}__in": values})


def _people_filter(spec_field: Field, values: Sequence[str], actor: User) -> Q:
    keys = [actor.pk if value == "me" else _number(value) for value in values if value != MY_TEAM]
    asked = Q(**{f"{spec_field.path}__in": keys}) if keys else Q()
    if MY_TEAM not in values:
        return asked
    if isinstance(spec_field, CustomFieldOf):  # a key without a relation
        return asked | Q(**{f"{spec_field.path}__in": User.objects.filter(team__in=actor.team_ids).values("pk")})
    return asked | Q(**{f"{spec_field.path}__team__in": actor.team_ids})


def _related_filter(spec_field: Field, values: Sequence[str], actor: User) -> Q:
    """Only rows that the actor sees can be named: an unseen one is as good as unknown."""
    keys = [_number(value) for value in values if value != MY_TEAM or spec_field.related is not Team]
    if MY_TEAM in values:
        keys += actor.team_ids
    seen = spec_field.nameable_by(actor).filter(pk__in=keys)
    return Q(**{f"{spec_field.path}__in": seen.values("pk")})


def _emptiness(spec_field: Field, actor: User) -> Q:
    nothing = Q(**{f"{spec_field.path}__isnull": True})
    if spec_field.type in {ValueType.RECORD, ValueType.FILE} and not spec_field.is_many:
        # One that is unseen, or in the trash, is as good as none.
        return nothing | ~Exists(spec_field.nameable_by(actor).filter(pk=OuterRef(spec_field.value_paths[0])))
    if spec_field.type is ValueType.LIST:
        return nothing | Q(**{spec_field.path: []})
    if spec_field.type in {ValueType.NAME, ValueType.TEXT, ValueType.LONG_TEXT, ValueType.CODE, ValueType.LINK,
                           ValueType.PHONE, ValueType.EMAIL, ValueType.CHOICE} and not is_numeric(spec_field):
        return nothing | Q(**{spec_field.path: ""})
    return nothing


def is_numeric(spec_field: Field) -> bool:
    return any(isinstance(code, int) for code in spec_field.choices)


def condition_to_q(spec_field: Field, condition: Condition, actor: User) -> Q:
    """What one condition asks of the database. Raises `SpecError` for anything that does not fit the field."""
    operator, values = condition.operator, condition.values
    if operator not in OPERATORS_OF[spec_field.type]:
        raise SpecError(
            _("“%(field)s” cannot be compared by “%(operator)s”.")
            % {"field": spec_field.label, "operator": operator[:40]}
        )
    if len(values) > 1 and operator not in TAKES_SEVERAL:
        raise SpecError(_("The filter of “%(field)s” takes one value.") % {"field": spec_field.label})
    if any("\0" in value for value in values):
        raise SpecError(_("The filter holds a character that no field can have."))
    if not values and operator not in TAKES_NOTHING:
        raise SpecError(_("The filter of “%(field)s” needs a value.") % {"field": spec_field.label})
    if operator in _EMPTINESS:
        nothing = _emptiness(spec_field, actor)
        return nothing if operator == "empty" else ~nothing
    match spec_field.type:
        case ValueType.DATE | ValueType.MOMENT:
            asked = _days_filter(spec_field, operator, values, actor)
        case ValueType.NUMBER | ValueType.PERCENT | ValueType.MONEY:
            asked = _numbers_filter(spec_field, operator, values)
        case ValueType.CHOICE:
            asked = _choices_filter(spec_field, values)
        case ValueType.LIST:
            way = "contains" if operator == "has_all" else "overlap"
            asked = Q(**{f"{spec_field.path}__{way}": list(values)}) & ~Q(**{spec_field.path: []})
        case ValueType.YES_NO:
            if set(values) - {"yes", "no"}:
                raise SpecError(_("Answer “%(field)s” by yes or no.") % {"field": spec_field.label})
            asked = Q(**{f"{spec_field.path}__in": [value == "yes" for value in values]})
        case ValueType.PERSON:
            asked = _people_filter(spec_field, values, actor)
        case ValueType.RECORD:
            asked = _related_filter(spec_field, values, actor)
        case _:
            asked = _words_filter(spec_field, operator.removeprefix("not_"), values)
    if operator not in OPPOSITES:
        return asked
    # Where a custom field is blank, the database says neither yes nor no to its value.
    return ~asked | Q(**{f"{spec_field.path}__isnull": True}) if isinstance(spec_field, CustomFieldOf) else ~asked
