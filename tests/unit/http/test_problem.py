"""What leaves a route as an error arrives as a problem that leaks nothing."""

from collections.abc import MutableMapping
from typing import Any

import pytest

from tests.unit.http import sample

ANSWERS = {
    "taken": (409, "sample_taken"),
    "bug": (500, "internal_error"),
    "missing-file": (500, "internal_error"),
    "unique": (500, "internal_error"),
    "refused-connection": (503, "database_unavailable"),
    "all-addresses": (503, "database_unavailable"),
    "pool": (503, "database_unavailable"),
    "operational": (503, "database_unavailable"),
    "interface": (503, "database_unavailable"),
    "shutdown": (503, "database_unavailable"),
    "lost": (503, "database_unavailable"),
    "too-many": (503, "database_unavailable"),
    "full": (503, "storage_full"),
    "no-space": (503, "storage_full"),
    "deadlock": (503, "database_busy"),
    "unauthenticated": (401, "unauthenticated"),
    "teapot": (418, "bad_request"),
    "gateway": (502, "internal_error"),
}


@pytest.mark.parametrize("kind", ANSWERS)
async def test_every_failure_is_a_problem_that_leaks_nothing(kind: str) -> None:
    async with sample.client() as client:
        answer = await client.get(f"/fails/{kind}")
    problem = answer.json()
    assert (answer.status_code, problem["code"]) == ANSWERS[kind]
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert problem["request_id"] == answer.headers["X-Request-Id"]
    assert ("Retry-After" in answer.headers) == (answer.status_code == 503)
    for secret in ("secret", "Traceback", "10.0.0.7", "SELECT"):
        assert secret not in answer.text


async def test_a_bug_is_logged_with_its_request(logged: list[MutableMapping[str, Any]]) -> None:
    async with sample.client() as client:
        answer = await client.get("/fails/bug")
    (entry,) = logged
    assert entry["request_id"] == answer.json()["request_id"]
    assert (entry["log_level"], entry["code"], entry["exc_info"]) == (
        "error",
        "internal_error",
        True,
    )


async def test_a_refused_rule_is_not_logged_as_a_failure(
    logged: list[MutableMapping[str, Any]],
) -> None:
    async with sample.client() as client:
        await client.get("/fails/taken")
    assert logged == []


async def test_a_refused_rule_is_told_in_both_languages_with_its_facts() -> None:
    async with sample.client() as client:
        problem = (await client.get("/fails/taken")).json()
    request_id = problem.pop("request_id")
    facts = {"bay": "A7", "since": "2026-07-01T00:00:00Z"}
    told = "bay: A7; since: 2026-07-01T00:00:00Z"
    detail = {
        "en": f"Another consignment already holds this bay at that time. ({told})",
        "zh": f"该查验位在此时段已被另一票货物占用。（{told}）",
    }
    mend = {"en": "Choose another slot.", "zh": "请另选时段。"}
    assert request_id
    assert problem == {
        "type": "/problems/sample_taken",
        "title": "Another consignment already holds this bay at that time.",
        "title_zh": "该查验位在此时段已被另一票货物占用。",
        "status": 409,
        "detail": detail["en"],
        "detail_zh": detail["zh"],
        "instance": "/fails/taken",
        "code": "sample_taken",
        "mend": mend,
        "errors": [
            {
                "code": "sample_taken",
                "pointer": "/slot",
                "detail": detail,
                "mend": mend,
                "facts": facts,
            }
        ],
        "errors_left_out": 0,
    }


async def test_headers_of_an_error_are_kept() -> None:
    async with sample.client() as client:
        assert (await client.get("/fails/unauthenticated")).headers["WWW-Authenticate"] == "Bearer"
        answer = await client.put("/filings")
    assert (answer.status_code, answer.json()["code"]) == (405, "method_not_allowed")
    # FastAPI names the methods of the first route at the address.
    assert answer.headers["Allow"] in ("GET", "POST")


async def test_an_unknown_address_is_a_problem() -> None:
    async with sample.client() as client:
        answer = await client.get("/nowhere/<script>")
    assert (answer.status_code, answer.json()["code"]) == (404, "no_such_path")
    assert answer.json()["instance"] == "/nowhere/%3Cscript%3E"


async def test_a_slash_at_the_end_is_another_address() -> None:
    async with sample.client() as client:
        assert (await client.get("/filings/")).status_code == 404


@pytest.mark.parametrize(
    ("path", "pointer", "code"),
    [
        ("/filings?limit=201", "/query/limit", "out_of_range"),
        ("/filings?limit=x", "/query/limit", "bad_format"),
        ("/filings?cursor=" + "a" * 1025, "/query/cursor", "too_long"),
        ("/filings/x", "/path/number", "bad_format"),
        ("/filings/" + "9" * 5000, "/path/number", "out_of_range"),
    ],
)
async def test_parameters_are_pointed_at(path: str, pointer: str, code: str) -> None:
    async with sample.client() as client:
        answer = await client.get(path)
    found = answer.json()["errors"]
    assert answer.status_code == 422
    assert [(each["pointer"], each["code"]) for each in found] == [(pointer, code)]
    assert "9" * 100 not in str(found)


async def test_an_answer_that_breaks_off_is_not_ended_as_if_it_were_whole() -> None:
    async with sample.client() as client:
        with pytest.raises((RuntimeError, ExceptionGroup)):
            await client.get("/broken-stream")
