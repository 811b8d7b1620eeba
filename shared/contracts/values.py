"""Words that more than one service says, with the exact spelling they have on the wire."""

from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Annotated, Self

from pydantic import AwareDatetime, Field

from shared.contracts.envelope import Fact

CUSTOMS = "customs"
QUARANTINE = "quarantine"

Agency = Annotated[str, Field(pattern=r"^[a-z][a-z_]{1,31}$")]
Kilograms = Decimal
Instant = AwareDatetime


class Direction(StrEnum):
    """Which way the cargo crosses the border."""

    IMPORT = "import"
    EXPORT = "export"


class Mode(StrEnum):
    """How a requirement is met."""

    NONE = "none"
    SINGLE = "single"
    JOINT = "joint"
    RECOGNITION = "recognition"


class Scope(StrEnum):
    """How deep an inspection goes; each includes those before it."""

    DOCUMENTS = "documents"
    SCAN = "scan"
    UNPACK = "unpack"
    SAMPLE = "sample"

    @property
    def depth(self) -> int:
        """0 for documents, 3 for sample."""
        return _DEPTHS[self]


_DEPTHS = {scope: depth for depth, scope in enumerate(Scope)}


class BayKind(StrEnum):
    """What a place in a yard can take."""

    PLAIN = "plain"
    REEFER = "reefer"
    DANGEROUS = "dangerous"
    SCAN = "scan"


class Verdict(StrEnum):
    """What an agency concludes of its section."""

    CONFORM = "conform"
    MINOR = "minor"
    NONCONFORM = "nonconform"
    SUSPEND = "suspend"


class Disposal(StrEnum):
    """What is to be done with the cargo."""

    RELEASE = "release"
    TREAT = "treat"
    RETURN = "return"
    DESTROY = "destroy"
    DETAIN = "detain"


class Outcome(StrEnum):
    """How a requirement ends: for `held` the filing stays open with a reason."""

    RELEASED = "released"
    REFUSED_ENTRY = "refused_entry"
    HELD = "held"


class Element(StrEnum):
    """What one agency may recognise of the other's result."""

    NAME = "name"
    QUANTITY = "quantity"
    WEIGHT = "weight"


class Purpose(StrEnum):
    """What a broker asks for after acceptance."""

    AMEND = "amend"
    WITHDRAW = "withdraw"


class Sandbox(StrEnum):
    """The outcome that a reference asks for, where the configuration allows a sandbox."""

    REFUSED = "refused"
    JOINT = "joint"
    RECOGNISED = "recognised"
    HELD = "held"
    TIMEOUT = "timeout"


class Said(Fact):
    """What users read, in both languages."""

    en: str
    zh: str

    @classmethod
    def as_given(cls, text: str) -> Self:
        """A person's own words, in whatever language they are: nobody translates them."""
        return cls(en=text, zh=text)


class Container(Fact):
    """One container: ISO 6346 number, ISO 6346 size-type code, the goods lines inside."""

    number: str
    size_type: str
    lines: tuple[int, ...] = ()


class SlotWish(Fact):
    """What the broker would like of the slot; `auto_confirm` takes the best one at once."""

    auto_confirm: bool = False
    yard: str | None = None
    earliest: Instant | None = None
    latest: Instant | None = None


class AgencyNeed(Fact):
    """What one agency has to inspect: how deep, with which skills, for how many minutes."""

    agency: Agency
    scope: Scope
    skills: tuple[str, ...] = ()
    minutes: int = Field(ge=1)


class Line(Fact):
    """One goods line as the cross-check sees it: quantity in `unit`, net weight in kg."""

    number: int = Field(ge=1)
    hs_code: str
    name: str
    quantity: Decimal
    unit: str
    net_kg: Kilograms


class Finding(Fact):
    """Something an officer found: a stable code, what was seen, and in which container if known."""

    code: str
    text: str
    container: str | None = None


class Ground(Fact):
    """Why a verdict is what it is where no finding says so: a stable code, and in words."""

    code: str
    text: str


class TeamPlace(Fact):
    """Which team of an agency comes."""

    agency: Agency
    team: str


class Slot(Fact):
    """A yard, a bay and an interval (UTC) in which each required agency's team is present.

    `beside` are the bays next to `bay` that it takes as well, for several containers at once.
    `gear` is what the yard itself brings: equipment and unpacking gangs, where it plans them.
    """

    yard: str
    bay: str
    beside: tuple[str, ...] = ()
    teams: tuple[TeamPlace, ...]
    gear: tuple[str, ...] = ()
    starts: Instant
    ends: Instant


def utc(moment: datetime) -> str:
    """`moment` as RFC 3339 in UTC, for messages."""
    return moment.isoformat().replace("+00:00", "Z")
