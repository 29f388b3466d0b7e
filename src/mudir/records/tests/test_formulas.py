"""A formula is read, checked and worked out by the database; what is wrong with it is said with its place."""

import pytest
from django.db import connection

from mudir.records.formulas import LONGEST, FormulaError, Kind, Term, compile_formula
from mudir.records.formulas.compiling import filled

pytestmark = pytest.mark.django_db

FIELDS = {
    "price": Term(Kind.MONEY, "(120.50::numeric)", "'SAR'::text"),
    "cost": Term(Kind.MONEY, "(100::numeric)", "'SAR'::text"),
    "freight": Term(Kind.MONEY, "(7::numeric)", "'KWD'::text"),
    "unpaid": Term(Kind.MONEY, "NULL::numeric", "NULL::text"),
    "size": Term(Kind.NUMBER, "(7::numeric)"), "zero": Term(Kind.NUMBER, "(0::numeric)"),
    "blank": Term(Kind.NUMBER, "NULL::numeric"), "share": Term(Kind.PERCENT, "(0.15::numeric)"),
    "since": Term(Kind.DATE, "DATE '2026-03-01'"), "city": Term(Kind.TEXT, "'Riyadh'::text"),
    "nowhere": Term(Kind.TEXT, "NULL::text"), "is_key": Term(Kind.YES_NO, "TRUE"),
    "tier": Term(Kind.CHOICE, "'key'::text", choices={"key": "key", "مهم": "key", "ordinary": "ordinary"}),
    "stage": Term(Kind.NUMBER, "(5::numeric)", choices={"5": 5, "support": 8}),
}


def look_up(node):
    if node.value not in FIELDS:
        raise FormulaError("unknown", node.start, node.end)
    return FIELDS[node.value]


def result(text, digits=2):
    formula = compile_formula(text, look_up)
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT ({formula.value(digits)})::text, {formula.shown(digits)}".replace(
            "\0today()\0", "DATE '2026-11-25'"))
        return cursor.fetchone()[0]


def shown(text):
    formula = compile_formula(text, look_up)
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {formula.shown(2)}")
        return cursor.fetchone()[0]


@pytest.mark.parametrize(("text", "expected"), [
    ("1 + 2 * 3", "7.00"), ("(1 + 2) * 3", "9.00"), ("5 / 2", "2.50"), ("-size + 1", "-6.00"), ("2 - -3", "5.00"),
    ("٥ × ٢٫٥", "12.50"), ("10 ÷ 4", "2.50"), ("size / zero", None), ("size + blank", None), ("100 * share", "15.00"),
    ("1 - share", "0.85"), ("share + 10%", "25.00"), ("percent(size / 10)", "70.00"), ("share / 2", "7.50"),
    ("price - cost", "20.50"), ("price * 2", "241.00"), ("price / 3", "40.17"), ("freight / 3", "2.333"),
    ("price / cost", "1.21"), ("price * share", "18.08"), ("price + unpaid", None), ("amount(price) + 1", "121.50"),
    ('money(amount(freight) * 12, "SAR") + price', "204.50"), ('money(5, "JPY") / 2', "3"),
    ("min(size, 3, blank)", "3.00"), ("max(price, cost)", "120.50"), ("round(size / 3)", "2.00"),
    ("round(size / 3, 1)", "2.30"), ("round(share * 1.1, 0)", "0.00"), ("abs(-size)", "7.00"),
    ("add_days(since, 30)", "2026-03-31"), ("since + 31", "2026-04-01"), ("since - 1", "2026-02-28"),
    ("days_between(since, today())", "269.00"), ("today() - since", "269.00"), ("year(since)", "2026.00"),
    ("month(since)", "3.00"), ("concat(city, \" — \", size)", "Riyadh — 7"), ("concat(nowhere, \"\")", None),
    ("concat(price, \" / \", since, \" \", share)", "120.50 SAR / 2026-03-01 15%"), ("lower(city)", "riyadh"),
    ("len(city)", "6.00"), ("coalesce(blank, size)", "7.00"), ("coalesce(unpaid, price)", "120.50"),
    ("empty(blank)", "true"), ("empty(city)", "false"), ("if(size > 5, \"large\", \"small\")", "large"),
    ("if(blank > 5, 1, 2)", "2.00"), ("if(size > 9, 1)", None), ("size >= 7 and not is_key", "false"),
    ("size ≠ 7 or is_key", "true"), ("city = “Riyadh”", "true"), ("city = 'O''Hara'", "false"), ("blank = 5", None),
    ("tier = «مُهِمّ»", "true"), ("tier != \"ordinary\"", "true"), ("stage >= \"Support\"", "false"),
    ("stage >= 5", "true"),
    ("price > cost", "true"), ("share > 10%", "true"), ("since < today()", "true"), ("currency(price)", "SAR"),
    ("true", "true"), ("concat(\"100% a\\b {0} \", 'it''s')", "100% a\\b {0} it's"),
])
def test_a_formula_says_what_it_reads_like(text, expected):
    assert result(text) == expected


@pytest.mark.parametrize("text", [
    "999999999999999 * 999999999999999", "999999999999999 * 9 / 0.0001", "add_days(since, 99999999)",
    "add_days(add_days(since, 3999999), 3999999)", "add_days(since, -900000)", "money(999999999999999 * 10, \"SAR\")",
    "add_days(since, 999999999999999 * 999999999999999)", "size / (zero * zero)",
])
def test_what_has_no_room_is_empty(text):
    assert result(text) is None


@pytest.mark.parametrize("text", [
    "price + freight", "price - freight", "max(cost, freight)", "price + cost + freight", "price / freight",
    "price > freight", "if(price > freight, \"yes\", \"no\")", "concat(price + freight, \"\")",
    "if(is_key, price + freight, price)", "coalesce(price + freight, cost)", "amount(price + freight)",
])
def test_two_currencies_are_an_error_and_never_a_number(text):
    assert result(text) is None
    assert shown(text) == '{"clash": true}'


def test_currencies_clash_only_where_they_meet():
    assert shown("if(is_key, price, price + freight)") == '{"amount": "120.50", "currency": "SAR"}'
    assert shown("price + unpaid") is None


@pytest.mark.parametrize(("text", "message", "part"), [
    ("", "Write a formula.", ""),
    ("size +", "Something is missing at the end.", "+"),
    ("size + ) 3", "“)” was not expected here.", ")"),
    ("(size + 3", "This bracket is not closed.", "("),
    ("size $ 3", "“$” has no meaning in a formula.", "$"),
    ("\"open", "This text has no end: close its quotation mark.", "\"open"),
    ("size + wrong", "unknown", "wrong"),
    ("sqrt(size)", "There is no function “sqrt”.", "sqrt"),
    ("round()", "It is written round(a, digits).", "round()"),
    ("1 < size < 3", "Compare two values at a time and join them with “and”.", "<"),
    ("size - city", "“-” does not fit between a number and a text.", "size - city"),
    ("size + city", "Texts are put together by concat(a, b).", "size + city"),
    ("city + city", "Texts are put together by concat(a, b).", "city + city"),
    ("price + 5", "An amount and a number do not go together here: write money(5, \"SAR\") for an amount, or "
                  "amount(price) for a number.", "price + 5"),
    ("price * cost", "“*” does not fit between an amount of money and an amount of money.", "price * cost"),
    ("share > 5", "A percent is compared with a percent, such as 10%.", "share > 5"),
    ("tier = \"gold\"", "“gold” is not one of the choices.", "\"gold\""),
    ("tier", "A choice can be compared, as in tier = \"key\", but is no result.", "tier"),
    ("if(size, 1, 2)", "Here stands a number; yes or no is needed.", "size"),
    ("if(is_key, 1, \"a\")", "Here stands a text; a number is needed.", "\"a\""),
    ("money(5, \"XYZ\")", "Write the code of a currency here, such as \"SAR\".", "\"XYZ\""),
    ("round(size, 9)", "Round to a whole number of digits from 0 to 6.", "9"),
    ("city > \"A\"", "What is more and what is less is asked of numbers, amounts and days.", "city > \"A\""),
    ("city = \"\"", "Ask by empty(a) whether nothing stands there.", "\"\""),
    ("not size", "Here stands a number; yes or no is needed.", "size"),
    ("1" * 20, f"“{'1' * 20}” is too large.", "1" * 20),
])
def test_what_is_wrong_is_said_with_its_place(text, message, part):
    with pytest.raises(FormulaError) as refusal:
        compile_formula(text, look_up)
    assert (str(refusal.value), text[refusal.value.start:refusal.value.end]) == (message, part)


@pytest.mark.parametrize("text", [
    "(" * 200 + "size" + ")" * 200, "(" * 100_000 + "1" + ")" * 100_000,
    "-" * 500 + "1", "not " * 200 + "is_key", "a" * (LONGEST + 1),
    "+".join(["1"] * 200), "(" * 30 + "1" + ")" * 30,
])
def test_d08_a_formula_is_bounded(text):
    with pytest.raises(FormulaError):
        compile_formula(text, look_up)


@pytest.mark.parametrize("text", [
    "9**9**9", "\"x\" * 1000000000", "import(\"os\")",
    "size; DROP TABLE records_setup", "size -- comment", "pg_sleep(5)", "size::text", "__import__(\"os\")",
    "(select 1)", "city = 'x' or '1' = '1", "$1", "size /* */", "custom -> 'a'", "a.b.c.d",
])
def test_d08_nothing_of_a_formula_is_run_as_code(text):
    with pytest.raises(FormulaError):
        compile_formula(text, look_up)


def test_columns_are_put_in_where_a_formula_is_used():
    formula = compile_formula("size + 1", lambda node: Term(Kind.NUMBER, "\0size\0"))
    assert filled(formula.value(0), {"size": '"t"."size"'}) == (
        '(CASE WHEN abs(("t"."size" + (1::numeric))) < 1000000000000000 '
        'THEN round(("t"."size" + (1::numeric)), 0) END)')
