"""Lists longer than their field takes are told, and looked at no further."""

import json
from typing import Annotated, Any

import pytest
from pydantic import Field

from shared import errors
from shared.http import body, lengths, partial
from shared.http.model import StrictModel
from shared.unread import UNREAD


class Inner(StrictModel):
    """An entry."""

    tags: tuple[str, ...] = Field(default=(), max_length=2)


class Outer(StrictModel):
    """A body."""

    name: str = ""
    entries: Annotated[tuple[Inner, ...], Field(max_length=3)] = ()
    one: Inner | None = None


LONG = "x" * lengths.FEW


def _cut(document: Any) -> tuple[Any, list[tuple[str, Any]]]:
    raw, found = lengths.cut(Outer, json.dumps(document | {"name": LONG}).encode())
    return json.loads(raw), [(each.pointer, each.facts["actual_length"]) for each in found]


def test_what_is_within_the_limits_is_left_as_it_is() -> None:
    document = {"entries": [{"tags": ["a", "b"]}] * 3, "one": {"tags": []}}
    kept, found = _cut(document)
    assert (kept, found) == (document | {"name": LONG}, [])


def test_each_list_that_is_too_long_is_cut_and_told_wherever_it_is() -> None:
    document = {"entries": [{"tags": ["a"] * 3}] * 9, "one": {"tags": ["a"] * 5}}
    kept, found = _cut(document)
    assert [len(each["tags"]) for each in kept["entries"]] == [2, 2, 2]
    assert len(kept["one"]["tags"]) == 2
    assert sorted(found) == [
        *(("/entries", 9), ("/entries/0/tags", 3), ("/entries/1/tags", 3)),
        *(("/entries/2/tags", 3), ("/one/tags", 5)),
    ]


def test_it_is_refused_although_nothing_else_is_wrong() -> None:
    raw = json.dumps({"name": LONG, "entries": [{}] * 4}).encode()
    with pytest.raises(errors.Faults) as refused:
        body.parse(Outer, raw)
    assert [each.code for each in refused.value.faults] == ["too_long"]


def test_a_small_body_s_list_that_is_too_long_is_told_by_its_model() -> None:
    with pytest.raises(errors.Faults) as refused:
        body.parse(Outer, b'{"entries": [{}, {}, {}, {}]}')
    (fault,) = refused.value.faults
    assert (fault.code, fault.facts["max_length"]) == ("too_long", 3)


def test_of_a_list_that_is_too_long_nothing_is_read() -> None:
    read = partial.read(Outer, json.dumps({"entries": [{}] * 4}).encode())
    assert read is not None
    assert read["entries"] is UNREAD
