"""What would have to change for another verdict: each answer was decided, none is guessed.

Changed is what a filing or its company could be otherwise: one or two inputs of the filing, or a
draw, to each of the values that the tables tell apart. Goods lines stay as they are: other goods
are another filing.
"""

from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from decimal import Decimal
from itertools import combinations
from typing import Any

from services.mutual_recognition.decision_tables.dictionary import Input, InputFault, Kind, Value
from services.mutual_recognition.decision_tables.scales import OTHER, Ordered, Scale, scale_of
from services.mutual_recognition.decision_tables.table import Cell
from services.mutual_recognition.domain.agencies import Agencies
from services.mutual_recognition.rules import decide, dictionaries, prose, sandbox
from services.mutual_recognition.rules.decide import Case
from shared.contracts.envelope import Fact
from shared.contracts.values import Mode, Said


class Other(Fact):
    """One input with other values, any of them; `table` says whose draw it is."""

    input: str
    table: str | None = None
    said: Said


class WhatIf(Fact):
    """What would have to change, all of it, and the mode that it would lead to."""

    mode: Mode
    changes: tuple[Other, ...]
    said: Said


@dataclass(frozen=True)
class _Turn:
    """One thing that could be otherwise: an input, or the draw of a table; by steps of a scale."""

    input: Input
    scale: Scale
    steps: tuple[int, ...]
    table: str | None = None

    def made(self, case: Case, step: int) -> Case:
        """The case with a value of that step."""
        value: Any = self.scale.sample(step)
        if self.table is not None:
            anew = [{**each, self.table: int(value)} for each in (case.draws, *case.further)]
            return replace(case, draws=anew[0], further=tuple(anew[1:]))
        return replace(case, inputs=case.inputs.also(**{self.input.name: value}))

    def other(self, steps: Sequence[int]) -> Other:
        """Told in words, neighbouring steps as one."""
        if isinstance(self.scale, Ordered):
            spans = [prose.between(self.input, *span) for span in self.scale.spans(steps)]
            told = prose.either(spans)
        else:
            samples = (self.scale.sample(step) for step in steps)
            told = prose.either([prose.value(self.input, each) for each in samples])
        flag = bool(steps[0]) if self.input.kind is Kind.FLAG else None
        said = prose.supposed(self.input, told, flag=flag)
        if self.table is not None:
            said = Said(en=f"{said.en} (table {self.table})", zh=f"{said.zh}（{self.table} 表）")
        return Other(input=self.input.name, table=self.table, said=said)


def what_if(case: Case, *, agencies: Agencies) -> Sequence[WhatIf]:
    """Each single change that leads to another mode; two at once for modes that none leads to.

    None where a sandbox reference decided.
    """
    if sandbox.of(case.inputs) is not None:
        return ()
    now = decide.decide(case, agencies=agencies).mode
    inputs, draws = list(_inputs(case)), list(_draws(case))
    found = [
        each
        for turn in (*inputs, *draws)
        for each in _tried(case, (), turn, agencies)
        if each.mode is not now
    ]
    reached = {now, *(each.mode for each in found)}
    for first, second in combinations(inputs, 2):
        for step in first.steps:
            told = _tried(first.made(case, step), (first.other([step]),), second, agencies)
            found += (each for each in told if each.mode not in reached)
    return tuple(found)


def _tried(
    case: Case, before: Sequence[Other], turn: _Turn, agencies: Agencies
) -> Iterator[WhatIf]:
    """The modes to which one more change leads, each with all the values that do."""
    led: dict[Mode, list[int]] = {}
    for step in turn.steps:
        mode = decide.decide(turn.made(case, step), agencies=agencies).mode
        led.setdefault(mode, []).append(step)
    for mode, steps in led.items():
        yield _told(mode, (*before, turn.other(steps)))


def _inputs(case: Case) -> Iterator[_Turn]:
    """The inputs of the filing that tables ask about, each on a scale of all that they ask.

    Not the open ones, such as who the consignee is: another company is another filing.
    """
    cells: dict[Input, list[Cell]] = {}
    for version in case.tables.values():
        for column in version.index.of_filing:
            if _could_be_otherwise(column.input) and column.input.name in case.inputs.filing:
                rows = (version.table.rows[number] for number in column.regions)
                asks = (cell for row in rows for cell in row.asks)
                some = (cell for cell in asks if cell.input == column.input.name)
                cells.setdefault(column.input, []).extend(some)
    for asked, every in cells.items():
        scale = scale_of(asked, every)
        with suppress(InputFault):  # what cannot be read decided already, whatever else were so
            yield _Turn(asked, scale, _others(scale, asked.read(case.inputs.filing)))


def _could_be_otherwise(asked: Input) -> bool:
    is_open = asked.kind in {Kind.TEXT, Kind.CODES} and not asked.words
    return not (is_open or asked.derived or asked.name == dictionaries.DRAW)


def _draws(case: Case) -> Iterator[_Turn]:
    for name, version in case.tables.items():
        for column in version.index.of_filing:
            if column.input.name == dictionaries.DRAW and name in case.draws:
                steps = _others(column.scale, *map(Decimal, case.drawn(name)))
                yield _Turn(column.input, column.scale, steps, name)


def _others(scale: Scale, *given: Value) -> tuple[int, ...]:
    """The steps that not all values are on, but for those that no filing could be on."""
    taken = set.intersection(*(set(scale.steps(each)) for each in given))
    return tuple(
        step for step in range(scale.size) if step not in taken and _can_be(scale.sample(step))
    )


def _can_be(sample: Any) -> bool:
    return bool(sample != OTHER and not (isinstance(sample, Decimal) and sample < 0))


def _told(mode: Mode, changes: Sequence[Other]) -> WhatIf:
    verdict = prose.VERDICTS[mode]
    en = f"{verdict.en} if {' and '.join(each.said.en for each in changes)}"
    return WhatIf(
        mode=mode,
        changes=tuple(changes),
        said=Said(
            en=f"{en[0].upper()}{en[1:]}.",
            zh=f"如{'且'.join(each.said.zh for each in changes)}，则{verdict.zh}。",
        ),
    )
