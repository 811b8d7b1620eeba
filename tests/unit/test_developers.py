"""The desk's documents are made of the contracts: nothing is missing, nothing is of yesterday."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from services.cli.developers import material, postman
from services.cli.registry import ENTRIES
from shared.http import catalogue
from tests import factories

API = Path(__file__).parents[2] / "docs" / "api"
DOCUMENTS = {
    entry.prefix: json.loads((API / f"openapi-{entry.name}.json").read_text("utf-8"))
    for entry in ENTRIES
}


def _operations() -> Iterator[str]:
    for prefix, document in DOCUMENTS.items():
        for path, method, _ in postman.operations(document):
            yield f"{method.upper()} {prefix}{path}"


def test_the_changelog_names_every_operation_once() -> None:
    named = [each for change in material.changes() for each in change["added"]]
    assert sorted(named) == sorted(_operations()), "add it to services/cli/developers/changes.json"


def test_the_changelog_is_in_both_languages_the_newest_first() -> None:
    days = [change["on"] for change in material.changes()]
    assert days == sorted(days, reverse=True)
    assert all(change["zh"] and change["en"] for change in material.changes())


def _items(folder: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for each in folder["item"]:
        if "item" in each:
            yield from _items(each)
        else:
            yield each


def test_every_operation_is_in_the_postman_collection() -> None:
    made = postman.collection(DOCUMENTS)
    found = []
    for item in _items(made):
        request = item["request"]
        steps = [f"{{{it[1:]}}}" if it.startswith(":") else it for it in request["url"]["path"]]
        found.append(f"{request['method']} /{'/'.join(steps)}")
        assert request["url"]["raw"] == "/".join(("{{baseUrl}}", *request["url"]["path"]))
        variables = {each["key"] for each in request["url"]["variable"]}
        assert variables == {it[1:] for it in request["url"]["path"] if it.startswith(":")}
    assert sorted(found) == sorted(_operations())


def test_what_takes_a_key_has_a_fresh_one_and_a_body_says_what_it_is() -> None:
    document = {
        "info": {"title": "One"},
        "paths": {
            "/v1/things/{id}": {
                "post": {
                    "summary": "Do",
                    "parameters": [
                        {"name": "id", "in": "path", "required": True, "schema": {}, "example": 7},
                        {"name": "Idempotency-Key", "in": "header", "required": True, "schema": {}},
                        {"name": "at", "in": "query", "required": False, "schema": {"default": 1}},
                    ],
                    "requestBody": {
                        "content": {"application/json": {"examples": {"a": {"value": {"n": 1}}}}}
                    },
                }
            }
        },
    }
    (item,) = _items(postman.collection({"/one": document}))
    request = item["request"]
    assert {each["key"]: each["value"] for each in request["header"]} == {
        "Idempotency-Key": "{{$guid}}",
        "Content-Type": "application/json",
    }
    assert json.loads(request["body"]["raw"]) == {"n": 1}
    assert request["url"]["variable"] == [{"key": "id", "value": "7"}]
    assert request["url"]["query"] == [{"key": "at", "value": "1", "disabled": True}]


def test_every_code_is_shown_with_an_example_that_has_it() -> None:
    shown = material.problems()
    assert {entry.code for entry, _ in shown} == set(catalogue.catalogue())
    assert all(entry.code in json.dumps(example) for entry, example in shown)


def test_each_task_has_a_program_in_both_languages() -> None:
    for task in material.tasks():
        assert all(task["programs"].values()), task["name"]
    listed = {f"{task['name']}.{end}" for task in material.tasks() for end in material.LANGUAGES}
    assert {each.name for each in material.TASKS.iterdir() if each.is_file()} == listed


@pytest.mark.parametrize("name", ["../tasks.json", "tasks.json", "", "file", "file.txt"])
def test_nothing_but_a_program_is_given_out_as_one(name: str) -> None:
    assert material.program(name) is None


def test_the_filing_to_begin_with_arrives_a_day_later_and_so_do_those_of_the_sheet() -> None:
    assert material.filing(now=factories.NOW)["arrival"] == "2026-03-03T01:00:00Z"
    lines = material.filings(now=factories.NOW).splitlines()
    assert [line.split(",")[0] for line in lines] == ["reference", "EXAMPLE-1", "EXAMPLE-2"]
