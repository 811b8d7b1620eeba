"""How each container of a filing stands: as was told of it alone, else as the whole filing."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from services.declaration.domain.moves import Status
from shared.contracts.values import Outcome, Said


class State(StrEnum):
    """Where a container stands. `released`, `refused_entry` and `withdrawn` are final."""

    WAITING = "waiting"
    UNDER_INSPECTION = "under_inspection"
    HELD = "held"
    RELEASED = "released"
    REFUSED_ENTRY = "refused_entry"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True)
class Told:
    """The outcome that was told of a container alone, and why."""

    outcome: Outcome
    reason: Said


OF_THE_WHOLE: Mapping[Status, State] = {
    Status.HELD: State.HELD,
    Status.RELEASED: State.RELEASED,
    Status.REFUSED_ENTRY: State.REFUSED_ENTRY,
    Status.WITHDRAWN: State.WITHDRAWN,
}


def closed(told: Mapping[str, Told]) -> dict[str, Told]:
    """Those that were released or refused entry, for good."""
    return {number: each for number, each in told.items() if each.outcome is not Outcome.HELD}


def state(told: Told | None, *, whole: Status, opened: bool) -> State:
    """Where a container stands; `opened`: its filing's inspection has begun."""
    if told is not None:
        return State(told.outcome.value)
    begun = State.UNDER_INSPECTION if opened else State.WAITING
    return OF_THE_WHOLE.get(whole, begun)
