"""The parts of a consignment, each of which is decided by itself: its containers.

Loose cargo is one part, `LOOSE`, which is no container's number.
"""

from collections.abc import Collection, Mapping, Sequence
from datetime import date
from decimal import Decimal
from functools import lru_cache

from services.mutual_recognition.domain import crosscheck, names, settle
from services.mutual_recognition.domain.determination import Determination
from services.mutual_recognition.domain.settle import Conclusion, Settled, Step
from shared.contracts.envelope import Fact
from shared.contracts.filing import Consignment, GoodsLine
from shared.contracts.values import Container, Element, Line, Outcome, Said
from shared.reference import units

LOOSE = ""
CLOSED = frozenset({Outcome.RELEASED, Outcome.REFUSED_ENTRY})
"""The outcomes that a container has once and for good."""


class End(Fact):
    """What was told of a container before the whole was met, under which revision and why."""

    outcome: Outcome
    revision: int
    reason: Said
    recognised: tuple[Element, ...] = ()


def of(consignment: Consignment) -> tuple[str, ...]:
    """Every part of a consignment."""
    return tuple(each.number for each in consignment.containers) or (LOOSE,)


def judged(
    undecided: Sequence[str], determination: Determination, conclusions: Sequence[Conclusion]
) -> dict[str, Settled]:
    """How each part stands by the conclusions that cover it."""
    return {
        part: settle.settle(determination, [each for each in conclusions if each.covers(part)])
        for part in undecided
    }


def groups(consignment: Consignment) -> tuple[frozenset[str], ...]:
    """Parts that share goods lines, directly or through others: compared together or not at all.

    A line's figures are declared for the whole filing. All parts are one group where it is not
    declared of each line and each container what is in it.
    """
    return _groups(consignment.containers, frozenset(line.number for line in consignment.lines))


@lru_cache(maxsize=64)
def _groups(
    containers: tuple[Container, ...], declared: frozenset[int]
) -> tuple[frozenset[str], ...]:
    carried = {number for each in containers for number in each.lines}
    if carried != declared or not all(each.lines for each in containers):
        return (frozenset(each.number for each in containers) or frozenset({LOOSE}),)
    found: list[tuple[set[str], set[int]]] = []
    for each in containers:
        parts, lines = {each.number}, set(each.lines)
        for other in [group for group in found if group[1] & lines]:
            found.remove(other)
            parts, lines = parts | other[0], lines | other[1]
        found.append((parts, lines))
    return tuple(frozenset(parts) for parts, _ in found)


def comparable(
    consignment: Consignment, stands: Mapping[str, Settled], *, decided: Collection[str]
) -> tuple[str, ...]:
    """The parts whose goods can be compared now: in all of their group nothing is to come."""

    def is_ready(part: str) -> bool:
        if part in decided:
            return True
        return stands[part].step is Step.COMPARE or stands[part].outcome is Outcome.REFUSED_ENTRY

    ready = [group for group in groups(consignment) if all(map(is_ready, group))]
    return tuple(
        part
        for part in of(consignment)
        if any(part in group for group in ready)
        and part in stands
        and stands[part].step is Step.COMPARE
    )


def lines(consignment: Consignment, parts: Collection[str]) -> tuple[GoodsLine, ...]:
    """The declared lines of the groups that these parts are in."""
    numbers = _numbers(consignment, parts)
    return tuple(line for line in consignment.lines if line.number in numbers)


def _numbers(consignment: Consignment, parts: Collection[str]) -> set[int]:
    some = [group for group in groups(consignment) if group & set(parts)]
    if len(some) == len(groups(consignment)):
        return {line.number for line in consignment.lines}
    return {
        number
        for each in consignment.containers
        if any(each.number in group for group in some)
        for number in each.lines
    }


def found(
    consignment: Consignment, parts: Collection[str], said: Sequence[Conclusion], *, on: date
) -> tuple[Line, ...]:
    """What an agency's last conclusions on these parts found of their groups' lines, summed up.

    Lines of other parts that a conclusion covers as well are left out. A line that two conclusions
    call or classify differently, unless both are as declared on that day, or count in units that do
    not measure the same, or that one names twice, stays there twice.
    """
    whole, ours = _whole(consignment, parts), _numbers(consignment, parts)
    declared = {line.number: line for line in consignment.lines}
    sums: dict[tuple[object, ...], Line] = {}
    for conclusion in counted(consignment, parts, said):
        others = {part for part in of(consignment) if conclusion.covers(part)} - whole
        elsewhere = (_numbers(consignment, others) - ours) if others else set()
        seen: list[int] = []
        for line in conclusion.found:
            if line.number in elsewhere:
                continue
            measure, _ = units.in_base(line.quantity, line.unit)
            times = seen.count(line.number)
            key = (line.number, times, _goods(declared.get(line.number), line, on=on), measure)
            seen.append(line.number)
            sums[key] = _sum(sums[key], line) if key in sums else line
    return tuple(sums.values())


def counted(
    consignment: Consignment, parts: Collection[str], said: Sequence[Conclusion]
) -> tuple[Conclusion, ...]:
    """An agency's last conclusions on these parts, and on those that share goods with them."""
    whole = _whole(consignment, parts)
    last = {part: [each for each in said if each.covers(part)] for part in of(consignment)}
    ordered = [part for part in last if part in whole]
    return tuple({each.number: each for part in ordered for each in last[part][-1:]}.values())


def last(parts: Collection[str], said: Sequence[Conclusion]) -> dict[str, Conclusion]:
    """What was said last of each of these parts; of each, something was."""
    return {part: [each for each in said if each.covers(part)][-1] for part in parts}


def _whole(consignment: Consignment, parts: Collection[str]) -> set[str]:
    return {part for group in groups(consignment) if group & set(parts) for part in group}


def _goods(declared: Line | None, found: Line, *, on: date) -> object:
    """What is the same for all that is the same goods."""
    if declared is not None and crosscheck.as_declared(declared, found, on=on):
        return None
    return names.plain(found.name), found.hs_code


def _sum(one: Line, other: Line) -> Line:
    """Together; where they were counted in two units, in the first one of their measure."""
    quantities = [(each.unit, each.quantity) for each in (one, other)]
    if one.unit != other.unit:
        quantities = [units.in_base(each.quantity, each.unit) for each in (one, other)]
    figures = {
        "unit": quantities[0][0],
        "quantity": sum((quantity for _, quantity in quantities), Decimal(0)),
        "net_kg": one.net_kg + other.net_kg,
    }
    return one.model_copy(update=figures)


def reason(said: Mapping[str, Said], *, of_all: bool) -> Said:
    """Why, with the containers that it is about unless it is the same for the whole consignment."""
    by_reason: dict[Said, list[str]] = {}
    for part, why in said.items():
        by_reason.setdefault(why, []).append(part)
    if of_all and len(by_reason) == 1:
        return next(iter(by_reason))
    return Said(
        en="; ".join(f"{', '.join(some)}: {why.en}" for why, some in by_reason.items()),
        zh="；".join(f"{'、'.join(some)}：{why.zh}" for why, some in by_reason.items()),
    )
