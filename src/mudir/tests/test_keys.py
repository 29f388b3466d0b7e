"""The overview of the keys says what the scripts do."""

import re
from pathlib import Path

import mudir

PACKAGE = Path(mudir.__file__).parent


def test_every_place_that_a_key_leads_to_is_in_the_overview():
    script = (PACKAGE / "static/js/keys.js").read_text()
    overview = (PACKAGE / "templates/shell/keys.html").read_text()
    led_to = set(re.findall(r'\["Key(\w)", "/', script))

    assert set(re.findall(r"<kbd>G</kbd><kbd>(\w)</kbd>", overview)) == led_to
    assert len(led_to) >= 7


def test_every_single_key_that_a_script_answers_to_is_in_the_overview():
    answered = set()
    for file in (PACKAGE / "static/js").glob("*.js"):
        answered |= set(re.findall(r'isKey\(event, "Key(\w)"\)', file.read_text()))
    overview = (PACKAGE / "templates/shell/keys.html").read_text()
    shown = set(re.findall(r"(?<!<kbd>G</kbd>)<kbd>(\w)</kbd>", overview))

    assert answered <= shown
    assert shown <= answered | {"G"}
