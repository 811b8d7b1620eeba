"""The AsyncAPI 3.0 document of all events, made from the catalogue."""

from collections.abc import Iterator
from importlib.metadata import version
from typing import Any

from pydantic.json_schema import models_json_schema

from shared.contracts.catalogue import CATALOGUE, Aggregate
from shared.contracts.envelope import Event
from shared.contracts.published import WireSchema, message, sample

REF = "#/components/schemas/"
CONTENT_TYPE = "application/cloudevents+json"

Document = dict[str, Any]


def document() -> Document:
    """Every channel (one an aggregate), operation (who sends, who receives) and message.

    Addresses have the default namespace `onestop`.
    """
    return {
        "asyncapi": "3.0.0",
        "info": {
            "title": "Onestop events",
            "version": version("onestop"),
            "description": (
                "CloudEvents 1.0 in JSON over NATS JetStream. Delivery is at least once; order"
                " holds within one aggregate, by `aggregateversion`."
            ),
        },
        "defaultContentType": CONTENT_TYPE,
        "channels": {each.name: _channel(each) for each in CATALOGUE},
        "operations": dict(operation for each in CATALOGUE for operation in _operations(each)),
        "components": {
            "messages": {
                event.type(): _message(event) for each in CATALOGUE for event in each.events
            },
            "schemas": _schemas(),
        },
    }


def _channel(aggregate: Aggregate) -> Document:
    return {
        "address": f"onestop.{aggregate.name}.{{event}}",
        "description": f"Everything that happens to a {aggregate.name}.",
        "parameters": {
            "event": {
                "description": "What happened.",
                "enum": [event.name for event in aggregate.events],
            }
        },
        "messages": {
            event.name: {"$ref": f"#/components/messages/{event.type()}"}
            for event in aggregate.events
        },
    }


def _operations(aggregate: Aggregate) -> Iterator[tuple[str, Document]]:
    yield f"{aggregate.producer}.sends.{aggregate.name}", _operation(aggregate, action="send")
    for consumer in aggregate.consumers:
        yield f"{consumer}.receives.{aggregate.name}", _operation(aggregate, action="receive")


def _operation(aggregate: Aggregate, *, action: str) -> Document:
    channel = f"#/channels/{aggregate.name}"
    return {
        "action": action,
        "channel": {"$ref": channel},
        "messages": [{"$ref": f"{channel}/messages/{event.name}"} for event in aggregate.events],
    }


def _message(event: type[Event]) -> Document:
    return {
        "name": event.type(),
        "summary": (event.__doc__ or "").split("\n\n", 1)[0].strip(),
        "contentType": CONTENT_TYPE,
        "headers": {
            "type": "object",
            "properties": {
                "Nats-Msg-Id": {
                    "type": "string",
                    "description": "The event's id; `<id>:<n>` when it is sent for the n-th time.",
                },
                "Content-Type": {"type": "string", "const": CONTENT_TYPE},
            },
        },
        "payload": {"$ref": f"{REF}{message(event).__name__}"},
        "examples": [
            {
                "name": event.name,
                "payload": sample(event).model_dump(mode="json", exclude_none=True),
            }
        ],
    }


def _schemas() -> Document:
    events = [event for each in CATALOGUE for event in each.events]
    models = {event.type(): message(event) for event in events}
    _, made = models_json_schema(
        [(model, "validation") for model in models.values()],
        schema_generator=WireSchema,
        ref_template=f"{REF}{{model}}",
    )
    schemas: Document = made["$defs"]
    for event_type, model in models.items():
        schemas[model.__name__]["properties"]["type"] = {"const": event_type, "type": "string"}
    return dict(sorted(schemas.items()))
