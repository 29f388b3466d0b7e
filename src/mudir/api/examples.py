"""How a program asks, in words of the shell and of Python: for the reference."""

import json
import re
from collections.abc import Mapping
from pprint import pformat
from typing import Any
from urllib.parse import urlencode

from mudir.api.operations import Operation

KEY = "MUDIR_KEY"  # the variable that holds the key: no secret stands in a program
FILE = "contract.pdf"
ASKED = {"f": "owner.is.me", "size": "20", "q": "elite", "name": FILE}  # what a parameter may be, where that helps


def address_of(operation: Operation, base: str) -> str:
    """A whole address, with numbers in it and what must be asked."""
    path = re.sub(r"{\w+:\w+}", "1", operation.path)
    names = [one.name for one in operation.parameters if one.place == "query"]
    asked = {name: ASKED[name] for name in names if name in ASKED and (name != "q" or "f" not in names)}
    return f"{base}/api/v1{path}" + (f"?{urlencode(asked)}" if asked else "")


def in_curl(operation: Operation, base: str, body: Any) -> str:
    lines = [f'curl -X {operation.method} "{address_of(operation, base)}"', f'-H "Authorization: Bearer ${KEY}"']
    if operation.sends_bytes:
        lines.append(f"--data-binary @{FILE}")
    elif operation.sends:
        text = json.dumps(body, ensure_ascii=False).replace("'", "'\\''")
        lines += ['-H "Content-Type: application/json"', f"-d '{text}'"]
    if operation.answers_bytes:
        lines.append(f"-o {FILE}")
    return " \\\n  ".join(lines)


def in_python(operation: Operation, base: str, body: Any) -> str:
    given = [f'    "{operation.method}", "{address_of(operation, base)}",',
             f'    headers={{"Authorization": f"Bearer {{os.environ[\'{KEY}\']}}"}},']
    if operation.sends_bytes:
        given.append(f'    data=open("{FILE}", "rb"),')
    elif operation.sends:
        given.append(f"    json={pformat(body, width=100, sort_dicts=False)},".replace("\n", "\n     "))
    lines = ["import os", "import requests", "", "answer = requests.request(", *given, ")", "answer.raise_for_status()"]
    if operation.answers_bytes:
        lines.append(f'open("{FILE}", "wb").write(answer.content)')
    elif operation.answers:
        lines.append("print(answer.json())")
    return "\n".join(lines)


def examples_of(operation: Operation, base: str, sent: Mapping[str, Any]) -> dict[str, str]:
    """By the name of the language; `sent` is the example of the body as the description has it."""
    body = sent.get("example", {})
    return {"curl": in_curl(operation, base, body), "Python": in_python(operation, base, body)}
