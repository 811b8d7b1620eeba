"""The merged filing's containers, matched by number; their lines by what became of them."""

from collections.abc import Mapping, Sequence
from typing import Any

from services.declaration.merging import keys, rules
from services.declaration.merging.desk import Desk
from services.declaration.merging.lines import Lines
from services.declaration.merging.normalise import Half, container_number
from services.declaration.merging.rules import CONFLICT, Form, Rule, pair_of
from services.declaration.merging.values import Fields, Given

_BY_CODE: Mapping[str, Rule] = {rule.code: rule for rule in rules.RULES}


def merge(desk: Desk, customs: Half, inspection: Half, lines: Lines) -> list[dict[str, Any]]:
    """Containers in the order of the customs form, then those that only inspection lists."""
    ones, twins = _by_number(customs), _by_number(inspection)
    made: list[dict[str, Any]] = []
    for number in (*ones, *sorted(set(twins) - set(ones))):
        if ones and number not in ones and not _kept(desk, number, twins[number]):
            continue
        place = f"/containers/{len(made)}"
        one, twin = ones.get(number, {}), twins.get(number, {})
        box: dict[str, Any] = {}
        for key in keys.in_order("containers", frozenset({*one, *twin})):
            if key == "lines":
                value = _lines(desk, place, one.get(key), twin.get(key), lines)
            else:
                at = ("containers", key)
                value = desk.decide(f"{place}/{key}", at, one.get(key), twin.get(key))
            if value is not None:
                box[key] = value
        made.append(box | {"number": number})
    return made


def _by_number(half: Half) -> dict[str, Fields]:
    return {container_number(each["number"]): each for each in half.containers}


def _kept(desk: Desk, number: str, container: Fields) -> bool:
    """Whether a container that only the inspection form lists is declared: the broker is asked."""
    place, at = f"/inspection/containers/{number}", ("containers", "number")
    answer = desk.answer(place)
    told = pair_of("number", None, container["number"])
    if answer is not None and answer.take is Form.CUSTOMS:
        desk.used.add(answer.place)
        desk.tell(place, at, told, (rules.ANSWERED, None))
        return False
    desk.tell(place, at, told, (CONFLICT, None))
    return True


def _lines(
    desk: Desk, place: str, one: Given | None, twin: Given | None, lines: Lines
) -> tuple[int, ...] | None:
    """The numbers of merged lines inside.

    A form says nothing of lines that it does not have. Where one form has one line for several of
    the other, the other says more exactly which of them is inside.
    """
    customs, inspection = lines.became[Form.CUSTOMS], lines.became[Form.INSPECTION]
    first, second = _became(one, customs), _became(twin, inspection)
    pair = pair_of("lines", _given(one, first), _given(twin, second))
    decided: tuple[Rule, tuple[int, ...] | None]
    if one is None or twin is None:
        code = "only_customs" if twin is None else "only_inspection"
        decided = (_BY_CODE[code], _sorted(first | second))
    else:
        both = _all(customs) & _all(inspection)
        fits, inside = _compared(first & both, second & both, lines)
        code = fits or CONFLICT.code
        if code == "agreed" and one.raw != twin.raw:
            code = "format_only"
        rest = (first | second) - both
        decided = (_BY_CODE[code], _sorted(inside | rest)) if fits else (CONFLICT, None)
    chosen: tuple[int, ...] | None = desk.tell(
        f"{place}/lines", ("containers", "lines"), pair, decided
    )
    return chosen


def _compared(
    first: frozenset[int], second: frozenset[int], lines: Lines
) -> tuple[str | None, frozenset[int]]:
    if first == second:
        return "agreed", first
    if second and second < first and first - second <= _parts(lines, Form.CUSTOMS):
        return "inspection_is_finer", second
    if first and first < second and second - first <= _parts(lines, Form.INSPECTION):
        return "customs_is_finer", first
    return None, frozenset()


def _parts(lines: Lines, form: Form) -> frozenset[int]:
    """Merged lines that are only a part of a line of this form."""
    became = lines.became[form].values()
    return frozenset(number for numbers in became if len(numbers) > 1 for number in numbers)


def _became(given: Given | None, became: Mapping[int, tuple[int, ...]]) -> frozenset[int]:
    return frozenset(
        number for line in (given.value if given else ()) for number in became.get(line, ())
    )


def _all(became: Mapping[int, tuple[int, ...]]) -> frozenset[int]:
    return frozenset(number for numbers in became.values() for number in numbers)


def _given(given: Given | None, numbers: frozenset[int]) -> Given | None:
    return None if given is None else Given(given.raw, _sorted(numbers))


def _sorted(numbers: Sequence[int] | frozenset[int]) -> tuple[int, ...]:
    return tuple(sorted(numbers))
