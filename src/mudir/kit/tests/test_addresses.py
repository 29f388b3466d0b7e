"""Where a page may send its reader next."""

import pytest

from mudir.kit.addresses import is_local, local_or


@pytest.mark.parametrize("address", [
    "//evil.example", "///evil.example", "\\\\evil.example", "/\\evil.example", "\\/evil.example", "https:evil.example",
    "https://evil.example", "http:///evil.example", "/\t/evil.example", "\t//evil.example", " //evil.example",
    "/\n/evil", "javascript:alert(1)", "JaVaScRiPt:alert(1)", "data:text/html,x", "evil.example", "@evil.example", "",
    None, "?x", "#x", "/\x00/evil.example", "/\r\nSet-Cookie: a=b",
])
def test_j05_only_a_path_of_ours_is_local(address):
    assert not is_local(address)
    assert local_or(address, "/clients/") == "/clients/"


@pytest.mark.parametrize("address", ["/", "/clients/?f=tier.is.key&q=//x", "/clients/1/#timeline", "/search/?q=ن"])
def test_a_path_with_its_question_is_local(address):
    assert local_or(address, "/") == address
