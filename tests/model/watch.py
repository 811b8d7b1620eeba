"""Looks at the town after every step, and remembers what must not be undone."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from services.booking.domain import booking as bookings
from services.declaration.domain import moves as filing_moves
from services.inspection.domain import moves as case_moves
from services.mutual_recognition.domain import recognition as recognitions
from services.mutual_recognition.domain import requirement as requirements
from services.mutual_recognition.rules.matter import Matter
from tests.model import agreement, holds
from tests.model.town import Town

Moves = Mapping[tuple[Any, Any], Any]
TABLES: Mapping[str, Moves] = {
    "filing": filing_moves.MOVES,
    "requirement": requirements.MOVES,
    "recognition": recognitions.MOVES,
    "case": case_moves.MOVES,
    "booking": bookings.MOVES,
}


def reachable(moves: Moves) -> dict[Any, set[Any]]:
    """The states that each state can lead to, by as many moves as it takes; itself too."""
    states = {before for before, _ in moves} | set(moves.values())
    found = {state: {state} for state in states}
    for _ in states:
        for (before, _act), after in moves.items():
            for reached in found.values():
                if before in reached:
                    reached.add(after)
    return found


REACHABLE = {name: reachable(moves) for name, moves in TABLES.items()}


@dataclass
class Watch:
    """One town's watch: the last status, the agencies involved and the version concluded on."""

    town: Town
    statuses: dict[tuple[str, UUID], Any] = field(default_factory=dict)
    agencies: dict[UUID, frozenset[str]] = field(default_factory=dict)
    concluded_on: dict[UUID, int] = field(default_factory=dict)

    def look(self) -> None:
        """Fails with everything that is broken now."""
        of_the_town = [each for check in holds.ALWAYS for each in check(self.town)]
        demand([*of_the_town, *self._moved(), *self._kept()])

    def agreed(self) -> None:
        """Fails where two services tell different stories, though every event has arrived."""
        self.look()
        demand(agreement.agreed(self.town))

    def done(self) -> None:
        """Fails unless everything has come to its one end and nothing is left over."""
        self.agreed()
        demand(agreement.done(self.town))

    def _moved(self) -> Iterator[str]:
        """Only by the tables; and every version is the number of events told."""
        for name, each, status, version in self._aggregates():
            before = self.statuses.get((name, each), status)
            self.statuses[name, each] = status
            told = self.town.bus.versions.get((name, each), 0)
            if status not in REACHABLE[name][before]:
                yield f"{name} {each} went from {before} to {status}"
            if version != told:
                yield f"{name} {each} is at version {version} with {told} events"

    def _aggregates(self) -> Iterator[tuple[str, UUID, Any, int]]:
        town = self.town
        for filing in town.declaration.filings.values():
            yield "filing", filing.id, filing.status, filing.version
        for matter in town.recognising.matters.values():
            required, recognition = matter.requirement, matter.recognition
            yield "requirement", required.id, required.status, required.version
            if recognition is not None:
                yield "recognition", recognition.id, recognition.status, recognition.version
        for case in town.inspection.cases.values():
            yield "case", case.id, case.status, case.version
        for booking in town.booking.rows.bookings.values():
            yield "booking", booking.id, booking.status, booking.version

    def _kept(self) -> Iterator[str]:
        """No agency that was selected is shed; what was concluded on is not exchanged."""
        for key, matter in self.town.recognising.matters.items():
            involved, version = _involved(matter), matter.requirement.filing_version
            if not self.agencies.get(key, frozenset()) <= involved:
                yield f"requirement {key} shed {self.agencies[key] - involved}"
            self.agencies[key] = involved
            if matter.conclusions and self.concluded_on.setdefault(key, version) != version:
                yield f"requirement {key} was concluded on in another version than {version}"


def _involved(matter: Matter) -> frozenset[str]:
    result = matter.requirement.determination
    recognising = (result.recognising,) if result.recognising else ()
    return frozenset(each.agency for each in (*result.needs, *recognising))


def demand(broken: Iterable[str]) -> None:
    """Fails with everything that is broken, if anything is."""
    found = list(broken)
    assert not found, "\n".join(found)
