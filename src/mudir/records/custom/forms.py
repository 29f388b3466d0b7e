"""The form fields of custom fields."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from babel.numbers import list_currencies
from django import forms
from django.db import models
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from mudir.accounts.models import User
from mudir.kit.forms import LocalDateField, QuickSelect
from mudir.kit.money import Money, currency_of_country, digits_of_currency, is_currency
from mudir.records.custom.fields import CustomFieldOf
from mudir.records.custom.values import to_number
from mudir.records.fields import ValueType
from mudir.records.models import Attachment, CustomField, Record
from mudir.records.picker import RelatedRecordField

USUAL_CURRENCIES = ("SAR", "AED", "KWD", "BHD", "OMR", "QAR", "EGP", "JOD", "USD", "EUR", "GBP")


class RelatedKeyField(RelatedRecordField):
    """The same; its value is the key alone, as a custom field keeps it."""

    def clean(self, value: Any) -> int | None:
        record = super().clean(value)
        return record.pk if record is not None else None


class NamedKeyField(forms.ModelChoiceField):
    """One of a few rows; its value is the key alone, as a custom field keeps it."""

    def clean(self, value: Any) -> int | None:
        row = super().clean(value)
        return row.pk if row is not None else None


class MoneyWidget(forms.MultiWidget):
    template_name = "records/widgets/money.html"

    def __init__(self, currencies: Sequence[tuple[str, str]]):
        amount = {"inputmode": "decimal", "dir": "ltr", "aria-label": gettext_lazy("Amount")}
        super().__init__([forms.TextInput(attrs=amount),
                          QuickSelect(choices=currencies, attrs={"aria-label": gettext_lazy("Currency")})])

    def decompress(self, value: Money | None) -> list[str]:
        return [f"{value.amount:f}", value.currency] if value is not None else ["", ""]


class MoneyField(forms.Field):
    """An amount with its currency; without an amount it is blank, whatever currency stands beside it."""

    def __init__(self, currency: str, used: str = "", **kwargs: Any):
        super().__init__(widget=MoneyWidget(currency_choices(currency, used)), **kwargs)

    def clean(self, value: Any) -> Money | None:
        amount, currency = [*(value or []), "", ""][:2]
        if not str(amount or "").strip():
            if self.required:
                raise forms.ValidationError(self.error_messages["required"], code="required")
            return None
        if not is_currency(currency or ""):
            raise forms.ValidationError(_("“%(code)s” is not the code of a currency.") % {"code": str(currency)[:10]})
        return Money(to_number(amount, digits_of_currency(currency)), currency)

    def has_changed(self, initial: Any, data: Any) -> bool:
        try:
            return self.clean(data) != initial
        except forms.ValidationError:
            return True


class FigureField(forms.CharField):
    """A number in any digits, with its groups and its places behind the point."""

    def __init__(self, digits: int, **kwargs: Any):
        self.digits = digits
        super().__init__(widget=forms.TextInput(attrs={"inputmode": "decimal" if digits else "numeric", "dir": "ltr"}),
                         **kwargs)

    def to_python(self, value: Any) -> Decimal | None:
        text = super().to_python(value)
        return to_number(text, self.digits) if text else None

    def prepare_value(self, value: Any) -> Any:
        return f"{value:f}" if isinstance(value, Decimal) else value


class AnswerField(forms.TypedChoiceField):
    """Yes, no or nothing said."""

    def __init__(self, **kwargs: Any):
        super().__init__(choices=[("", "—"), ("yes", gettext_lazy("Yes")), ("no", gettext_lazy("No"))],
                         coerce=lambda value: value == "yes", empty_value=None, **kwargs)

    def prepare_value(self, value: Any) -> Any:
        return {True: "yes", False: "no"}.get(value, value) if isinstance(value, bool) else value


def form_field_of(
    field: CustomFieldOf, present: Any, *, by: User, is_required: bool, record: Record | None = None
) -> forms.Field:
    """The form field of a custom field; what is `present` may stay, though nobody could choose it any more."""
    made, given = field.made, {"label": field.label, "help_text": field.made.help, "required": is_required}
    kind = CustomField.Type
    match made.type:
        case kind.TEXT:
            return forms.CharField(max_length=500, **given)
        case kind.LONG_TEXT:
            return forms.CharField(max_length=10_000, widget=forms.Textarea(attrs={"rows": 3}), **given)
        case kind.NUMBER | kind.PERCENT:
            return FigureField(made.digits, **given)
        case kind.MONEY:
            used = present.currency if present else ""
            return MoneyField(made.currency or currency_of_country(by.country), used, **given)
        case kind.DATE:
            return LocalDateField(**given)
        case kind.MOMENT:
            widget = forms.DateTimeInput(format="%Y-%m-%dT%H:%M:%S", attrs={"type": "datetime-local", "step": 1})
            return forms.DateTimeField(widget=widget, **given)
        case kind.CHOICE:
            offered = {**made.offered, **({present: made.labels[present]} if present in made.labels else {})}
            return forms.ChoiceField(choices=[("", "—"), *offered.items()], **given)
        case kind.CHOICES:
            had = {code: made.labels[code] for code in present or () if code in made.labels}
            return forms.MultipleChoiceField(choices=[*{**made.offered, **had}.items()],
                                             widget=forms.CheckboxSelectMultiple, **given)
        case kind.YES_NO:
            return AnswerField(**given)
        case kind.PERSON:
            people = User.objects.filter(models.Q(is_active=True) | models.Q(pk=present or 0)).order_by("name")
            return NamedKeyField(people, **given)
        case kind.FILE:
            own = Attachment.objects.filter(
                kind=made.kind, object_id=record.pk if record else None, removed_at__isnull=True).order_by("name", "pk")
            hint = made.help or _("One of this record’s files: add it there first.")
            return NamedKeyField(own, **given | {"help_text": hint})
        case kind.RECORD:
            return RelatedKeyField(field.related.objects.visible_to(by), **given)
        case kind.PHONE:
            return forms.CharField(max_length=60, widget=forms.TextInput(attrs={"type": "tel", "dir": "ltr"}), **given)
        case kind.EMAIL:
            return forms.EmailField(max_length=254, **given)
        case _:
            return forms.CharField(max_length=500, widget=forms.URLInput, **given)


def shown_value(field: CustomFieldOf, value: Any, by: User) -> str:
    """A value of a custom field in words."""
    if field.type is ValueType.LIST:
        return _(", ").join(str(field.choices.get(code, code)) for code in value)
    if field.type is ValueType.CHOICE:
        return str(field.choices.get(value, value))
    if field.related is not None:
        return str(field.nameable_by(by).filter(pk=value).first() or "—")
    if isinstance(value, bool):
        return _("Yes") if value else _("No")
    return str(value)


def currency_choices(*first: str) -> list[tuple[str, str]]:
    """Codes of currencies with the likely ones first."""
    usual = [code for code in dict.fromkeys((*first, *USUAL_CURRENCIES)) if code]
    return [(code, code) for code in (*usual, *sorted(list_currencies() - set(usual)))]
