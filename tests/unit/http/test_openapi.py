"""The OpenAPI document and the catalogue tell the truth about what routes take and answer."""

import gc
import re
from typing import Any

import jsonschema_rs
import pytest

from shared import errors
from shared.http import catalogue
from tests.unit.http import sample


@pytest.fixture
def document() -> dict[str, Any]:
    return sample.create().openapi()


def test_a_json_body_is_documented_with_its_schema(document: dict[str, Any]) -> None:
    wanted = document["paths"]["/filings"]["post"]["requestBody"]
    name = wanted["content"]["application/json"]["schema"]["$ref"].rsplit("/", 1)[1]
    schema = document["components"]["schemas"][name]
    assert wanted["required"] is True
    assert schema["additionalProperties"] is False
    assert schema["required"] == ["name"]
    assert schema["properties"]["name"]["maxLength"] == 20


def test_every_reference_leads_somewhere(document: dict[str, Any]) -> None:
    named = set(re.findall(r"#/components/schemas/([^']+)'", str(document)))
    assert named
    assert named <= set(document["components"]["schemas"])
    assert not {"HTTPValidationError", "ValidationError"} & set(document["components"]["schemas"])


def test_every_operation_may_answer_with_a_problem(document: dict[str, Any]) -> None:
    for path in document["paths"].values():
        for operation in path.values():
            content = operation["responses"]["4XX"]["content"]["application/problem+json"]
            assert content["schema"] == {"$ref": "#/components/schemas/Problem"}
            assert "422" not in operation["responses"]


def test_every_operation_may_answer_that_there_are_too_many(document: dict[str, Any]) -> None:
    described = document["components"]["responses"]["TooManyRequests"]
    assert described["headers"]["Retry-After"]["required"] is True
    for path in document["paths"].values():
        for operation in path.values():
            assert operation["responses"]["429"]["$ref"].endswith("/TooManyRequests")


async def test_problems_match_their_documented_schema(document: dict[str, Any]) -> None:
    schema = {"$ref": "#/components/schemas/Problem", "components": document["components"]}
    async with sample.client() as client:
        for path in ("/fails/taken", "/fails/bug", "/filings?limit=x", "/nowhere"):
            jsonschema_rs.validate(schema, (await client.get(path)).json())


def test_the_idempotency_key_is_documented_as_required(document: dict[str, Any]) -> None:
    (parameter,) = document["paths"]["/filings"]["post"]["parameters"]
    assert (parameter["name"], parameter["in"]) == ("Idempotency-Key", "header")
    assert parameter["required"] is True


def test_bearer_tokens_are_a_known_scheme(document: dict[str, Any]) -> None:
    assert document["components"]["securitySchemes"]["bearerAuth"]["scheme"] == "bearer"


async def test_the_document_is_served() -> None:
    api = sample.create()
    async with sample.client(api) as client:
        assert (await client.get("/openapi.json")).json() == api.openapi()
        assert (await client.get("/docs")).status_code == 404


async def test_the_type_of_a_problem_leads_to_its_meaning() -> None:
    async with sample.client() as client:
        problem = (await client.get("/fails/taken")).json()
        meaning = (await client.get(problem["type"])).json()
        unknown = await client.get("/problems/no_such_code")
        everything = (await client.get("/problems")).json()
    assert meaning["title_zh"] == problem["title_zh"]
    assert meaning["status"] == problem["status"]
    assert unknown.status_code == 404
    assert meaning in everything


def test_every_code_is_told_in_both_languages() -> None:
    for entry in catalogue.catalogue().values():
        for chinese in (entry.title_zh, entry.mend.zh or "无"):
            assert re.search("[\u4e00-\u9fff]", chinese), entry
        assert entry.title.isascii()
        assert bool(entry.mend.en) == bool(entry.mend.zh)


def test_a_code_claimed_twice_is_found() -> None:
    assert "sample_taken" not in catalogue.clashes()
    second = type("SampleTaken", (errors.Invalid,), {"__doc__": "Another.", "zh": "另一个。"})
    assert catalogue.clashes() == ["sample_taken"]
    del second
    gc.collect()
    assert catalogue.clashes() == []
