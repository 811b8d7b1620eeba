"""The merged filing's goods lines: each group of matched lines becomes as many as the finer has."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import ROUND_DOWN, Decimal
from typing import Any

from services.declaration.merging import keys, rules, values
from services.declaration.merging.desk import Desk
from services.declaration.merging.matching import Group
from services.declaration.merging.normalise import Half
from services.declaration.merging.report import Grouped
from services.declaration.merging.rules import (
    CONFLICT,
    DIVIDED,
    NUMBERED,
    PARTS,
    Form,
    Kind,
    pair_of,
)
from services.declaration.merging.values import Fields, Given, Measure

Line = dict[str, Any]


@dataclass
class Lines:
    """Merged lines by keys, and for each form which of its lines became which of these."""

    lines: list[Line] = field(default_factory=list)
    groups: list[Grouped] = field(default_factory=list)
    became: dict[Form, dict[int, tuple[int, ...]]] = field(
        default_factory=lambda: {Form.CUSTOMS: {}, Form.INSPECTION: {}}
    )


def merge(desk: Desk, customs: Half, inspection: Half, groups: Sequence[Group]) -> Lines:
    """All groups' lines, numbered from 1."""
    made = Lines()
    for group in groups:
        ones = [customs.lines[place] for place in group.customs]
        twins = [inspection.lines[place] for place in group.inspection]
        if not ones and not _kept(desk, twins[0]):
            made.groups.append(Grouped((), _numbers(twins), (), group.way))
            continue
        begun = len(made.lines)
        made.lines += _merged(desk, ones, twins, begun=begun)
        numbers = tuple(range(begun + 1, len(made.lines) + 1))
        for form, side in ((Form.CUSTOMS, ones), (Form.INSPECTION, twins)):
            for place, line in enumerate(side):
                whole = len(side) == 1
                made.became[form][line["number"].value] = numbers if whole else (numbers[place],)
        made.groups.append(Grouped(_numbers(ones), _numbers(twins), numbers, group.way))
    return made


def _numbers(lines: Sequence[Fields]) -> tuple[int, ...]:
    return tuple(line["number"].value for line in lines)


def _kept(desk: Desk, line: Fields) -> bool:
    """Whether goods that only the inspection form lists are declared: the broker is asked."""
    place = f"/inspection/lines/{line['number'].raw}"
    told = pair_of("number", None, Given(line["name"].raw, line["number"].value))
    answer = desk.answer(place)
    if answer is not None and answer.take is Form.CUSTOMS:
        desk.used.add(answer.place)
        desk.tell(place, ("lines", "number"), told, (rules.ANSWERED, None))
        return False
    desk.tell(place, ("lines", "number"), told, (CONFLICT, None))
    return True


def _merged(
    desk: Desk, ones: Sequence[Fields], twins: Sequence[Fields], *, begun: int
) -> Iterator[Line]:
    count = max(len(ones), len(twins))
    coarse, parts = (ones, twins) if len(ones) < len(twins) else (twins, ones)
    shared: Mapping[str, list[Any]] = {}
    if count > 1:
        finer = Form.INSPECTION if parts is twins else Form.CUSTOMS
        shared = _amounts(desk, coarse[0] if coarse else {}, parts, finer, begun)
    for index in range(count):
        one = ones[index] if len(ones) == count else _rest(ones, parts[index])
        twin = twins[index] if len(twins) == count else _rest(twins, parts[index])
        yield _line(desk, one, twin, {k: each[index] for k, each in shared.items()}, begun + index)


def _rest(coarse: Sequence[Fields], part: Fields) -> Fields:
    """What the coarser line says of a part: all but the price of one where the part has its own."""
    if not coarse:
        return {}
    return {
        key: given for key, given in coarse[0].items() if key != "unit_price" or key not in part
    }


def _line(desk: Desk, one: Fields, twin: Fields, shared: Line, index: int) -> Line:
    made: Line = {key: value for key, value in shared.items() if value is not None}
    pair = pair_of("number", one.get("number"), twin.get("number"))
    desk.tell(f"/lines/{index}/number", ("lines", "number"), pair, (NUMBERED, index + 1))
    made["number"] = index + 1
    for key in keys.in_order("lines", frozenset({*one, *twin} - {*shared, "number"})):
        place = f"/lines/{index}/{key}"
        value = desk.decide(place, ("lines", key), one.get(key), twin.get(key))
        if value is not None:
            made[key] = value
    return made


def _amounts(
    desk: Desk, coarse: Fields, parts: Sequence[Fields], finer: Form, begun: int
) -> dict[str, list[Any]]:
    """What parts have a part of: their own where it adds up, else a share of the whole."""
    found: dict[str, list[Any]] = {}
    for key in keys.AMOUNTS:
        whole = coarse.get(key)
        if whole is None or whole.value is None:
            continue
        told = [part.get(key) for part in parts]
        own = [None if each is None else _like(whole, rules.readable(each.value)) for each in told]
        total = _total(own)
        raws = None if all(each is None for each in told) else [each and each.raw for each in told]
        sum_ = None if raws is None else Given(raws, total or values.Unreadable())
        pair = pair_of(key, whole, sum_) if finer is Form.INSPECTION else pair_of(key, sum_, whole)
        at = ("lines", key)
        shares = _divided(whole.value, parts)
        if raws is None and shares is not None:
            desk.tell(f"/lines/{begun}/{key}", at, pair, (DIVIDED, shares))
            found[key] = shares
            continue
        rule, chosen = rules.first(pair)
        if rule.kind in (None, Kind.FORMAT) and chosen is not None:
            rule = PARTS
        settled = desk.tell(
            f"/lines/{begun}/{key}", at, pair, (rule, None if chosen is None else own)
        )
        found[key] = _settled(settled, own=own, total=total, parts=parts)
    return found


def _like(whole: Given, own: Any) -> Any:
    """A part's own amount, in the unit of the whole where it can be."""
    if isinstance(own, Measure) and isinstance(whole.value, Measure):
        return values.in_unit(own, whole.value.unit)
    return own


def _settled(settled: Any, *, own: list[Any], total: Any, parts: Sequence[Fields]) -> list[Any]:
    if settled is None:
        return [None] * len(own)
    if settled is own or settled == total:
        return own
    return _divided(settled, parts) or [None] * len(own)


def _total(own: Sequence[Any]) -> Any:
    """The sum of amounts of one kind, measures in their base unit; None if there is none."""
    if all(isinstance(each, Decimal) for each in own):
        return sum(own, Decimal(0))
    if not all(isinstance(each, Measure) for each in own):
        return None
    bases = [values.base(each) for each in own]
    if len({unit for unit, _ in bases}) != 1:
        return None
    return Measure(sum((amount for _, amount in bases), Decimal(0)), bases[0][0])


def _divided(whole: Any, parts: Sequence[Fields]) -> list[Any] | None:
    """Shares in proportion to the parts' quantities; the last has what rounding leaves."""
    quantities = [part["quantity"].value for part in parts]
    total = _total(quantities)
    if not isinstance(total, Measure) or not total.quantity:
        return None
    amount = whole.quantity if isinstance(whole, Measure) else whole
    if not isinstance(amount, Decimal):
        return None
    digit = Decimal(1).scaleb(min(int(amount.as_tuple().exponent), -2))
    shares = [
        (amount * values.base(each)[1] / total.quantity).quantize(digit, ROUND_DOWN)
        for each in quantities[:-1]
    ]
    shares.append(amount - sum(shares, Decimal(0)))
    if isinstance(whole, Measure):
        return [Measure(share, whole.unit) for share in shares]
    return list(shares)
