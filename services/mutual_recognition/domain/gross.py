"""The gross weight: declared of a whole consignment, weighed with what is concluded on."""

from collections.abc import Collection, Sequence
from decimal import Decimal

from services.mutual_recognition.domain import crosscheck, parts
from services.mutual_recognition.domain.determination import Terms
from services.mutual_recognition.domain.settle import Conclusion
from shared.contracts.filing import Consignment
from shared.contracts.recognition import ElementVerdict
from shared.contracts.values import Element


def compare(
    consignment: Consignment, some: Collection[str], said: Sequence[Conclusion], *, terms: Terms
) -> tuple[ElementVerdict, ...]:
    """A verdict on the weight of these parts, by an agency's last weighings of them; or none.

    All parts must weigh what was declared, within the tolerance of weight; if some of them were not
    weighed, or their share of a weight is not known any more, it disagrees. A part of them may not
    weigh more than all. None where nobody weighed, and of a part of them that may be what it says.
    A later conclusion without a weight leaves the weight that there was.
    """
    every = parts.of(consignment)
    last = _last(some, said)
    if Element.WEIGHT not in terms.elements or not last:
        return ()
    weighed = _weighed(last, some, every=every)
    verdict = crosscheck.gross(consignment.gross_kg, weighed, terms=terms)
    if set(some) == set(every):
        return (verdict,)
    is_above = weighed is not None and weighed > consignment.gross_kg
    return (verdict,) if is_above and not verdict.agrees else ()


def _last(some: Collection[str], said: Sequence[Conclusion]) -> list[Conclusion]:
    """The last conclusions that weighed these parts, each once, in their order."""
    weighing = [each for each in said if each.gross_kg is not None]
    numbers = {
        own[-1].number for part in some if (own := [each for each in weighing if each.covers(part)])
    }
    return [each for each in weighing if each.number in numbers]


def _weighed(
    last: Sequence[Conclusion], some: Collection[str], *, every: Sequence[str]
) -> Decimal | None:
    """Together, if all of these parts were weighed, alone and none of them twice."""
    covered = [part for each in last for part in every if each.covers(part)]
    if sorted(covered) != sorted(some):
        return None
    return sum((each.gross_kg or Decimal(0) for each in last), Decimal(0))
