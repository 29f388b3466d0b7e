"""From the text of a formula to its tree.

    or        = and ("or" and)*
    and       = not ("and" not)*
    not       = "not" not | compared
    compared  = sum (("=" | "!=" | "<" | "<=" | ">" | ">=") sum)?
    sum       = product (("+" | "-") product)*
    product   = signed (("*" | "/") signed)*
    signed    = "-" signed | "(" or ")" | number "%"? | text | "true" | "false" | field | function "(" or, … ")"

Digits, commas and quotation marks of Arabic keyboards are taken as well.
"""

import re
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from mudir.kit.arabic.fold import digits

LONGEST = 1000  # characters
MOST_TOKENS = 300
DEEPEST = 24
SAME = {"×": "*", "÷": "/", "≤": "<=", "≥": ">=", "≠": "!=", "<>": "!=", "==": "=", "،": ",", "؛": ",", ";": ",",
        "−": "-", "٪": "%"}
TOKEN = re.compile(r"""
    (?P<space>\s+)
  | (?P<number>[0-9٠-٩]+(?:[.٫][0-9٠-٩]+)?)
  | (?P<name>[A-Za-z][A-Za-z0-9_]*(?:\.[A-Za-z][A-Za-z0-9_]*)?)
  | (?P<text>"(?:[^"]|"")*"|'(?:[^']|'')*'|“[^”]*”|«[^»]*»)
  | (?P<mark><=|>=|<>|!=|==|[-+*/=<>(),%×÷≤≥≠،؛;−٪])
""", re.VERBOSE)
COMPARISONS = {"=", "!=", "<", "<=", ">", ">="}
WORDS = {"and", "or", "not", "true", "false"}


class FormulaError(ValueError):
    """What is wrong with a formula, in the reader's language, and where: from `start` to `end`."""

    def __init__(self, message: str, start: int, end: int):
        super().__init__(message)
        self.start, self.end = start, end


@dataclass(frozen=True)
class Token:
    kind: str  # number, name, text, mark, end
    text: str
    start: int
    end: int


@dataclass(frozen=True)
class Node:
    """`kind` is number, percent, text, answer, field, call, sign, or operation; `value` is its name or what it says."""

    kind: str
    value: Any
    parts: tuple["Node", ...]
    start: int
    end: int


def read_formula(text: str) -> Node:
    """The tree of a formula. Raises `FormulaError`."""
    if len(text) > LONGEST:
        raise FormulaError(_("A formula has at most %(most)s characters.") % {"most": LONGEST}, LONGEST, len(text))
    reader = Reader(tokens_of(text))
    tree = reader.any_of(0)
    if reader.token.kind != "end":
        raise reader.unexpected()
    return tree


def tokens_of(text: str) -> list[Token]:
    tokens, place = [], 0
    while place < len(text):
        found = TOKEN.match(text, place)
        if not found or "\0" in found[0]:
            if text[place] in "\"'“«":
                raise FormulaError(_("This text has no end: close its quotation mark."), place, len(text))
            raise FormulaError(_("“%(mark)s” has no meaning in a formula.") % {"mark": text[place]}, place, place + 1)
        if found.lastgroup != "space":
            written = SAME.get(found[0], found[0]) if found.lastgroup == "mark" else found[0]
            tokens.append(Token(found.lastgroup, written, place, found.end()))
        place = found.end()
    if len(tokens) > MOST_TOKENS:
        start = tokens[MOST_TOKENS].start
        raise FormulaError(_("This formula is too long. Part it into several fields."), start, place)
    return [*tokens, Token("end", "", place, place)]


class Reader:
    def __init__(self, tokens: list[Token]):
        self.tokens, self.place = tokens, 0

    @property
    def token(self) -> Token:
        return self.tokens[self.place]

    def take(self, *texts: str) -> Token | None:
        """The next token where it is one of these marks or words."""
        token = self.token
        if token.kind not in {"mark", "name"} or token.text not in texts:
            return None
        self.place += 1
        return token

    def unexpected(self) -> FormulaError:
        token = self.token
        if token.kind == "end":
            return FormulaError(_("Something is missing at the end."), max(token.start - 1, 0), token.end)
        return FormulaError(_("“%(mark)s” was not expected here.") % {"mark": token.text[:40]}, token.start, token.end)

    def close(self, opened: Token) -> Token:
        closed = self.take(")")
        if closed is None:
            if self.token.kind == "end":
                raise FormulaError(_("This bracket is not closed."), opened.start, opened.end)
            raise self.unexpected()
        return closed

    def joined(self, inner: Any, depth: int, *operators: str) -> Node:
        left = inner(depth)
        while token := self.take(*operators):
            right = inner(depth)
            left = Node("operation", token.text, (left, right), left.start, right.end)
        return left

    def any_of(self, depth: int) -> Node:
        if depth > DEEPEST:
            raise FormulaError(_("Too many brackets stand in each other."), self.token.start, self.token.end)
        return self.joined(self.all_of, depth, "or")

    def all_of(self, depth: int) -> Node:
        return self.joined(self.negated, depth, "and")

    def negated(self, depth: int) -> Node:
        if token := self.take("not"):
            if depth > DEEPEST:
                raise FormulaError(_("Too many brackets stand in each other."), token.start, token.end)
            inner = self.negated(depth + 1)
            return Node("operation", "not", (inner,), token.start, inner.end)
        return self.compared(depth)

    def compared(self, depth: int) -> Node:
        left = self.sum(depth)
        if token := self.take(*COMPARISONS):
            right = self.sum(depth)
            if self.token.kind == "mark" and self.token.text in COMPARISONS:
                raise FormulaError(_("Compare two values at a time and join them with “%(word)s”.") % {
                    "word": "and"}, self.token.start, self.token.end)
            return Node("operation", token.text, (left, right), left.start, right.end)
        return left

    def sum(self, depth: int) -> Node:
        return self.joined(self.product, depth, "+", "-")

    def product(self, depth: int) -> Node:
        return self.joined(self.signed, depth, "*", "/")

    def signed(self, depth: int) -> Node:
        if token := self.take("-"):
            if depth > DEEPEST:
                raise FormulaError(_("Too many brackets stand in each other."), token.start, token.end)
            inner = self.signed(depth + 1)
            return Node("sign", "-", (inner,), token.start, inner.end)
        if token := self.take("("):
            inner = self.any_of(depth + 1)
            closed = self.close(token)
            return Node(inner.kind, inner.value, inner.parts, token.start, closed.end)
        return self.single(depth)

    def single(self, depth: int) -> Node:
        token = self.token
        if token.kind == "number":
            self.place += 1
            number = Decimal(digits(token.text).replace("٫", "."))
            if percent := self.take("%"):
                return Node("percent", number / 100, (), token.start, percent.end)
            return Node("number", number, (), token.start, token.end)
        if token.kind == "text":
            self.place += 1
            mark, inner = token.text[0], token.text[1:-1]
            return Node("text", inner.replace(mark * 2, mark) if mark in "\"'" else inner, (), token.start, token.end)
        if token.kind != "name" or token.text in WORDS - {"true", "false"}:
            raise self.unexpected()
        self.place += 1
        if token.text in {"true", "false"}:
            return Node("answer", token.text == "true", (), token.start, token.end)
        if opened := self.take("("):
            parts = []
            if self.token.text != ")" or self.token.kind != "mark":
                parts.append(self.any_of(depth + 1))
                while self.take(","):
                    parts.append(self.any_of(depth + 1))
            closed = self.close(opened)
            return Node("call", token.text, tuple(parts), token.start, closed.end)
        return Node("field", token.text, (), token.start, token.end)
