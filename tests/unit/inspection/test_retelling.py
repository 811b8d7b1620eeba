"""What a case's records tell is the case, whatever happened to it."""

from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import Any

import pytest

from services.inspection.domain import (
    concluding,
    consent,
    ending,
    gates,
    inspecting,
    planning,
    records,
    waiting,
)
from services.inspection.domain.case import Case, Change
from services.inspection.domain.facts import Recognition, Seal
from services.inspection.domain.records import Actor, Head, Record
from services.inspection.domain.retelling import story, telling
from services.inspection.domain.retelling.story import Story, Untold
from services.inspection.verifying import musts
from services.inspection.verifying.comparing import OrNone
from shared.contracts.values import Outcome, Purpose
from tests import factories
from tests.factories import container_number
from tests.unit.inspection import builders as b

SERVICE = Actor("mutual_recognition", "service")
WHY = factories.said("why")
SEALS = (Seal(container=container_number(1), seal="S1"),)


class Course:
    """A case as it goes on, with its records."""

    def __init__(self) -> None:
        self.case = b.new()
        self.chain: list[Record] = []
        self.minutes = 0.0

    def go(self, step: Callable[[Case], Change | None], who: Actor = SERVICE) -> "Course":
        """What a step makes of it."""
        change = step(self.case)
        assert change is not None
        now = b.at(self.minutes)
        made = records.append(change.case.head, change.notes, case_id=b.CASE, actor=who, now=now)
        self.chain += made
        head = Head(made[-1].seq, made[-1].hash)
        self.case = replace(change.case, head=head)
        self.minutes += 10
        return self

    def planned(self, **changes: Any) -> "Course":
        """Required, with a slot."""
        wanted = b.determined(**changes)
        return self.go(lambda case: self._require(case, wanted)).go(
            lambda case: planning.assign(case, b.slot())
        )

    def revised(self, cause: str = "escalation", **changes: Any) -> "Course":
        """Required anew."""
        return self.go(lambda case: self._require(case, b.revised(cause, **changes)))

    def _require(self, case: Case, event: Any) -> Change | None:
        return planning.require(case, event, now=b.at(self.minutes), wait=b.WAIT)

    def opened(self) -> "Course":
        """By customs."""

        def step(case: Case) -> Change:
            now = b.at(self.minutes)
            return inspecting.open_container(
                case, who=b.CUSTOMS, present=(), reason="again", now=now
            )

        return self.go(step, b.CUSTOMS)

    def concluded(self, who: Actor, report: Any = b.CONFORM) -> "Course":
        """One agency's verdict."""

        def step(case: Case) -> Change:
            now = b.at(self.minutes)
            return concluding.conclude(case, report, who=who, now=now, wait=b.WAIT)

        return self.go(step, who)

    def asked(self, purpose: Purpose) -> "Course":
        """May it still be changed?"""
        return self.go(lambda case: planning.ask_leave(case, purpose))


def retold(chain: Iterable[Record]) -> Story:
    begun = story.begun(
        b.CASE, filing_id=b.FILING, requirement_id=b.REQUIREMENT, created_at=factories.NOW
    )
    return telling.retell(begun, chain)


def _answered(case: Case, *, consents: bool) -> Change:
    reason = None if consents else "no"
    return consent.answer(case, consents=consents, reason=reason, who=b.CUSTOMS)


LIVES: dict[str, Callable[[], Course]] = {
    "frozen": lambda: Course().planned().asked(Purpose.WITHDRAW),
    "amended": lambda: Course().planned().asked(Purpose.AMEND).revised("amendment"),
    "revised while frozen": lambda: Course().planned().asked(Purpose.AMEND).revised(),
    "thawed": lambda: (
        Course()
        .planned()
        .asked(Purpose.AMEND)
        .go(lambda case: planning.thaw(case, settled=Purpose.AMEND, why=WHY))
    ),
    "void": lambda: Course().planned().go(lambda case: ending.void(Change(case), reason=WHY)),
    "consent asked": lambda: Course().planned().opened().asked(Purpose.AMEND),
    "withdrawal refused meanwhile": lambda: (
        Course().planned().opened().asked(Purpose.AMEND).asked(Purpose.WITHDRAW)
    ),
    "consented": lambda: (
        Course()
        .planned()
        .opened()
        .asked(Purpose.AMEND)
        .go(lambda case: _answered(case, consents=True), b.CUSTOMS)
    ),
    "consent refused": lambda: (
        Course()
        .planned()
        .opened()
        .asked(Purpose.AMEND)
        .go(lambda case: _answered(case, consents=False), b.CUSTOMS)
    ),
    "consent lapsed, waiting": lambda: (
        Course().planned().opened().asked(Purpose.AMEND).concluded(b.CUSTOMS)
    ),
    "closed up": lambda: (
        Course()
        .planned()
        .opened()
        .concluded(b.CUSTOMS)
        .go(lambda case: waiting.lapse(case, now=b.at(600)))
    ),
    "no more awaited": lambda: (
        Course().planned().opened().concluded(b.CUSTOMS).revised(**b.single())
    ),
    "held": lambda: (
        Course()
        .planned(**b.single())
        .opened()
        .concluded(b.CUSTOMS, b.SUSPEND)
        .go(lambda case: ending.meet(case, Outcome.HELD, reason=WHY, now=b.at(90)))
    ),
    "recognised": lambda: (
        Course()
        .planned(**b.recognition())
        .go(
            lambda case: planning.recognise(
                case, Recognition(status="expected", recognising_agency="customs")
            )
        )
    ),
    "back from the gate": lambda: (
        Course()
        .planned()
        .go(lambda case: gates.gate_in(case, SEALS, now=b.at(1)))
        .go(lambda case: gates.gate_out(case, SEALS, now=b.at(2)))
    ),
}


@pytest.mark.parametrize("name", LIVES)
def test_the_case_is_what_its_records_tell(name: str) -> None:
    course = LIVES[name]()
    told = retold(course.chain)
    assert replace(told.case, head=course.case.head) == course.case
    assert told.open == frozenset()


def test_a_revision_of_before_may_have_answered_what_was_asked_for() -> None:
    chain = Course().planned().asked(Purpose.AMEND).revised("amendment").chain
    end = chain[-1]
    facts = {name: value for name, value in end.payload.items() if name != "cause"}
    told = retold([*chain[:-1], replace(end, payload=facts)])
    (case,) = musts.rows_of(told, measured=True)["cases"]
    assert (case["leave"], case["consent"]) == (OrNone("amend"), OrNone(None))


def _of_before(chain: Iterable[Record]) -> list[Record]:
    """As records were before revisions had their cause."""
    return [
        replace(each, payload={name: it for name, it in each.payload.items() if name != "cause"})
        for each in chain
    ]


@pytest.mark.parametrize(
    "course",
    [
        Course().planned().asked(Purpose.AMEND).revised("amendment").opened(),
        LIVES["consented"]().revised("amendment").concluded(b.CUSTOMS),
        LIVES["consent asked"]().revised("amendment").concluded(b.CUSTOMS),
        LIVES["consent asked"]().revised().concluded(b.CUSTOMS),
    ],
    ids=["opened", "consented and concluded", "asked and concluded", "lapsed"],
)
def test_what_follows_a_revision_of_before_shows_that_nothing_is_asked(course: Course) -> None:
    told = retold(_of_before(course.chain))
    assert replace(told.case, head=course.case.head) == course.case


def test_a_record_that_cannot_follow_is_named() -> None:
    course = Course().planned().opened()
    with pytest.raises(Untold, match=r"record 4 \(opened\)"):
        retold([course.chain[0], *course.chain[3:]])
    unknown = replace(course.chain[-1], kind="sprinkled")
    with pytest.raises(Untold, match="nothing is known of its kind"):
        retold([*course.chain[:-1], unknown])
