"""The envelope of every event: CloudEvents 1.0 in JSON, with our extensions."""

from collections.abc import Mapping
from typing import Any, ClassVar
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field


class Fact(BaseModel):
    """A frozen value inside an event. Readers tolerate fields they do not know."""

    model_config = ConfigDict(frozen=True, extra="ignore")


class Event(Fact):
    """What happened to one aggregate, told to other services. Past tense, ids and facts only.

    `subject_field` names the field that holds the aggregate's id. A change of meaning is a new
    `schema_version`, hence a new type.
    """

    aggregate: ClassVar[str]
    name: ClassVar[str]
    subject_field: ClassVar[str]
    schema_version: ClassVar[int] = 1

    filing_id: UUID

    @classmethod
    def type(cls) -> str:
        """The CloudEvents type, such as `onestop.filing.accepted.v1`."""
        return f"onestop.{cls.aggregate}.{cls.name}.v{cls.schema_version}"

    @property
    def subject(self) -> UUID:
        """The id of the aggregate this happened to."""
        value: UUID = getattr(self, self.subject_field)
        return value


class Envelope(BaseModel):
    """An event on its way.

    `aggregateversion` counts the events of one aggregate from 1 without a gap, so a consumer
    orders by it and never by `time`. `correlationid` is the filing, `causationid` the event or
    request that led to this one, `traceparent` the W3C trace context. `knows` are the last events
    of the filing's other aggregates that the producer had heard or told when it wrote this one,
    such as `booking=2,case=5`.
    """

    model_config = ConfigDict(frozen=True, extra="ignore")

    specversion: str = "1.0"
    id: UUID
    source: str
    type: str = Field(pattern=r"^onestop\.[a-z_]+\.[a-z_]+\.v[0-9]+$")
    subject: UUID
    time: AwareDatetime
    datacontenttype: str = "application/json"
    aggregateversion: int = Field(ge=1)
    correlationid: UUID
    causationid: str | None = None
    traceparent: str | None = None
    knows: str | None = Field(default=None, pattern=r"^[a-z_]+=[0-9]+(,[a-z_]+=[0-9]+)*$")
    data: dict[str, Any]

    @property
    def aggregate(self) -> str:
        """Which kind of aggregate it is about, such as `filing`."""
        return self.type.split(".")[1]

    @property
    def known(self) -> Mapping[str, int]:
        """The versions in `knows`, by aggregate."""
        pairs = (each.split("=") for each in self.knows.split(",")) if self.knows else ()
        return {name: int(version) for name, version in pairs}
