"""Decide whether a part of a consignment has what is required, from the conclusions about it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from services.mutual_recognition.domain.determination import Determination
from shared.contracts.envelope import Fact
from shared.contracts.values import (
    Agency,
    AgencyNeed,
    Disposal,
    Finding,
    Instant,
    Kilograms,
    Line,
    Mode,
    Outcome,
    Said,
    Scope,
    Verdict,
)
from shared.reference import codes

RECOGNISED = ("recognised", "监管互认")
TREATMENT = Said(en="treatment ordered", zh="已责令处理")
FINDINGS = Said(en="the first agency reports findings", zh="首查单位有查验发现")


class Conclusion(Fact):
    """An agency's conclusion number `number` of its section, for one revision.

    `containers` are those that it is about; empty: the whole consignment.
    """

    agency: Agency
    number: int
    revision: int
    scope: Scope
    verdict: Verdict
    disposal: Disposal
    findings: tuple[Finding, ...] = ()
    found: tuple[Line, ...] = ()
    gross_kg: Kilograms | None = None
    officer: str
    concluded_at: Instant
    containers: tuple[str, ...] = ()

    def covers(self, part: str) -> bool:
        """Whether it is about this container, or about loose cargo."""
        return not self.containers or part in self.containers


class Step(StrEnum):
    """What is to be done about a part after a conclusion."""

    WAIT = "wait"
    COMPARE = "compare"
    DECLINE = "decline"
    MEET = "meet"


@dataclass(frozen=True)
class Settled:
    """The next step; outcome and reason if it is `meet`, the reason if it is `decline`."""

    step: Step
    outcome: Outcome | None = None
    reason: Said | None = None


def settle(determination: Determination, conclusions: Sequence[Conclusion]) -> Settled:
    """A part is decided once every agency that inspects has concluded on it deep enough.

    Any nonconform means refused entry, else any suspend or a treatment that is still to be made
    means held, else it is released. In mode `recognition` a release needs the comparison first, and
    there is something to compare only if the primary agency found nothing and had nothing treated;
    else the recognition is declined. A bad verdict of the primary agency needs no comparison.
    """
    latest = latest_of(conclusions)
    if not all(serves(latest.get(need.agency), need) for need in determination.needs):
        return Settled(Step.WAIT)
    said = [latest[need.agency] for need in determination.needs]
    verdicts = {each.verdict for each in said}
    reason = told(said)
    if Verdict.NONCONFORM in verdicts:
        return Settled(Step.MEET, Outcome.REFUSED_ENTRY, reason)
    if Verdict.SUSPEND in verdicts:
        return Settled(Step.MEET, Outcome.HELD, reason)
    if any(each.disposal is Disposal.TREAT for each in said):
        return Settled(Step.MEET, Outcome.HELD, TREATMENT)
    if determination.mode is Mode.RECOGNITION:
        primary = [each for each in conclusions if each.agency == said[0].agency]
        treated = any(each.disposal is Disposal.TREAT for each in primary)
        clean = said[0].verdict is Verdict.CONFORM and not said[0].findings
        if clean and not treated:
            return Settled(Step.COMPARE)
        return Settled(Step.DECLINE, reason=FINDINGS)
    return Settled(Step.MEET, Outcome.RELEASED, reason)


def told(conclusions: Sequence[Conclusion], *, recognised_by: Agency | None = None) -> Said:
    """Which agency said what, by the names that users know agencies and verdicts by."""
    names = [
        (codes.name_of("agencies", each.agency), codes.name_of("verdicts", each.verdict))
        for each in conclusions
    ]
    if recognised_by is not None:
        names.append((codes.name_of("agencies", recognised_by), RECOGNISED))
    return Said(
        en="; ".join(f"{agency[0]}: {verdict[0]}" for agency, verdict in names),
        zh="；".join(f"{agency[1]}：{verdict[1]}" for agency, verdict in names),
    )


def latest_of(conclusions: Sequence[Conclusion]) -> Mapping[str, Conclusion]:
    """The last conclusion of each agency."""
    return {each.agency: each for each in sorted(conclusions, key=lambda each: each.number)}


def serves(conclusion: Conclusion | None, need: AgencyNeed) -> bool:
    """Whether an agency looked as deep as it must; one of an older revision counts as well."""
    return conclusion is not None and conclusion.scope.depth >= need.scope.depth
