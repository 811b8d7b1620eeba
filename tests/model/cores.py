"""The four services as values: each hears an event or obeys a person, and returns what it tells.

What is decided, the services' own code decides; here is only what their stores would keep.
"""

from collections.abc import Callable, Coroutine, Mapping, Sequence
from dataclasses import dataclass, field, replace
from types import SimpleNamespace
from typing import Any, TypeVar, cast
from uuid import UUID

from services.booking import consumers as booking_consumers
from services.booking.commands.turn import Turn
from services.booking.desk import Desk
from services.booking.settings import Settings as BookingSettings
from services.declaration import consumers as declaration_consumers
from services.declaration.domain.filing import Filing, Step
from services.inspection.domain import hearing, records
from services.inspection.domain.case import Case, Change
from services.inspection.domain.records import Actor, Moment
from services.inspection.settings import Settings as InspectionSettings
from services.mutual_recognition.rules import answering, closing, decide, matter, overdue
from services.mutual_recognition.rules.draw import Ticket
from services.mutual_recognition.rules.matter import Matter
from shared.clock import Clock
from shared.contracts import case as case_contract
from shared.contracts import derived
from shared.contracts import filing as filing_contract
from shared.contracts.envelope import Event
from shared.contracts.filing import Consignment
from shared.ids import Ids
from shared.kit import Kit
from tests.model.yard_rows import Rows
from tests.unit.mutual_recognition import builders

Told = list[tuple[Sequence[Event], int]]
"""Events, each time of one aggregate, with the aggregate's version after them."""

Result = TypeVar("Result")

ITSELF = Actor(subject="model", role="service")


@dataclass
class Declaration:
    """Filings by id."""

    clock: Clock
    filings: dict[UUID, Filing] = field(default_factory=dict)

    def hear(self, event: Any) -> Told:
        """What an event of another service does to its filing."""
        react = declaration_consumers.REACTIONS.get(type(event))
        if react is None:
            return []
        before = self.filings[event.filing_id]
        step = react(before, event, now=self.clock.wall())
        return [] if step is None else self.keep(step)

    def keep(self, step: Step) -> Told:
        """Save a step."""
        self.filings[step.filing.id] = step.filing
        return [(step.events, step.filing.version)]


@dataclass
class Recognising:
    """Matters by the requirement's id, decided by the founding rules, whatever is drawn."""

    clock: Clock
    ids: Ids
    trusted: str
    matters: dict[UUID, Matter] = field(default_factory=dict)

    def hear(self, event: Event) -> Told:
        """What a filing's or a case's event does to its matter."""
        if isinstance(event, filing_contract.FilingAccepted):
            return self.keep(
                matter.begin(
                    event,
                    self._case(event.consignment),
                    ticket=Ticket("model", str(event.filing_id)),
                    agencies=builders.AGENCIES,
                    ids=self.ids,
                )
            )
        before = self.matters[derived.requirement_id(event.filing_id)]
        if isinstance(event, case_contract.CaseEvent):
            return self._of_case(before, event)
        asks = filing_contract.AmendmentRequested | filing_contract.WithdrawalRequested
        return self.keep(answering.request(before, event)) if isinstance(event, asks) else []

    def _of_case(self, before: Matter, event: case_contract.CaseEvent) -> Told:
        if isinstance(event, case_contract.LeaveGiven):
            return self._leave_given(before, event)
        if isinstance(event, case_contract.LeaveRefused):
            if answering.waiting(before, event.purpose) is None:
                return []
            change = matter.Change(before)
            return self.keep(answering.refuse(change, purpose=event.purpose, reason=event.reason))
        if isinstance(event, case_contract.CasePlanned):
            return self.keep(matter.Change(overdue.planned(before, event.slot.ends)))
        if isinstance(event, case_contract.CaseOpened):
            return self.keep(matter.Change(overdue.opened(before, event.opened_at)))
        if isinstance(event, case_contract.SectionConcluded):
            return self.keep(
                closing.conclude(before, event, agencies=builders.AGENCIES, ids=self.ids)
            )
        if isinstance(event, case_contract.CaseEscalationRequested):
            return self._escalated(before, event)
        return []

    def lapse(self, current: Matter) -> Told:
        """What follows if its result was due by now."""
        now, agencies = self.clock.yard(), builders.AGENCIES
        lapsed = overdue.lapse(current, now=now, agencies=agencies, ids=self.ids)
        return [] if lapsed is None else self.keep(lapsed)

    def keep(self, change: matter.Change) -> Told:
        """Save a change."""
        after = change.matter
        self.matters[after.requirement.id] = after
        told: Told = []
        for version, aggregate in (
            (after.requirement.version, "requirement"),
            (after.recognition.version if after.recognition else 0, "recognition"),
        ):
            told.append(([each for each in change.events if each.aggregate == aggregate], version))
        return told

    def _leave_given(self, before: Matter, event: case_contract.LeaveGiven) -> Told:
        pending = answering.waiting(before, event.purpose)
        if pending is None:
            return []
        if pending.consignment is None:
            return self.keep(answering.withdraw(before))
        case = self._case(pending.consignment)
        now, agencies = self.clock.wall(), builders.AGENCIES
        return self.keep(
            answering.amend(
                before,
                pending,
                case,
                ticket=before.decision.ticket,
                agencies=agencies,
                ids=self.ids,
                now=now,
            )
        )

    def _escalated(self, before: Matter, event: case_contract.CaseEscalationRequested) -> Told:
        wish = closing.escalation(event, order_id=self.ids(), now=self.clock.wall())
        try:
            return self.keep(closing.order(before, wish, agencies=builders.AGENCIES, ids=self.ids))
        except closing.IDLE:
            return []

    def _case(self, consignment: Consignment) -> decide.Case:
        rated = consignment.consignee.uscc == self.trusted
        return builders.trusted(consignment) if rated else builders.case(consignment)


@dataclass
class Inspection:
    """Cases by the requirement's id, and the chain of each."""

    clock: Clock
    settings: InspectionSettings = field(default_factory=InspectionSettings)
    cases: dict[UUID, Case] = field(default_factory=dict)
    chains: dict[UUID, list[records.Record]] = field(default_factory=dict)

    def now(self) -> Moment:
        """Now, on both clocks."""
        return Moment(wall=self.clock.wall(), yard=self.clock.yard())

    def hear(self, event: Any) -> Told:
        """What another service's event does to its case."""
        table = {**hearing.of_requirement(self.settings.wait), **hearing.OF_BOOKING}
        decide = table.get(type(event))
        case = self.cases.get(getattr(event, "requirement_id", None) or UUID(int=0))
        if decide is None or (case is None and not hearing.makes_a_case(event)):
            return []
        if case is None:
            requirement = event.requirement_id
            case = Case(
                id=derived.case_id(requirement),
                filing_id=event.filing_id,
                requirement_id=requirement,
                created_at=self.clock.wall(),
            )
            self.cases[requirement] = case
        return self.keep(decide(case, event, self.now()), who=ITSELF)

    def keep(self, change: Change | None, *, who: Actor) -> Told:
        """Save a change and append to the case's chain."""
        if change is None:
            return []
        case = change.case
        made = records.append(case.head, change.notes, case_id=case.id, actor=who, now=self.now())
        if made:
            case = replace(case, head=records.Head(seq=made[-1].seq, hash=made[-1].hash))
        self.cases[case.requirement_id] = case
        self.chains.setdefault(case.id, []).extend(made)
        return [(change.events, case.version)]


@dataclass
class Booking:
    """The yard's rows, and booking's own handlers and desk."""

    rows: Rows
    desk: Desk
    handlers: Mapping[type[Event], Callable[..., Any]]

    @classmethod
    def of(cls, rows: Rows, *, clock: Clock, ids: Ids) -> "Booking":
        """Booking with these rows."""
        kit = cast(Kit, SimpleNamespace(clock=clock, ids=ids))
        settings = BookingSettings()
        desk = Desk(kit, settings)
        return cls(rows, desk, booking_consumers.handlers(desk))

    def hear(self, event: Event) -> Told:
        """What another service's event does to its booking."""
        handler = self.handlers.get(type(event))
        return [] if handler is None else self.act(lambda rows, _: handler(rows, event, None))

    def act(self, command: Callable[[Any, Turn], Coroutine[Any, Any, object]]) -> Told:
        """Run a command in a transaction of its own."""

        async def transaction() -> Told:
            self.rows.told = []
            async with self.rows.transaction():
                await command(self.rows, await self.desk.turn(cast(Any, self.rows)))
            return self.rows.told

        return run(transaction())


def run(coroutine: Coroutine[Any, Any, Result]) -> Result:
    """The result of a coroutine that never has to wait."""
    try:
        coroutine.send(None)
    except StopIteration as done:
        return cast(Result, done.value)
    raise AssertionError("something waits in a world without waiting")
