"""The list of everything that a program can do, from which addresses and description are made."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.http import HttpResponse
from django.utils.functional import Promise

from mudir.accounts.models import User
from mudir.api.values import Schema
from mudir.records.registry import RecordType

Text = str | Promise


@dataclass(frozen=True)
class Parameter:
    """One thing that the address or a header takes beside the path."""

    name: str
    schema: Schema
    description: Text
    place: str = "query"
    is_list: bool = False  # may stand several times
    is_required: bool = False


@dataclass(frozen=True)
class Operation:
    """One address with one method. Schemas are made for who reads the description."""

    id: str
    method: str
    path: str  # as Django reads it: "/clients/{key:pk}"
    view: Callable[..., HttpResponse]
    summary: Text
    tag: Text
    record_type: RecordType | None = None  # that the key must be for
    about: RecordType | None = None  # of the record that the path names, where it is another kind
    writes: bool = False
    parameters: tuple[Parameter, ...] = ()
    sends: Callable[[User], Schema] | None = None
    example: Any = None  # of what is sent, or what makes one: fields without code are known only when it is asked
    status: int = 200
    answers: Callable[[User], Schema] | None = None
    problems: tuple[int, ...] = ()  # beside those that everything may answer
    description: Text = ""
    has_etag: bool = False
    sends_bytes: bool = False  # and no JSON
    answers_bytes: bool = False
