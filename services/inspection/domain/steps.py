"""The steps that a device may record without a link, each as if it were taken now.

A conclusion is none of them: other services act on it, and its officer waits for the link.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import TypeAlias
from uuid import UUID

from services.inspection.domain import (
    attendance,
    finding_codes,
    gates,
    handling,
    inspecting,
    results,
    sampling,
    standing,
    treating,
)
from services.inspection.domain.case import Case, Change
from services.inspection.domain.facts import Seal
from services.inspection.domain.handling import Handling
from services.inspection.domain.records import Actor, Moment
from services.inspection.domain.results import Book, Result
from services.inspection.domain.sampling import Draw
from services.inspection.domain.waiting import Wait
from shared import errors
from shared.contracts.values import Finding
from shared.errors import Fault


class StepOfOfficers(errors.Forbidden):
    """Officers alone record this; yard staff record the gate and what is done to containers."""

    zh = "此项仅由关员登记；场站人员登记进出场和对集装箱的操作。"
    mend = "Have an officer record it."
    mend_zh = "请由关员登记。"


class StepOfYard(errors.Forbidden):
    """The yard's staff alone record who passes its gate."""

    zh = "进出场仅由场站人员登记。"
    mend = "Have the yard's staff record it."
    mend_zh = "请由场站人员登记。"


@dataclass(frozen=True)
class Opened:
    """The container was opened; a second time for a reason."""

    reason: str | None = None


@dataclass(frozen=True)
class Joined:
    """The agency came to the open container."""


@dataclass(frozen=True)
class Found:
    """Something was found, at this time by the device's clock: by the list of findings of then."""

    finding: Finding
    at: datetime


@dataclass(frozen=True)
class Came:
    """Officers of the agency came to the container; none named: the one whose device it is.

    `at` is the device's own time.
    """

    officers: tuple[str, ...]
    at: datetime


@dataclass(frozen=True)
class Left(Came):
    """They left it."""


@dataclass(frozen=True)
class CameIn:
    """The consignment came in through the yard's gate, under these seals."""

    seals: tuple[Seal, ...]


@dataclass(frozen=True)
class WentOut(CameIn):
    """It left, or what is decided of it did."""


@dataclass(frozen=True)
class HandedOver:
    """The sample `number` of the section went to its next holder."""

    number: int
    to: str
    seal_intact: bool


OfSamples: TypeAlias = Draw | HandedOver
What: TypeAlias = (
    Result | Found | Handling | OfSamples | Opened | Joined | Came | treating.Result | CameIn
)
Codes: TypeAlias = Callable[[datetime, datetime], finding_codes.Known]
"""The codes of findings that the officer's agency had on the days of two moments."""


def together(one: What, other: What) -> bool:
    """Whether two steps in a row may be taken as one: answers, which leave the case as it is."""
    return isinstance(one, Result) and isinstance(other, Result)


@dataclass(frozen=True)
class Taker:
    """Who takes steps, when; the yard of yard staff; each case's book of an officer's agency.

    By `skew` the device's clock is ahead of ours; `codes` are those of findings on some days.
    """

    who: Actor
    now: Moment
    wait: Wait
    yard: str | None
    books: Mapping[UUID, Book]
    skew: timedelta = timedelta(0)
    codes: Codes | None = None

    def take(self, case: Case, steps: Sequence[What]) -> Change:
        """The change that a step makes, or several `together`.

        Raises what the step of its kind raises, with pointers into a device's record.
        """
        if self.yard is not None and not isinstance(steps[0], Handling | CameIn):
            raise StepOfOfficers(pointer="/kind")
        if self.yard is None and isinstance(steps[0], CameIn):
            raise StepOfYard(pointer="/kind")
        try:
            return self._take(case, steps)
        except errors.Faults as several:
            placed = [replace(each, pointer=f"/data{each.pointer}") for each in several.faults]
            raise errors.Faults(*placed, left_out=several.left_out) from several
        except errors.Refused as why:
            why.pointer = f"/data{why.pointer}" if why.pointer else "/case_id"
            raise

    def _take(self, case: Case, steps: Sequence[What]) -> Change:
        what = steps[0]
        if isinstance(what, Handling):
            return self._handle(case, what)
        if isinstance(what, CameIn):
            return self._gate(case, what)
        if isinstance(what, Came):
            return self._pass(case, what)
        if isinstance(what, treating.Result):
            return treating.tell(case, what, who=self.who, now=self.now)
        if isinstance(what, HandedOver):
            return self._hand_over(case, what)
        standing.going_on(case)
        standing.needed_section(case, self.who)
        if not isinstance(what, Opened):
            standing.opened(case)
        if isinstance(what, Result):
            answers = [each for each in steps if isinstance(each, Result)]
            book = self.books[case.id]
            return results.record(case, answers, who=self.who, book=book, in_order=False, place="")
        return self._officer(case, what)

    def _handle(self, case: Case, what: Handling) -> Change:
        if self.yard is not None:
            gates.of_yard(case, self.yard)
        else:
            standing.needed_section(case, self.who)
        return handling.handle(case, what)

    def _gate(self, case: Case, what: CameIn) -> Change:
        act = gates.gate_out if isinstance(what, WentOut) else gates.gate_in
        return act(gates.of_yard(case, self.yard or ""), what.seals, now=self.now)

    def _pass(self, case: Case, what: Came) -> Change:
        """How long somebody stayed is told by the device's clock: its two times have one skew."""
        act = attendance.leave if isinstance(what, Left) else attendance.come
        passing = attendance.Passing(what.officers, what.at - self.skew)
        return act(case, passing, who=self.who, now=self.now.yard)

    def _hand_over(self, case: Case, what: HandedOver) -> Change:
        return sampling.hand_over(
            case,
            what.number,
            to=what.to,
            seal_intact=what.seal_intact,
            who=self.who,
            now=self.now,
        )

    def _find(self, case: Case, what: Found) -> Change:
        """By the list of when the device made it, or of today's."""
        wrong: list[Fault] = []
        if self.codes is not None:
            known = self.codes(self.now.yard, min(what.at - self.skew, self.now.yard))
            wrong += finding_codes.faults([what.finding], known, pointer=lambda _: "/code")
        return inspecting.find(case, what.finding, who=self.who, now=self.now, beside=wrong)

    def _officer(self, case: Case, what: Found | Draw | Opened | Joined) -> Change:
        who, now = self.who, self.now
        if isinstance(what, Found):
            return self._find(case, what)
        if isinstance(what, Draw):
            return sampling.draw(case, what, who=who, now=now)
        if isinstance(what, Opened):
            return inspecting.open_container(case, who=who, present=(), reason=what.reason, now=now)
        return inspecting.join(case, who=who, now=now, wait=self.wait)
