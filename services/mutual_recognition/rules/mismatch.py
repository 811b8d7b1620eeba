"""What is known of a recognition that was refused, as the mismatch table asks for it."""

from collections.abc import Sequence
from decimal import Decimal

from services.mutual_recognition.domain import crosscheck
from services.mutual_recognition.rules import dictionaries
from services.mutual_recognition.rules.inputs import Mismatch
from shared.contracts.recognition import TOTAL, ElementVerdict
from shared.contracts.values import Element, Line

HUNDRED = Decimal(100)


def of_findings() -> Mismatch:
    """The primary agency found or treated something, so nothing was compared."""
    return _told(dictionaries.FINDINGS, (), (), Decimal(0))


def of(verdicts: Sequence[ElementVerdict], lines: Sequence[Line], *, gross_kg: Decimal) -> Mismatch:
    """What was found disagrees with what these lines declare, and with the gross weight of all."""
    return _told(dictionaries.DISAGREEMENT, verdicts, lines, gross_kg)


def _told(
    cause: str, verdicts: Sequence[ElementVerdict], lines: Sequence[Line], gross_kg: Decimal
) -> Mismatch:
    declared = {line.number: (line.quantity, line.net_kg) for line in lines}
    # Quantities are compared together only where they are of one unit.
    together = sum((line.quantity for line in lines), Decimal(0))
    declared[TOTAL] = (together, sum((line.net_kg for line in lines), Decimal(0)))
    apart = [verdict for verdict in verdicts if crosscheck.differs(verdict)]
    known = [verdict for verdict in apart if verdict.line in declared]
    weighed = (Decimal(0), gross_kg)
    deviations = [
        _deviation(verdict, *(weighed if verdict.gross else declared[verdict.line]))
        for verdict in known
    ]
    return {
        dictionaries.CAUSE: cause,
        **{f"{element}_disagrees": any(v.element is element for v in known) for element in Element},
        "undeclared_goods": len(known) < len(apart),
        "not_found": any(not verdict.found for verdict in known),
        "deviation_percent_max": max(deviations, default=Decimal(0)),
    }


def _deviation(verdict: ElementVerdict, quantity: Decimal, net_kg: Decimal) -> Decimal:
    """In percent of what was declared; 0 where there are no figures to compare."""
    if verdict.difference is None:
        return Decimal(0)
    declared = net_kg if verdict.element is Element.WEIGHT else quantity
    return abs(verdict.difference) / declared * HUNDRED if declared else HUNDRED
