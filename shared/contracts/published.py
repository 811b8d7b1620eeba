"""The committed form of each event: its JSON schema and a sample, for readers in any language.

Both hold the whole message, envelope and data. A schema says what a producer sends; readers
tolerate more.
"""

import json
from pathlib import Path
from typing import Any

from pydantic import create_model
from pydantic.json_schema import GenerateJsonSchema, JsonSchemaValue
from pydantic_core import core_schema

from shared.contracts.envelope import Envelope, Event

SCHEMAS = Path(__file__).parent / "schemas"
SAMPLES = Path(__file__).parent / "samples"

DIALECT = "https://json-schema.org/draft/2020-12/schema"


class WireSchema(GenerateJsonSchema):
    """JSON schema of what is on the wire, where a decimal is always a string, never a number."""

    def decimal_schema(self, schema: core_schema.DecimalSchema) -> JsonSchemaValue:
        """Digits as they were declared; no exponent, no NaN."""
        return {"type": "string", "pattern": r"^-?[0-9]+(\.[0-9]+)?$"}


def file_name(event: type[Event]) -> str:
    """The name of an event's schema and of its sample: `filing.accepted.v1.json`."""
    return f"{event.type().removeprefix('onestop.')}.json"


def message(event: type[Event]) -> type[Envelope]:
    """The envelope with this event's data."""
    return create_model(
        f"{event.__name__}Message", __base__=Envelope, __doc__=event.__doc__, data=(event, ...)
    )


def schema(event: type[Event]) -> dict[str, Any]:
    """The JSON schema (2020-12) of the event's message."""
    made = message(event).model_json_schema(schema_generator=WireSchema)
    made["properties"]["type"] = {"const": event.type(), "type": "string"}
    return {"$schema": DIALECT, "$id": f"urn:{event.type().replace('.', ':')}", **made}


def sample(event: type[Event]) -> Envelope:
    """The committed sample of the event. Raises OSError, ValueError."""
    return Envelope.model_validate_json((SAMPLES / file_name(event)).read_bytes())


def normal_form(event: type[Event]) -> dict[str, Any]:
    """The event's sample as the outbox would write it."""
    envelope = sample(event)
    data = event.model_validate(envelope.data).model_dump(mode="json")
    return envelope.model_copy(update={"data": data}).model_dump(mode="json", exclude_none=True)


def written(document: Any) -> str:
    """A JSON document as it is committed: two spaces, a line feed at the end."""
    return json.dumps(document, ensure_ascii=False, indent=2) + "\n"
