"""The facts that mutual_recognition tells others, made from its values."""

from datetime import date
from typing import Any
from uuid import UUID

from services.mutual_recognition.domain.requirement import Requirement
from shared.contracts import requirement as contract
from shared.contracts.values import Element, Line, Outcome, Purpose, Said


def determined(current: Requirement) -> contract.RequirementDetermined:
    """What is required, for the first time."""
    return contract.RequirementDetermined(**_ids(current), **_required(current))


def revised(
    current: Requirement, *, cause: contract.Cause, reason: Said
) -> contract.RequirementRevised:
    """What is required now."""
    return contract.RequirementRevised(
        **_ids(current), **_required(current), cause=cause, reason=reason
    )


def partly_met(
    current: Requirement,
    containers: tuple[str, ...],
    *,
    outcome: Outcome,
    reason: Said,
    recognised: tuple[Element, ...],
) -> contract.RequirementPartlyMet:
    """How it ended for some containers."""
    return contract.RequirementPartlyMet(
        **_ids(current),
        containers=containers,
        outcome=outcome,
        reason=reason,
        recognised=recognised,
    )


def met(
    current: Requirement,
    *,
    outcome: Outcome,
    reason: Said,
    recognised: tuple[Element, ...],
    containers: tuple[str, ...],
) -> contract.RequirementMet:
    """How it ended."""
    return contract.RequirementMet(
        **_ids(current),
        outcome=outcome,
        reason=reason,
        recognised=recognised,
        containers=containers,
    )


def company_suspended(
    current: Requirement,
    suspension_id: UUID,
    *,
    agency: str,
    reason: Said,
    way_back: Said,
    liftable_from: date,
) -> contract.CompanySuspended:
    """The consignee is suspended, and its way back."""
    return contract.CompanySuspended(
        **_ids(current),
        suspension_id=suspension_id,
        company=current.consignment.consignee.uscc,
        agency=agency,
        reason=reason,
        way_back=way_back,
        liftable_from=liftable_from,
    )


def leave_asked(current: Requirement, *, purpose: Purpose) -> contract.LeaveAsked:
    """May the cargo still be withdrawn or amended."""
    return contract.LeaveAsked(**_ids(current), purpose=purpose)


def amendment_noted(current: Requirement) -> contract.AmendmentNoted:
    """The new filing version changes nothing."""
    return contract.AmendmentNoted(**_ids(current))


def change_refused(
    current: Requirement, *, purpose: Purpose, reason: Said
) -> contract.ChangeRefused:
    """The filing stays as it is."""
    return contract.ChangeRefused(**_ids(current), purpose=purpose, reason=reason)


def voided(current: Requirement, *, reason: Said) -> contract.RequirementVoided:
    """The filing was withdrawn."""
    return contract.RequirementVoided(**_ids(current), reason=reason)


def _ids(current: Requirement) -> dict[str, Any]:
    return {
        "filing_id": current.filing_id,
        "requirement_id": current.id,
        "filing_version": current.filing_version,
        "revision": current.revision,
    }


def _required(current: Requirement) -> dict[str, Any]:
    consignment, result = current.consignment, current.determination
    return {
        "mode": result.mode,
        "primary_agency": result.primary_agency,
        "needs": result.needs,
        "recognising": result.recognising,
        "bay_kind": result.bay_kind,
        "rows": result.rows,
        "sandbox": result.sandbox,
        "containers": consignment.containers,
        "lines": tuple(
            Line.model_validate(line.model_dump(include=set(Line.model_fields)))
            for line in consignment.lines
        ),
        "terminal": consignment.terminal,
        "arrival": consignment.arrival,
        "perishable_until": consignment.perishable_until,
        "broker": consignment.broker.uscc,
        "slot_wish": consignment.slot_wish,
    }
