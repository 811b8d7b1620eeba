"""What an agency counted against what was declared, in whatever mode it inspects."""

from collections.abc import Iterator
from dataclasses import dataclass

from services.mutual_recognition.decision_tables import kinds
from services.mutual_recognition.domain import crosscheck, gross, parts
from services.mutual_recognition.domain.determination import Terms, Tolerance
from services.mutual_recognition.domain.settle import Conclusion
from services.mutual_recognition.rules import mismatch
from services.mutual_recognition.rules.decide import Case
from services.mutual_recognition.rules.inputs import Mismatch
from services.mutual_recognition.rules.matter import Matter
from shared.contracts.filing import Consignment
from shared.contracts.recognition import ElementVerdict
from shared.contracts.values import Element

WEIGHT = (Element.WEIGHT,)


def compare(matter: Matter) -> Mismatch | None:
    """What its agency counted by the last conclusion, of the goods that this one is about.

    Only lines that it counted: what is missing is told as `not_found`, and has no name or figure
    that could be false. Figures of a line that is in several containers are known once all of them
    were counted, its name at once; the gross weight once all was weighed. None if nothing is known.
    """
    counted = _Counted.of(matter)
    case = matter.decision.case
    found = parts.found(counted.consignment, counted.touched, counted.said, on=case.on)
    named = {line.number for line in found}
    lines = parts.lines(counted.consignment, counted.touched)
    some = [line for line in lines if line.number in named]
    weighed = counted.weighed(case)
    if not found and not weighed:
        return None
    elements = tuple(Element) if counted.is_whole else (Element.NAME,)
    verdicts = crosscheck.compare(some, found, terms=_terms(case, elements), on=case.on)
    gross_kg = counted.consignment.gross_kg
    known = mismatch.of((*verdicts, *weighed), some, gross_kg=gross_kg)
    return {**known, "not_found": counted.is_whole and len(some) < len(lines)}


@dataclass(frozen=True)
class _Counted:
    """The parts that a conclusion is about, with all that its agency said until then."""

    consignment: Consignment
    touched: tuple[str, ...]
    said: tuple[Conclusion, ...]

    @classmethod
    def of(cls, matter: Matter) -> "_Counted":
        last, consignment = matter.conclusions[-1], matter.requirement.consignment
        own = [each for each in matter.conclusions if each.agency == last.agency]
        return cls(
            consignment=consignment,
            touched=tuple(part for part in parts.of(consignment) if last.covers(part)),
            said=tuple(sorted(own, key=lambda each: each.number)),
        )

    def weighed(self, case: Case) -> tuple[ElementVerdict, ...]:
        """The verdict on the gross weight, if this conclusion has one and all of it is known."""
        if self.said[-1].gross_kg is None:
            return ()
        known = [
            part
            for part in parts.of(self.consignment)
            if any(each.covers(part) for each in self.said)
        ]
        verdicts = gross.compare(self.consignment, known, self.said, terms=_terms(case, WEIGHT))
        return tuple(each for each in verdicts if each.found)

    @property
    def is_whole(self) -> bool:
        """Whether what was said last of every part that shares goods with these has counts."""
        touched = set(self.touched)
        some = [group for group in parts.groups(self.consignment) if group & touched]
        return all(self._is_counted(part) for group in some for part in group)

    def _is_counted(self, part: str) -> bool:
        said = [each for each in self.said if each.covers(part)]
        return bool(said and said[-1].found)


def _terms(case: Case, elements: tuple[Element, ...]) -> Terms:
    """These elements, each within the widest tolerance that the recognition table has.

    What a row recognises without looking at it is left out. So nobody is suspended for what would
    be recognised of others. Where no row recognises, and without a table, nothing is tolerated.
    """
    granted = list(_granted(case))
    elements = tuple(each for each in elements if all(each in row.elements for row in granted))
    tolerances = {
        element: Tolerance(
            percent=max(each.percent for each in some), absolute=max(each.absolute for each in some)
        )
        for element in elements
        if (some := [each.tolerances[element] for each in granted if element in each.tolerances])
    }
    return Terms(elements=elements, tolerances=tolerances)


def _granted(case: Case) -> Iterator[Terms]:
    version = case.tables.get(kinds.RECOGNITION)
    for row in version.table.rows if version else ():
        ends = row.valid_to or case.on
        if row.then.eligible and row.valid_from <= case.on <= ends:
            yield row.then.terms
