"""What a sandbox reference decides in place of the tables: who selects, and who may recognise.

Only this is forced. What follows from it is decided as ever: the recognition by comparing what was
found with what was declared, the end by the agencies' conclusions. The mark is one of the case's
inputs, so a stored decision can be recomputed whatever is configured by then.
"""

from services.mutual_recognition.decision_tables.dictionary import Inputs
from services.mutual_recognition.domain import agencies as agency_data
from services.mutual_recognition.domain.agencies import Agencies
from services.mutual_recognition.domain.determination import (
    Cargo,
    Eligibility,
    Selection,
    Terms,
    Tolerance,
)
from shared.contracts.requirement import DecidingRow
from shared.contracts.values import AgencyNeed, Element, Sandbox, Scope

INPUT = "sandbox"
BY_BOTH = frozenset({Sandbox.JOINT, Sandbox.RECOGNISED})
DECIDES = BY_BOTH | {Sandbox.HELD, Sandbox.REFUSED}
EXACT = Terms(elements=tuple(Element), tolerances={element: Tolerance() for element in Element})


def told(sandbox: Sandbox | None) -> dict[str, str]:
    """The input by which a case knows that its reference decides; none if the tables do."""
    return {INPUT: sandbox.value} if sandbox in DECIDES else {}


def of(inputs: Inputs) -> Sandbox | None:
    """The outcome by which a case is decided; None if the tables decide."""
    asked = inputs.filing.get(INPUT)
    return Sandbox(asked) if isinstance(asked, str) else None


def selection(forced: Sandbox, agency: str, *, cargo: Cargo, agencies: Agencies) -> Selection:
    """Both agencies of the pair select if the outcome takes two, else the primary one alone."""
    selects = agency == agencies.primary or (agency == agencies.secondary and forced in BY_BOTH)
    base = agency_data.MINUTES[Scope.UNPACK]
    need = AgencyNeed(
        agency=agency,
        scope=Scope.UNPACK,
        skills=(agency_data.GENERAL,),
        minutes=agency_data.minutes(base, containers=cargo.containers),
    )
    rows = (_row(forced, agency),)
    return Selection(agency=agency, need=need if selects else None, rows=rows)


def eligibility(forced: Sandbox) -> Eligibility:
    """The secondary agency may recognise what is exactly as declared, if that is asked for."""
    terms = EXACT if forced is Sandbox.RECOGNISED else None
    return Eligibility(terms=terms, rows=(_row(forced, None),))


def _row(forced: Sandbox, agency: str | None) -> DecidingRow:
    return DecidingRow(
        table=INPUT,
        version=1,
        row=forced.value,
        agency=agency,
        reason_en=f"The sandbox reference asks for the outcome {forced.value}.",
        reason_zh=f"沙箱编号指定结果：{forced.value}。",
    )
