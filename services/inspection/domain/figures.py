"""Which figures an item is answered with: in its unit, and such as can be measured at all."""

from collections.abc import Iterator, Mapping
from decimal import Decimal

from services.inspection.domain import errors
from services.inspection.domain.checklists import Item, Subject
from shared import errors as refusals
from shared.errors import Fault

MOST_KG = Decimal(10**9)
"""Twice what the largest ships carry."""
LEAST: Mapping[str, Decimal] = {"CEL": Decimal("-273.15"), "FAH": Decimal("-459.67")}
"""Absolute zero, by the unit's code (UN/ECE Recommendation 20); in other units 0 is the least."""
MOST: Mapping[str, Decimal] = {"KGM": MOST_KG, "TNE": MOST_KG / 1000}


class FigureMissing(refusals.Invalid):
    """This item is answered with a figure in its unit."""

    zh = "该项须以其计量单位填写数值。"
    mend = "Give the figure, or answer that it was not done."
    mend_zh = "请填写数值，或填写未检。"


class FigureUnfit(refusals.Invalid):
    """This item has no unit to give a figure in."""

    zh = "该项没有计量单位，不填数值。"
    mend = "Leave the figure out, or write it in the note."
    mend_zh = "请勿填写数值，或写入备注。"


class FigureImpossible(refusals.Invalid):
    """Nothing measures this in the item's unit."""

    zh = "以该项的计量单位不可能测得此数值。"
    mend = "Read the scale or the thermometer again: the least and the most are named."
    mend_zh = "请重新读取衡器或温度计；此处列明最小值与最大值。"


class WeightOfNothing(refusals.Invalid):
    """What weighs nothing does not conform: no goods were there."""

    zh = "重量为零即无货物，不能填写为相符。"
    mend = "Answer that it deviates, or that it was not done."
    mend_zh = "请填写为不符，或填写未检。"


def faults(
    item: Item, figure: Decimal | None, *, done: bool, conforms: bool, pointer: str
) -> Iterator[Fault]:
    """What is wrong with an answer's figure; whether it was looked at, and found to conform."""
    unit = item.unit
    if unit is None:
        if figure is not None:
            yield errors.fault(FigureUnfit(pointer=pointer))
    elif figure is None:
        if done:
            yield errors.fault(FigureMissing(pointer=pointer, unit=unit))
    else:
        yield from _of_measure(figure, unit, pointer=pointer)
        if conforms and not figure and item.subject is Subject.WEIGHT:
            yield errors.fault(WeightOfNothing(pointer=pointer))


def _of_measure(figure: Decimal, unit: str, *, pointer: str) -> Iterator[Fault]:
    least, most = LEAST.get(unit, Decimal(0)), MOST.get(unit)
    if figure < least or (most is not None and figure > most):
        bounds = {"least": str(least), "most": None if most is None else str(most)}
        yield errors.fault(FigureImpossible(pointer=pointer, unit=unit, **bounds))
