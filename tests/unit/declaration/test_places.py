"""Patterns in a document: the values without their places are those with their places."""

import pytest

from services.declaration.domain.checks.around import Known
from services.declaration.domain.places import Document
from shared.unread import UNREAD

ROOT = {
    "name": "a",
    "party": None,
    "lines": [
        {"number": 1, "codes": ["x", "y"]},
        {"number": 2, "codes": []},
        {"number": None, "codes": UNREAD},
    ],
    "broken": UNREAD,
}
PATTERNS = (
    "/name",
    "/none",
    "/party",
    "/party/code",
    "/lines",
    "/lines/*",
    "/lines/*/number",
    "/lines/1/number",
    "/broken",
)


@pytest.mark.parametrize("kind", [Document, Known])
@pytest.mark.parametrize("pattern", PATTERNS)
def test_values_are_those_of_the_places(kind: type[Document], pattern: str) -> None:
    document = kind(ROOT)
    assert document.values(pattern) == [place.value for place in kind(ROOT).find(pattern)]


def test_what_was_not_read_is_no_value() -> None:
    assert Known(ROOT).values("/lines/*/codes/*") == ["x", "y"]
