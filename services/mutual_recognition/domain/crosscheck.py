"""Compare what was found with what was declared: name, quantity and weight of every goods line."""

import unicodedata
from collections.abc import Sequence
from decimal import Decimal

from services.mutual_recognition.domain.determination import Terms, Tolerance
from shared.contracts.recognition import ElementVerdict
from shared.contracts.values import Element, Line, Said

EXACT = Tolerance()


def compare(
    declared: Sequence[Line], found: Sequence[Line], *, terms: Terms
) -> tuple[ElementVerdict, ...]:
    """One verdict for each line and element. What is missing, twice there or unasked disagrees."""
    verdicts = []
    for line in declared:
        matches = [each for each in found if each.number == line.number]
        match = matches[0] if len(matches) == 1 else None
        verdicts += [_verdict(element, line, match, terms=terms) for element in terms.elements]
    known = {line.number for line in declared}
    verdicts += [
        ElementVerdict(
            element=Element.NAME, line=line.number, declared="", found=line.name, agrees=False
        )
        for line in found
        if line.number not in known
    ]
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
        f"line {each.line} {each.element}: declared {each.declared}, found {each.found or 'none'}"
        for each in apart
    )
    zh_text = "；".join(
        f"第 {each.line} 项{zh[each.element]}：申报 {each.declared}，查验 {each.found or '无'}"
        for each in apart
    )
    return Said(en=en_text, zh=zh_text)


def _verdict(
    element: Element, declared: Line, found: Line | None, *, terms: Terms
) -> ElementVerdict:
    if element is Element.NAME:
        seen = found.name if found else ""
        return ElementVerdict(
            element=element,
            line=declared.number,
            declared=declared.name,
            found=seen,
            agrees=bool(seen) and _plain(seen) == _plain(declared.name),
        )
    tolerance = terms.tolerances.get(element, EXACT)
    if element is Element.WEIGHT:
        weighed = found.net_kg if found else None
        return _figures(element, declared.number, declared.net_kg, weighed, "KGM", tolerance)
    counted = found.quantity if found and found.unit == declared.unit else None
    return _figures(element, declared.number, declared.quantity, counted, declared.unit, tolerance)


def _figures(
    element: Element,
    line: int,
    declared: Decimal,
    found: Decimal | None,
    unit: str,
    tolerance: Tolerance,
) -> ElementVerdict:
    allowed = tolerance.allowed(declared)
    difference = None if found is None else found - declared
    return ElementVerdict(
        element=element,
        line=line,
        declared=f"{declared} {unit}",
        found="" if found is None else f"{found} {unit}",
        difference=difference,
        tolerance=allowed,
        agrees=difference is not None and abs(difference) <= allowed,
    )


def _plain(name: str) -> str:
    """Without the differences that no officer means: width, case, spaces."""
    return "".join(unicodedata.normalize("NFKC", name).casefold().split())
