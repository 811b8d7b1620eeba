"""A decision that answers for itself: what decided, what nearly did, and what would have to change.

Made when one asks, from what is stored with the decision: nothing of it costs a filing anything.
"""

from collections.abc import Iterator, Sequence
from itertools import islice

from services.mutual_recognition.decision_tables import kinds
from services.mutual_recognition.decision_tables.dictionary import Dictionary, Inputs
from services.mutual_recognition.decision_tables.nearness import Near, near
from services.mutual_recognition.decision_tables.table import Cell
from services.mutual_recognition.decision_tables.version import Version
from services.mutual_recognition.domain.agencies import Agencies
from services.mutual_recognition.domain.determination import Determination
from services.mutual_recognition.rules import decide, prose
from services.mutual_recognition.rules.decide import Case
from services.mutual_recognition.rules.what_if import WhatIf, what_if
from shared.contracts.envelope import Fact
from shared.contracts.requirement import DecidingRow
from shared.contracts.values import Said

MOST_NEAR = 10


class Lack(Fact):
    """One thing that a row asks and the filing does not meet, with what the filing has."""

    input: str
    asked: Said
    given: Said


class NearRow(Fact):
    """A row that lacks one thing; none: it is met, but a row before it decided.

    `line` is the number of the goods line that comes nearest, counted from 1.
    """

    row: str
    reason: Said
    source: str
    lacks: tuple[Lack, ...]
    line: int | None = None


class Reason(Fact):
    """A row that decided, with its reason and the law that it stands on."""

    row: str
    reason: Said
    source: str | None


class Asked(Fact):
    """One table of the decision: what decided there, and the first rows that nearly did."""

    table: str
    version: int
    decided: tuple[Reason, ...]
    nearly: tuple[NearRow, ...]


class Explanation(Fact):
    """The verdict in words, each table that was asked, and what would lead to another verdict."""

    verdict: Said
    tables: tuple[Asked, ...]
    what_if: tuple[WhatIf, ...]


def explain(case: Case, outcome: Determination, *, agencies: Agencies) -> Explanation:
    """Explain what a case was decided to be."""
    agencies = case.taking_part(agencies)
    return Explanation(
        verdict=_verdict(outcome),
        tables=tuple(_tables(case, outcome, agencies)),
        what_if=tuple(what_if(case, agencies=agencies)),
    )


def _verdict(outcome: Determination) -> Said:
    """The mode, and every reason for it."""
    verdict = prose.VERDICTS[outcome.mode]
    because_en = " ".join(row.reason_en for row in outcome.rows)
    because_zh = "".join(row.reason_zh for row in outcome.rows)
    return Said(
        en=f"{verdict.en[0].upper()}{verdict.en[1:]}: {because_en}",
        zh=f"{verdict.zh}：{because_zh}",
    )


def _tables(case: Case, outcome: Determination, agencies: Agencies) -> Iterator[Asked]:
    for name, version in case.tables.items():
        decided = [row for row in outcome.rows if (row.table, row.version) == _key(version)]
        if decided:
            inputs = _inputs(case, name, outcome, agencies)
            yield Asked(
                table=name,
                version=version.version,
                decided=tuple(_reason(row, version) for row in decided),
                nearly=tuple(islice(_nearly(case, version, inputs, decided), MOST_NEAR)),
            )


def _key(version: Version) -> tuple[str, int]:
    return version.name, version.version


def _inputs(case: Case, name: str, outcome: Determination, agencies: Agencies) -> Inputs:
    """What the table was asked, as `decide` asked it; of several draws by the first."""
    if name == kinds.RECOGNITION:
        selected = (*outcome.needs, *((outcome.recognising,) if outcome.recognising else ()))
        needs = {need.agency: need for need in selected}
        return decide.asked_to_recognise(case, needs, agencies=agencies)[0]
    if name == kinds.MISMATCH:
        return case.inputs.also(**(case.mismatch or {}))
    return decide.drawn(case, name)[0]


def _reason(row: DecidingRow, version: Version) -> Reason:
    source = next((each.source for each in version.table.rows if each.id == row.row), None)
    return Reason(row=row.row, reason=Said(en=row.reason_en, zh=row.reason_zh), source=source)


def _nearly(
    case: Case, version: Version, inputs: Inputs, decided: Sequence[DecidingRow]
) -> Iterator[NearRow]:
    """Rows that would have decided otherwise come first."""
    ids = {row.row for row in decided}
    rows = [row for row in version.table.rows if row.id in ids]
    verdicts = [row.then for row in rows]
    every = near(version.index, inputs, on=case.on, decided=rows)
    for found in sorted(every, key=lambda each: each.row.then in verdicts):
        yield NearRow(
            row=found.row.id,
            reason=Said(en=found.row.reason.en, zh=found.row.reason.zh),
            source=found.row.source,
            lacks=tuple(_lack(cell, found, inputs, version.dictionary) for cell in found.unmet),
            line=None if found.line is None else found.line + 1,
        )


def _lack(cell: Cell, found: Near, inputs: Inputs, dictionary: Dictionary) -> Lack:
    asked = dictionary[cell.input]
    of_line = asked.of_a_line and found.line is not None
    values = inputs.lines[found.line or 0] if of_line else inputs.filing
    return Lack(
        input=cell.input,
        asked=prose.condition(asked, cell),
        given=prose.value(asked, values[cell.input]),
    )
