"""Answers to the broker who asks to amend or to withdraw, with or after the inspection's leave."""

from dataclasses import replace
from datetime import datetime
from typing import Any

from services.mutual_recognition.domain import changes, determination, refusals
from services.mutual_recognition.domain.agencies import Agencies
from services.mutual_recognition.domain.requirement import Pending, Status
from services.mutual_recognition.rules import decide, inputs, matter
from services.mutual_recognition.rules.decide import Case
from services.mutual_recognition.rules.draw import Ticket
from services.mutual_recognition.rules.matter import Change, Matter
from shared.contracts.filing import AmendmentRequested, Consignment, WithdrawalRequested
from shared.contracts.values import BayKind, Line, Purpose, Said
from shared.ids import Ids

AMENDED = Said(en="the filing was amended", zh="申报单已修改")
BEGUN = Said(en="the inspection has begun", zh="查验已开始")
CLOSED = Said(en="the requirement is already met", zh="查验要求已完成")
WITHDRAWN = Said(en="the filing was withdrawn", zh="申报单已撤回")


def request(current: Matter, event: AmendmentRequested | WithdrawalRequested) -> Change:
    """Answer the broker: refuse, note, or ask the inspection for its leave.

    Where an agency has concluded nothing is changed any more, even if the requirement was
    reopened. So the filing version that a conclusion is about stays.
    Raises `ChangePending` if an earlier change has no answer yet.
    """
    required = current.requirement
    amends = isinstance(event, AmendmentRequested)
    pending = Pending(
        purpose=Purpose.AMEND if amends else Purpose.WITHDRAW,
        filing_version=event.filing_version,
        consignment=event.consignment if isinstance(event, AmendmentRequested) else None,
    )
    if required.pending is not None:
        raise refusals.ChangePending(requirement=required.id)
    if required.status not in {Status.DETERMINED, Status.REVISED}:
        changed = changes.refuse_change(required, purpose=pending.purpose, reason=CLOSED)
    elif current.conclusions:
        changed = changes.refuse_change(required, purpose=pending.purpose, reason=BEGUN)
    elif pending.consignment and changes_nothing(required.consignment, pending.consignment):
        changed = changes.note_amendment(required, pending)
    else:
        changed = changes.ask_leave(required, pending)
    return Change(current).required(changed)


def waiting(current: Matter, purpose: Purpose) -> Pending | None:
    """The change that waits for an answer to `purpose`; None makes that answer a late one."""
    pending = current.requirement.pending
    return pending if pending is not None and pending.purpose is purpose else None


def withdraw(current: Matter) -> Change:
    """Nothing was opened: the filing is taken back."""
    void = changes.void(current.requirement, reason=WITHDRAWN)
    return matter.lapse(Change(current).required(void), reason=WITHDRAWN)


def amend(
    current: Matter,
    pending: Pending,
    case: Case,
    *,
    ticket: Ticket,
    agencies: Agencies,
    ids: Ids,
    now: datetime,
) -> Change:
    """Nothing was opened, or an officer consents: decide the amended filing's case (wall time).

    An amendment never sheds what was selected before it. `case` was drawn for by `ticket`.
    """
    before = current.decision.case
    carried = replace(
        case,
        orders=determination.carried(
            before.orders,
            current.requirement.determination,
            bays=_bays(before, agencies),
            ids=ids,
            now=now,
        ),
        recognition_refused=before.recognition_refused,
        mismatch=before.mismatch,
    )
    return matter.revise(
        Change(current),
        carried,
        cause="amendment",
        reason=AMENDED,
        pending=pending,
        ticket=ticket,
        agencies=agencies,
        ids=ids,
    )


def _bays(case: Case, agencies: Agencies) -> dict[str, tuple[BayKind, ...]]:
    """The kinds of bay that each agency's rows asked for, then or before an earlier amendment."""
    cargo = decide.cargo_of(case.inputs)
    first = {
        agency: decide.selected(case, agency, cargo=cargo, agencies=agencies)
        for agency in case.taking_part(agencies).names
    }
    return {
        agency: tuple(dict.fromkeys(determination.ordered(one, case.orders, cargo=cargo).bays))
        for agency, one in first.items()
    }


def refuse(change: Change, *, purpose: Purpose, reason: Said) -> Change:
    """The filing stays as it is."""
    refused = changes.refuse_change(change.matter.requirement, purpose=purpose, reason=reason)
    return change.required(refused)


def changes_nothing(before: Consignment, after: Consignment) -> bool:
    """Whether an amendment leaves alone all that was determined on or told to others."""
    return inputs.of(before) == inputs.of(after) and _told(before) == _told(after)


def _told(consignment: Consignment) -> tuple[Any, ...]:
    return (
        tuple(line.model_dump(include=set(Line.model_fields)) for line in consignment.lines),
        tuple(line.qualifications for line in consignment.lines),
        consignment.containers,
        consignment.gross_kg,
        consignment.bill_of_lading,
        consignment.terminal,
        consignment.arrival,
        consignment.perishable_until,
        consignment.broker,
        consignment.slot_wish,
    )
