"""A stored filing decided again, with a draft and without it, beside what was found in it.

What was not inspected has no finding and no clean result either: it is unknown, here and in all
figures that are made of it.
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from services.mutual_recognition.decision_tables import kinds
from services.mutual_recognition.decision_tables.dictionary import Inputs
from services.mutual_recognition.decision_tables.version import Version
from services.mutual_recognition.domain.agencies import Agencies
from services.mutual_recognition.domain.determination import Determination
from services.mutual_recognition.rules import decide, draw
from services.mutual_recognition.rules.decide import Case
from shared.contracts.values import Disposal, Mode, Scope, Verdict

HEADING = 4
"""Digits of an HS heading."""


@dataclass(frozen=True)
class Said:
    """One conclusion of an agency."""

    agency: str
    scope: Scope
    verdict: Verdict
    disposal: Disposal
    lists_findings: bool

    @property
    def is_finding(self) -> bool:
        """Whether something was found; a result that is still to come is none."""
        bad = self.verdict in {Verdict.MINOR, Verdict.NONCONFORM}
        treated = self.disposal is not Disposal.RELEASE and self.verdict is not Verdict.SUSPEND
        return bad or treated or self.lists_findings


@dataclass(frozen=True)
class Look:
    """What an agency's inspection came to; `scope` is the least deep one that found it."""

    scope: Scope
    found: bool


@dataclass(frozen=True)
class Filing:
    """A stored filing: the case it was decided as, and what came out of inspecting it."""

    case: Case
    looks: Mapping[str, Look]


@dataclass(frozen=True)
class Compared:
    """A filing's determinations without and with the draft."""

    filing: Filing
    before: Determination
    after: Determination

    @property
    def company(self) -> str:
        """The consignee."""
        return str(self.filing.case.inputs.filing.get("consignee"))

    @property
    def headings(self) -> frozenset[str]:
        """The HS headings of its goods."""
        return headings(self.filing.case.inputs)

    @property
    def changed(self) -> bool:
        """Whether anybody inspects or recognises otherwise."""
        return required(self.before) != required(self.after)


def headings(inputs: Inputs) -> frozenset[str]:
    """The HS headings of the goods."""
    return frozenset(str(line.get("hs_code"))[:HEADING] for line in inputs.lines)


def looks(said: Sequence[Said], *, ended: bool) -> dict[str, Look]:
    """What each agency's inspection came to; clean only if the whole has `ended`.

    Who waits for a laboratory, or inspected a part so far, has no result.
    """
    told: dict[str, Look] = {}
    for agency in {each.agency for each in said}:
        own = [each for each in said if each.agency == agency]
        bad = [each.scope for each in own if each.is_finding]
        if bad:
            told[agency] = Look(min(bad, key=lambda each: each.depth), found=True)
        elif ended and own[-1].verdict is Verdict.CONFORM:
            told[agency] = Look(max((each.scope for each in own), key=_depth), found=False)
    return told


def disagreeing(looks: Mapping[str, Look], primary: str) -> dict[str, Look]:
    """What was found was not what was declared, so it was not recognised: a finding as well."""
    look = looks.get(primary)
    scope = Scope.UNPACK if look is None else look.scope
    return {**looks, primary: Look(scope, found=True)}


def compare(
    filing: Filing, name: str, draft: Version, live: Mapping[str, Version], *, agencies: Agencies
) -> Compared:
    """Decide the filing twice as if it came on the draft's first day, with the same draws."""
    on: date = draft.table.valid_from
    before = replace(_taken_part(filing.case, name), on=on, tables=live)
    after = replace(before, tables={**live, name: draft})
    return Compared(
        filing,
        decide.decide(before, agencies=agencies),
        decide.decide(after, agencies=agencies),
    )


def _taken_part(case: Case, name: str) -> Case:
    """The case with a draw for a table whose agency came later, as if it had taken part in it.

    Made of what was drawn for recognition, and as evenly spread: the table's own draw is unknown.
    """
    drawn = case.draws.get(kinds.RECOGNITION)
    if drawn is None or name in case.draws or not name.startswith(kinds.SELECTION):
        return case
    mixed = hashlib.sha256(f"{drawn}:{name}".encode()).digest()
    return replace(case, draws={**case.draws, name: int.from_bytes(mixed) % draw.SIDES})


def again(case: Case, draft: Version, *, agencies: Agencies) -> Determination:
    """What a draft would have made of a case; on its first day, if that is still to come."""
    on = max(case.on, draft.table.valid_from)
    return decide.decide(
        replace(case, on=on, tables={**case.tables, draft.name: draft}), agencies=agencies
    )


def inspects(outcome: Determination, agency: str, looks: Mapping[str, Look]) -> Scope | None:
    """How deep an agency inspects under a determination, None if it does not.

    Who would recognise inspects where the first agency is known to find something.
    """
    for need in outcome.needs:
        if need.agency == agency:
            return need.scope
    recognising = outcome.recognising
    if recognising is None or recognising.agency != agency:
        return None
    first = looks.get(outcome.needs[0].agency)
    looked = _depth(outcome.needs[0].scope)
    declined = first is not None and first.found and looked >= _depth(first.scope)
    return recognising.scope if declined else None


def misses(outcome: Determination, agency: str, looks: Mapping[str, Look]) -> bool:
    """Whether what the agency found would not be found: not inspected, or less deep."""
    look = looks.get(agency)
    if look is None or not look.found:
        return False
    scope = inspects(outcome, agency, looks)
    return scope is None or scope.depth < look.scope.depth


def is_recognised(outcome: Determination) -> bool:
    """Whether the second agency would recognise."""
    return outcome.mode is Mode.RECOGNITION


def _depth(scope: Scope) -> int:
    return scope.depth


def required(outcome: Determination) -> tuple[object, ...]:
    """What of a determination is required of anybody: who inspects, and who recognises what."""
    return outcome.mode, outcome.needs, outcome.recognising, outcome.terms
