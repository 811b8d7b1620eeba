"""Every example of the OpenAPI documents runs, and is answered as it says."""

import json
from typing import Any

import pytest

from services.cli.developers import postman
from services.cli.registry import BY_NAME
from tests import documents
from tests import servers as support
from tests.e2e import examples

BROKERS = ("declaration", "booking")
"""Where brokers send something."""


async def test_each_request_is_answered_in_status_and_shape_as_its_example_says(
    servers: support.TestServers, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in examples.ALLOWED.items():
        monkeypatch.setenv(name, value)
    await examples.replayed(servers)


@pytest.mark.parametrize("service", BROKERS)
def test_all_that_a_broker_sends_as_json_has_an_example(service: str) -> None:
    lacking = [
        f"{method} {path}"
        for path, method, operation in postman.operations(documents.of(service))
        if "broker" in operation.get("x-roles", ())
        for content in [operation.get("requestBody", {}).get("content", {})]
        if "application/json" in content and not content["application/json"].get("examples")
    ]
    assert lacking == []


@pytest.mark.parametrize("service", BROKERS)
def test_the_postman_collection_sends_what_the_example_does(service: str) -> None:
    entry = BY_NAME[service]
    document = documents.of(service)
    made = postman.collection({entry.prefix: document})["item"][0]
    bodies = {
        (item["request"]["method"], item["request"]["url"]["raw"]): item["request"]["body"]
        for folder in made["item"]
        for item in folder["item"]
        if "body" in item["request"]
    }
    first: dict[tuple[str, str], Any] = {}
    for step in examples.told()[entry.prefix]:
        if "body" in step and "at" not in step:
            method, path = step["operation"].split(" ")
            named = (entry.prefix + path).replace("{", ":").replace("}", "")
            first.setdefault((method, f"{{{{baseUrl}}}}{named}"), step["body"])
    assert first
    for key, body in first.items():
        assert json.loads(bodies[key]["raw"]) == body, key


@pytest.mark.parametrize(
    ("example", "actual"),
    [
        ({"a": 1}, {"a": 1, "b": 2}),
        ({"a": None}, {"a": "x"}),
        ({"status": "held"}, {"status": "released"}),
        ([1], [1, 2]),
        ([{"a": 1}], [{"b": 1}]),
    ],
)
def test_another_shape_is_not_alike(example: Any, actual: Any) -> None:
    assert examples.alike(example, example)
    assert not examples.alike(example, actual)
