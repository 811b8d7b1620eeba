"""A case's records as a broker follows them: what happened to each container, when and where.

The terms are those of DCSA's Track and Trace standard where it has them: gated in and out, seal
removed for inspection, stripped, stuffed, resealed. It has none for the way to a bay and for the
doors; those come with our own step alone.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID, uuid5

from services.inspection.domain.handling import Step
from services.inspection.domain.records import Record


class Equipment(StrEnum):
    """DCSA's `equipmentEventTypeCode`, as far as a yard has to do with it."""

    GATED_IN = "GTIN"
    GATED_OUT = "GTOT"
    SEAL_REMOVED = "RMVD"
    STRIPPED = "STRP"
    STUFFED = "STUF"
    RESEALED = "RSEA"


CODES: Mapping[str, Equipment] = {
    "gated_in": Equipment.GATED_IN,
    "gated_out": Equipment.GATED_OUT,
    Step.SEAL_REMOVED: Equipment.SEAL_REMOVED,
    Step.UNPACKED: Equipment.STRIPPED,
    Step.REPACKED: Equipment.STUFFED,
    Step.RESEALED: Equipment.RESEALED,
}
GATES: Mapping[str, str] = {
    "gate_in": "gated_in",
    "gate_out": "gated_out",
    "gate_out_part": "gated_out",
}
KINDS = frozenset({*GATES, "handled"})
"""The kinds of records that a container's way is told by."""


@dataclass(frozen=True)
class Tracked:
    """One thing that happened to one container; `at` on the yard clock, `written_at` on the wall.

    `step` is `gated_in`, `gated_out` or a step in the yard; `empty` is how it left the container.
    """

    id: UUID
    container: str
    step: str
    at: datetime
    written_at: datetime
    yard: str
    bay: str | None
    seal: str | None
    empty: bool

    @property
    def code(self) -> Equipment | None:
        """DCSA's term for it, if there is one."""
        return CODES.get(self.step)


def track(records: list[Record]) -> list[Tracked]:
    """What records of `KINDS` tell, in their order."""
    emptied: set[str] = set()
    return [each for record in records for each in _of(record, emptied)]


def _of(record: Record, emptied: set[str]) -> Iterator[Tracked]:
    """The events of a record; `emptied` are the containers that stand unpacked, kept up to date."""
    told = record.payload
    passed = told.get("seals") if record.kind in GATES else [told]
    for each in passed if isinstance(passed, list) else []:
        facts: Mapping[str, object] = each if isinstance(each, dict) else {}
        container, seal, bay = (facts.get(name) for name in ("container", "seal", "bay"))
        step = GATES.get(record.kind) or str(told.get("step"))
        if step == Step.UNPACKED:
            emptied.add(str(container))
        elif step == Step.REPACKED:
            emptied.discard(str(container))
        yield Tracked(
            id=uuid5(record.case_id, f"{record.seq}/{container}"),
            container=str(container),
            step=step,
            at=record.times.yard,
            written_at=record.times.wall,
            yard=str(told.get("yard")),
            bay=None if bay is None else str(bay),
            seal=None if seal is None else str(seal),
            empty=container in emptied,
        )
