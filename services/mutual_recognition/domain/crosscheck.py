"""Compare what was found with what was declared: name, quantity and weight of every goods line.

Each line by itself, and all lines together, the weight and what is counted in one unit: lots that
are each a little short must not add up to more than the tolerance.
"""

from collections.abc import Iterator, Sequence
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
    """One verdict for each line and element. What is missing or unasked disagrees.

    So do the figures of a line that is twice there, and its name if one of them is another. `on` is
    the day whose synonyms count.
    """
    verdicts = []
    for line in declared:
        matches = [each for each in found if each.number == line.number]
        verdicts += [_verdict(each, line, matches, terms=terms, on=on) for each in terms.elements]
    known = {line.number for line in declared}
    verdicts += [
        ElementVerdict(
            element=Element.NAME, line=line.number, declared="", found=line.name, agrees=False
        )
        for line in found
        if line.number not in known
    ]
    if len(declared) > 1:
        verdicts += _totals(declared, found, terms=terms)
    return tuple(verdicts)


def gross(declared: Decimal, found: Decimal | None, *, terms: Terms) -> ElementVerdict:
    """The gross weight of all lines together (kg); where it is not known what was found, apart."""
    weighed = None if found is None else (found, KILOGRAM)
    tolerance = terms.tolerances.get(Element.WEIGHT, EXACT)
    verdict = _figures(Element.WEIGHT, TOTAL, (declared, KILOGRAM), weighed, tolerance)
    return verdict.model_copy(update={"gross": True})


def as_declared(declared: Line, found: Line, *, on: date) -> bool:
    """Whether both the name and the harmonised part of the HS code agree on that day."""
    return names.same_code(declared.hs_code, found.hs_code) and names.same(
        declared.name, found.name, hs_code=declared.hs_code, on=on
    )


def agree(verdicts: Sequence[ElementVerdict]) -> bool:
    """Whether there is something to recognise and all of it agrees."""
    return bool(verdicts) and all(verdict.agrees for verdict in verdicts)


def differs(verdict: ElementVerdict) -> bool:
    """Whether something was found to be otherwise than declared, or to be missing.

    A gross weight of which not all is known disagrees, but nobody found that it is another.
    """
    return not verdict.agrees and (bool(verdict.found) or not verdict.gross)


def disagreement(verdicts: Sequence[ElementVerdict]) -> Said:
    """What does not agree, with the figures."""
    apart = [verdict for verdict in verdicts if not verdict.agrees]
    if not apart:
        return Said(en="nothing was compared", zh="无可比对内容")
    told = [(_about(each), each.declared, each.found) for each in apart]
    en = (f"{of.en}: declared {ours}, found {seen or 'none'}" for of, ours, seen in told)
    zh = (f"{of.zh}：申报 {ours}，查验 {seen or '无'}" for of, ours, seen in told)
    return Said(en="; ".join(en), zh="；".join(zh))


def _about(verdict: ElementVerdict) -> Said:
    """Which element of which line."""
    zh = {Element.NAME: "品名", Element.QUANTITY: "数量", Element.WEIGHT: "重量"}
    if verdict.gross:
        return Said(en="all lines gross weight", zh="各项合计毛重")
    if verdict.line == TOTAL:
        return Said(en=f"all lines {verdict.element}", zh=f"各项合计{zh[verdict.element]}")
    return Said(
        en=f"line {verdict.line} {verdict.element}", zh=f"第 {verdict.line} 项{zh[verdict.element]}"
    )


def _verdict(
    element: Element, declared: Line, matches: Sequence[Line], *, terms: Terms, on: date
) -> ElementVerdict:
    if element is Element.NAME:
        return _name(declared, matches, on=on)
    found = matches[0] if len(matches) == 1 else None
    tolerance = terms.tolerances.get(element, EXACT)
    if element is Element.WEIGHT:
        weighed = None if found is None else (found.net_kg, KILOGRAM)
        return _figures(element, declared.number, (declared.net_kg, KILOGRAM), weighed, tolerance)
    counted = None if found is None else (found.quantity, found.unit)
    ours = (declared.quantity, declared.unit)
    return _figures(element, declared.number, ours, counted, tolerance)


def _name(declared: Line, matches: Sequence[Line], *, on: date) -> ElementVerdict:
    """Of all that was found of the line; the false one is told, and a code that differs."""
    apart = [each for each in matches if not as_declared(declared, each, on=on)]
    found = next(iter((*apart, *matches)), None)
    said, seen = declared.name, found.name if found else ""
    if found is not None and not names.same_code(declared.hs_code, found.hs_code):
        said, seen = f"{declared.hs_code} {said}", f"{found.hs_code} {seen}"
    agrees = bool(matches) and not apart
    return ElementVerdict(
        element=Element.NAME, line=declared.number, declared=said, found=seen, agrees=agrees
    )


def _totals(
    declared: Sequence[Line], found: Sequence[Line], *, terms: Terms
) -> Iterator[ElementVerdict]:
    """Quantities only if a line may be off: of lines that each agree exactly the total does."""
    tolerance = terms.tolerances.get(Element.QUANTITY, EXACT)
    unit = declared[0].unit
    counted = Element.QUANTITY in terms.elements and tolerance != EXACT
    if counted and all(line.unit == unit for line in declared):
        ours = sum((line.quantity for line in declared), Decimal(0))
        parts = [units.converted(line.quantity, line.unit, to=unit) for line in found]
        known = [part for part in parts if part is not None]
        theirs = (sum(known, Decimal(0)), unit) if len(known) == len(parts) else None
        yield _figures(Element.QUANTITY, TOTAL, (ours, unit), theirs, tolerance)
    if Element.WEIGHT in terms.elements:
        ours = sum((line.net_kg for line in declared), Decimal(0))
        weighed = sum((line.net_kg for line in found), Decimal(0))
        tolerance = terms.tolerances.get(Element.WEIGHT, EXACT)
        yield _figures(Element.WEIGHT, TOTAL, (ours, KILOGRAM), (weighed, KILOGRAM), tolerance)


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
