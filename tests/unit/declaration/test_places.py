"""Patterns in a document: the values without their places are those with their places."""

import pytest

from services.declaration.domain import dictionary
from services.declaration.domain.checks.around import Known
from services.declaration.domain.places import ANYWHERE, Document
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


@pytest.mark.parametrize("kind", [Document, Known])
def test_a_condition_on_the_whole_document_is_one_on_any_line(kind: type[Document]) -> None:
    document = kind(ROOT)
    second = dictionary.Test(item="/lines/*/number", is_in=("2",))
    assert second.holds(document, at=ANYWHERE)
    assert [second.holds(document, at=each) for each in document.find("/lines/*/number")[:2]] == [
        False,
        True,
    ]
    third = dictionary.Test(item="/lines/*/number", is_in=("3",))
    assert not third.holds(document, at=ANYWHERE)


def test_what_holds_values_is_read_without_what_is_not_there_or_was_not_read() -> None:
    assert list(Document(ROOT).holders("/party")) == []
    assert [list(each) for each in Known(ROOT).holders("/lines/*")] == [
        ["number", "codes"],
        ["number", "codes"],
        ["number"],
    ]
    assert list(Known({"codes": ["x", UNREAD]}).holders("/codes")) == [["x"]]
