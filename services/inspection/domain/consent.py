"""An officer's consent to an amendment of a filing whose container was opened.

It is asked for while no agency has concluded: what a conclusion is about stays as it was declared.
So a conclusion refuses it, and once it is given nothing is concluded until the amendment is there.
"""

from services.inspection.domain import errors, moves, standing
from services.inspection.domain.case import Case, Change, Consent
from services.inspection.domain.moves import Act
from services.inspection.domain.records import Actor
from services.inspection.domain.replacing import replace
from shared.contracts.case import LeaveGiven, LeaveRefused
from shared.contracts.values import Purpose, Said


def may_be_asked(case: Case, purpose: Purpose) -> bool:
    """Whether officers are asked: for an amendment, after an opening, before any conclusion."""
    begun = bool(case.openings) and not any(each.conclusions for each in case.sections)
    return begun and purpose is Purpose.AMEND and moves.allowed(case.status, Act.ASK_CONSENT)


def ask(case: Case) -> Change:
    """Wait for an officer's answer; the inspection goes on meanwhile."""
    status = moves.after(case.status, Act.ASK_CONSENT)
    return Change(replace(case, status=status, consent=Consent.ASKED)).noted("consent_asked")


def answer(case: Case, *, consents: bool, reason: str | None, who: Actor) -> Change:
    """An officer of an agency that inspects consents, or refuses with a reason.

    Raises CaseMoveNotAllowed, AgencyNotNeeded, ConsentNotAsked, RefusalWithoutReason.
    """
    status = moves.after(case.status, Act.CONSENT if consents else Act.REFUSE_CONSENT)
    standing.needed_section(case, who)
    if case.consent is not Consent.ASKED:
        raise errors.ConsentNotAsked
    if consents:
        given = replace(case, status=status, consent=Consent.GIVEN)
        why = {} if reason is None else {"reason": reason}
        return Change(given).noted("consent_given", **why).told(LeaveGiven, purpose=Purpose.AMEND)
    if reason is None:
        raise errors.RefusalWithoutReason(pointer="/reason")
    refused = Change(replace(case, status=status, consent=None))
    return refused.told(LeaveRefused, purpose=Purpose.AMEND, reason=Said.as_given(reason))


def lapse(change: Change) -> Change:
    """After a conclusion nobody consents any more; mutual recognition refuses the amendment."""
    if change.case.consent is None:
        return change
    return replace(change, case=replace(change.case, consent=None)).noted("consent_lapsed")


def not_given(case: Case) -> None:
    """Raises AmendmentAwaited while an amendment that was consented to is not there yet."""
    if case.consent is Consent.GIVEN:
        raise errors.AmendmentAwaited
