"""The AsyncAPI document contains every event, who sends it and who receives it."""

from typing import Any

import pytest
from jsonschema_rs import Draft202012Validator

from shared.contracts import asyncapi, catalogue, published


@pytest.fixture(scope="module")
def document() -> dict[str, Any]:
    """All of it."""
    return asyncapi.document()


def _resolve(document: dict[str, Any], reference: str) -> Any:
    node: Any = document
    for part in reference.removeprefix("#/").split("/"):
        node = node[part]
    return node


def _references(node: Any) -> list[str]:
    if isinstance(node, dict):
        mine = [node["$ref"]] if isinstance(node.get("$ref"), str) else []
        return mine + [each for value in node.values() for each in _references(value)]
    return [each for value in node for each in _references(value)] if isinstance(node, list) else []


def test_every_reference_leads_somewhere(document: dict[str, Any]) -> None:
    references = _references(document)
    assert references
    assert all(_resolve(document, each) is not None for each in references)


def test_every_event_is_a_message_of_its_aggregates_channel(document: dict[str, Any]) -> None:
    assert document["asyncapi"] == "3.0.0"
    for event in catalogue.BY_TYPE.values():
        channel = document["channels"][event.aggregate]
        assert event.name in channel["parameters"]["event"]["enum"]
        message = _resolve(document, channel["messages"][event.name]["$ref"])
        assert message["name"] == event.type()
    assert len(document["components"]["messages"]) == len(catalogue.BY_TYPE)


def test_operations_say_who_sends_and_who_receives(document: dict[str, Any]) -> None:
    told = {
        (name.split(".")[0], operation["action"], operation["channel"]["$ref"])
        for name, operation in document["operations"].items()
    }
    expected = set()
    for aggregate in catalogue.CATALOGUE:
        channel = f"#/channels/{aggregate.name}"
        expected.add((aggregate.producer, "send", channel))
        expected |= {(consumer, "receive", channel) for consumer in aggregate.consumers}
    assert told == expected


def test_every_sample_fits_its_messages_payload(document: dict[str, Any]) -> None:
    for event in catalogue.BY_TYPE.values():
        payload = document["components"]["messages"][event.type()]["payload"]
        schema = {**payload, "components": document["components"]}
        sample = published.sample(event).model_dump(mode="json", exclude_none=True)
        assert Draft202012Validator(schema).is_valid(sample), event.type()
