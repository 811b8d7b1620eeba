"""Hostile and wrong bodies: each gets a 4xx problem with a code and changes nothing."""

import json
from typing import Annotated

import pytest
from pydantic import Field

from shared import errors
from shared.http import body, model
from tests.faults import corpus
from tests.unit.http import sample

FAULTY = {
    "escaped NUL": (b'{"name":"a\\u0000"}', "forbidden_character", "/name"),
    "NUL in free JSON": (
        b'{"name":"a","notes":{"x":["a\\u0000"]}}',
        "forbidden_character",
        "/notes/x/0",
    ),
    "huge exponent": (b'{"name":"a","weight":1E+999999}', "inexact_number", "/weight"),
    "tiny exponent": (b'{"name":"a","weight":1e-400}', "inexact_number", "/weight"),
    "more digits than a double": (
        b'{"name":"a","weight":12345678901234.1234}',
        "inexact_number",
        "/weight",
    ),
    "more than 64 bits": (b'{"name":"a","boxes":9223372036854775808}', "inexact_number", "/boxes"),
    "huge exponent as text": (b'{"name":"a","weight":"1E+999999"}', "bad_format", "/weight"),
    "NaN as text": (b'{"name":"a","weight":"NaN"}', "bad_format", "/weight"),
    "full-width digits": ('{"name":"a","weight":"１２"}'.encode(), "bad_format", "/weight"),
    "true for a number": (b'{"name":"a","weight":true}', "wrong_type", "/weight"),
    "negative": (b'{"name":"a","weight":-1}', "out_of_range", "/weight"),
    "too many places": (b'{"name":"a","weight":"1.123456"}', "too_many_digits", "/weight"),
    "fraction for a count": (b'{"name":"a","boxes":1.0}', "wrong_type", "/boxes"),
    "text for a count": (b'{"name":"a","boxes":"1"}', "wrong_type", "/boxes"),
    "unknown field": (b'{"name":"a","role":"officer"}', "unknown_field", "/role"),
    "missing field": (b"{}", "missing", "/name"),
    "array for an object": (b"[]", "wrong_type", ""),
    "scalar for an object": (b"1", "wrong_type", ""),
    "null": (b'{"name":null}', "wrong_type", "/name"),
    "too long": (b'{"name":"' + b"a" * 21 + b'"}', "too_long", "/name"),
    "blank": (b'{"name":"  "}', "too_short", "/name"),
    "too many lines": (
        b'{"name":"a","lines":[' + b",".join([b'{"hs_code":"01012100"}'] * 4) + b"]}",
        "too_long",
        "/lines",
    ),
    "not in list": (b'{"name":"a","direction":"up"}', "not_in_list", "/direction"),
    "not a UUID": (b'{"name":"a","owner":"x"}', "bad_format", "/owner"),
    "right-to-left": (b'{"name":"a\\u202eb"}', "forbidden_character", "/name"),
    "no time zone": (b'{"name":"a","arrival":"2026-07-01T08:00:00"}', "naive_time", "/arrival"),
    "pattern met by a part only": (
        b'{"name":"a","lines":[{"hs_code":"010121001"}]}',
        "bad_format",
        "/lines/0/hs_code",
    ),
    "slash in a key": (b'{"name":"a","a/b~c":1}', "unknown_field", "/a~1b~0c"),
}


async def _post(raw: bytes, **headers: str) -> tuple[int, dict[str, object]]:
    async with sample.client() as client:
        answer = await client.post("/filings", content=raw, headers={**sample.JSON, **headers})
    return answer.status_code, answer.json()


@pytest.mark.parametrize("raw", corpus.MALFORMED.values(), ids=corpus.MALFORMED)
async def test_json_that_is_not_well_formed_is_malformed(raw: bytes) -> None:
    status, problem = await _post(raw)
    assert (status, problem["code"]) == (400, "malformed_json")


@pytest.mark.parametrize(("raw", "code", "pointer"), FAULTY.values(), ids=FAULTY)
async def test_a_fault_has_a_code_and_a_pointer(raw: bytes, code: str, pointer: str) -> None:
    status, problem = await _post(raw)
    assert (status, problem["code"]) == (422, "faults")
    found = problem["errors"]
    assert isinstance(found, list)
    assert [(each["code"], each["pointer"]) for each in found] == [(code, pointer)]


class Route(model.StrictModel):
    legs: Annotated[tuple[int, ...], Field(min_length=2)]


@pytest.mark.parametrize(
    ("legs", "told"),
    [
        ([], {("too_short", "/legs")}),
        ([5], {("too_short", "/legs")}),
        (["a"], {("too_short", "/legs"), ("wrong_type", "/legs/0")}),
        ([5, "a"], {("wrong_type", "/legs/1")}),
        (["a", "b"], {("wrong_type", "/legs/0"), ("wrong_type", "/legs/1")}),
    ],
)
def test_a_list_is_too_short_by_its_entries_not_by_the_valid_ones(
    legs: list[object], told: set[tuple[str, str]]
) -> None:
    with pytest.raises(errors.Faults) as refused:
        body.parse(Route, json.dumps({"legs": legs}).encode())
    assert {(fault.code, fault.pointer) for fault in refused.value.faults} == told


async def test_malformed_json_says_where_but_does_not_repeat_the_input() -> None:
    _, problem = await _post(b'{"name":"a",\n "secret":1, "secret":2}')
    errors = problem["errors"]
    assert isinstance(errors, list)
    assert errors[0]["facts"]["line"] == 2
    assert "secret" not in str(problem)


async def test_all_faults_are_told_at_once() -> None:
    _, problem = await _post(b'{"lines":[{"hs_code":"1"},{"price":"x"}],"x":1}')
    errors = problem["errors"]
    assert isinstance(errors, list)
    assert {each["pointer"] for each in errors} == {
        "/name",
        "/lines/0/hs_code",
        "/lines/1/hs_code",
        "/lines/1/price",
        "/x",
    }


async def test_pointers_do_not_name_the_members_of_a_union() -> None:
    _, problem = await _post(b'{"name":"a","packing":{"count":0}}')
    errors = problem["errors"]
    assert isinstance(errors, list)
    assert {each["pointer"] for each in errors} == {"/packing/tonnes", "/packing/count"}


async def test_faults_beyond_two_hundred_are_counted_not_told() -> None:
    fields = b",".join(b'"x%d":1' % number for number in range(1000))
    _, problem = await _post(b'{"name":"a",' + fields + b"}")
    assert len(str(problem["errors"])) < 100_000
    assert problem["errors_left_out"] == 800


async def test_a_body_of_a_million_values_is_refused_before_validation() -> None:
    status, problem = await _post(b"[" + b"1," * 999_999 + b"1]")
    assert (status, problem["code"]) == (413, "body_too_large")


@pytest.mark.parametrize("raw", [b'"1234567890123.12345"', b"1234567890.12345", b"15e2"])
async def test_a_number_is_carried_exactly(raw: bytes) -> None:
    status, filing = await _post(b'{"name":"a","weight":' + raw + b"}")
    assert status == 201
    assert filing["weight"] in ("1234567890123.12345", "1234567890.12345", "1500.0")


async def test_a_valid_body_is_taken() -> None:
    raw = (
        '{"name":" Caf\\u0065\\u0301 ","arrival":"2026-07-01T08:00:00+08:00",'
        '"owner":"01a205c5-322d-7397-8ca8-3622bde677d0","direction":"import",'
        '"lines":[{"hs_code":"01012100","price":5}],"packing":{"kind":"boxed","count":2}}'
    )
    status, filing = await _post(raw.encode())
    assert status == 201
    assert filing["name"] == "Café"
    assert filing["arrival"] == "2026-07-01T00:00:00Z"
    assert filing["lines"] == [{"hs_code": "01012100", "price": "5.00"}]


@pytest.mark.parametrize(
    "headers",
    [
        {"Content-Type": "text/plain"},
        {"Content-Type": ""},
        {"Content-Type": "application/json; charset=utf-16"},
        {"Content-Encoding": "gzip"},
    ],
)
async def test_only_plain_utf8_json_is_read(headers: dict[str, str]) -> None:
    status, problem = await _post(b'{"name":"a"}', **headers)
    assert (status, problem["code"]) == (415, "unsupported_media_type")


async def test_json_may_say_that_it_is_utf8() -> None:
    status, _ = await _post(b'{"name":"a"}', **{"Content-Type": "Application/JSON; charset=UTF-8"})
    assert status == 201
