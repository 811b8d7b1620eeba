"""A query is read as a whole, with all of its faults at once; its parameters are documented."""

from datetime import date
from typing import Any

import pytest

from shared import errors
from shared.http import query
from tests.unit.http import sample


def _faults(sent: list[tuple[str, str]]) -> set[tuple[str, str]]:
    with pytest.raises(errors.Faults) as refused:
        query.parse(sample.FindIn, sent)
    return {(each.code, each.pointer) for each in refused.value.faults}


def test_what_is_sent_is_read_by_its_model() -> None:
    read = query.parse(sample.FindIn, [("since", "2026-07-01"), ("boxes", "3"), ("kind", "bulk")])
    assert read == sample.FindIn(since=date(2026, 7, 1), boxes=3, kind="bulk")
    assert query.parse(sample.FindIn, []) == sample.FindIn()


def test_every_fault_is_told_at_once_the_unknown_and_the_repeated_too() -> None:
    sent = [("since", "July"), ("boxes", "0"), ("boxes", "1"), ("kind", "x"), ("stauts", "open")]
    assert _faults(sent) == {
        ("bad_format", "/query/since"),
        ("repeated", "/query/boxes"),
        ("out_of_range", "/query/boxes"),
        ("not_in_list", "/query/kind"),
        ("unknown_field", "/query/stauts"),
    }
    assert _faults([("boxes", "2"), ("boxes", "2")]) == {("repeated", "/query/boxes")}


async def test_an_operation_with_such_a_query_refuses_and_takes_it() -> None:
    async with sample.client() as client:
        wrong = await client.get("/found?boxes=0&colour=red")
        right = await client.get("/found?boxes=2")
    pointers = {each["pointer"] for each in wrong.json()["errors"]}
    assert (wrong.status_code, pointers) == (422, {"/query/boxes", "/query/colour"})
    assert right.json() == {"since": None, "boxes": 2, "kind": None}


def test_the_document_names_each_parameter_with_its_schema() -> None:
    parameters: list[dict[str, Any]] = sample.create().openapi()["paths"]["/found"]["get"][
        "parameters"
    ]
    since, boxes, kind = parameters
    assert since == {
        "name": "since",
        "in": "query",
        "required": False,
        "description": "From this day on.",
        "schema": {"type": "string", "format": "date"},
    }
    assert boxes["schema"] == {"type": "integer", "minimum": 1, "default": 1}
    assert kind["schema"] == {"type": "string", "enum": ["bulk", "boxed"]}
