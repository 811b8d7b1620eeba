"""Compare what was found with what was declared: name, quantity and weight of every goods line.

Each line by itself, and the weight of all lines together: lots that are each a little short must
not add up to more than the tolerance.
"""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal

from services.mutual_recognition.domain import names
from services.mutual_recognition.domain.determination import Terms, Tolerance
from shared.contracts.recognition import TOTAL, ElementVerdict
from shared.contracts.values import Element, Line, Said
from shared.reference import units

EXACT = Tolerance()
KILOGRAM = "KGM"


def compare(
    declared: Sequence[Line], found: Sequence[Line], *, terms: Terms, on: date
) -> tuple[ElementVerdict, ...]:
    """One verdict for each line and element. What is missing, twice there or unasked disagrees.

    `on` is the day whose synonyms count.
    """
    verdicts = []
    for line in declared:
        matches = [each for each in found if each.number == line.number]
        match = matches[0] if len(matches) == 1 else None
        verdicts += [_verdict(each, line, match, terms=terms, on=on) for each in terms.elements]
    known = {line.number for line in declared}
    verdicts += [
        ElementVerdict(
            element=Element.NAME, line=line.number, declared="", found=line.name, agrees=False
        )
        for line in found
        if line.number not in known
    ]
    if len(declared) > 1 and Element.WEIGHT in terms.elements:
        verdicts.append(_total(declared, found, terms=terms))
    return tuple(verdicts)


def agree(verdicts: Sequence[ElementVerdict]) -> bool:
    """Whether there is something to recognise and all of it agrees."""
    return bool(verdicts) and all(verdict.agrees for verdict in verdicts)


def disagreement(verdicts: Sequence[ElementVerdict]) -> Said:
    """What does not agree, with the figures."""
    apart = [verdict for verdict in verdicts if not verdict.agrees]
    if not apart:
        return Said(en="nothing was compared", zh="无可比对内容")
    zh = {Element.NAME: "品名", Element.QUANTITY: "数量", Element.WEIGHT: "重量"}
    en_text = "; ".join(
        f"{'all lines' if each.line == TOTAL else f'line {each.line}'} {each.element}:"
        f" declared {each.declared}, found {each.found or 'none'}"
        for each in apart
    )
    zh_text = "；".join(
        f"{'各项合计' if each.line == TOTAL else f'第 {each.line} 项'}{zh[each.element]}："
        f"申报 {each.declared}，查验 {each.found or '无'}"
        for each in apart
    )
    return Said(en=en_text, zh=zh_text)


def _verdict(
    element: Element, declared: Line, found: Line | None, *, terms: Terms, on: date
) -> ElementVerdict:
    if element is Element.NAME:
        return _name(declared, found, on=on)
    tolerance = terms.tolerances.get(element, EXACT)
    if element is Element.WEIGHT:
        weighed = None if found is None else (found.net_kg, KILOGRAM)
        return _figures(element, declared.number, (declared.net_kg, KILOGRAM), weighed, tolerance)
    counted = None if found is None else (found.quantity, found.unit)
    ours = (declared.quantity, declared.unit)
    return _figures(element, declared.number, ours, counted, tolerance)


def _name(declared: Line, found: Line | None, *, on: date) -> ElementVerdict:
    """Both the name and the harmonised part of the HS code; a code that differs is told."""
    seen = found.name if found else ""
    said = declared.name
    agrees = found is not None and names.same(said, seen, hs_code=declared.hs_code, on=on)
    if found is not None and not names.same_code(declared.hs_code, found.hs_code):
        agrees, said, seen = False, f"{declared.hs_code} {said}", f"{found.hs_code} {seen}"
    return ElementVerdict(
        element=Element.NAME, line=declared.number, declared=said, found=seen, agrees=agrees
    )


def _total(declared: Sequence[Line], found: Sequence[Line], *, terms: Terms) -> ElementVerdict:
    ours = sum((line.net_kg for line in declared), Decimal(0))
    theirs = sum((line.net_kg for line in found), Decimal(0))
    tolerance = terms.tolerances.get(Element.WEIGHT, EXACT)
    return _figures(Element.WEIGHT, TOTAL, (ours, KILOGRAM), (theirs, KILOGRAM), tolerance)


Amount = tuple[Decimal, str]
"""So much of a unit."""


def _figures(
    element: Element, line: int, declared: Amount, found: Amount | None, tolerance: Tolerance
) -> ElementVerdict:
    """Compared in the first unit of their measure, in which both are exact; told in the declared.

    In units that do not measure the same nothing is compared, so it disagrees.
    """
    quantity, unit = declared
    allowed = tolerance.allowed(quantity)
    base, ours = units.in_base(quantity, unit)
    other, theirs = units.in_base(*found) if found else ("", Decimal(0))
    _, within = units.in_base(allowed, unit)
    return ElementVerdict(
        element=element,
        line=line,
        declared=f"{quantity} {unit}",
        found=f"{found[0]} {found[1]}" if found else "",
        difference=_difference(declared, found) if found else None,
        tolerance=allowed,
        agrees=base == other and abs(theirs - ours) <= within,
    )


def _difference(declared: Amount, found: Amount) -> Decimal | None:
    seen = units.converted(*found, to=declared[1])
    return None if seen is None else seen - declared[0]
