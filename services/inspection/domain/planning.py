"""What other services tell of a case: its requirement, its slot, a change the broker asks for.

Facts that come too late, or that mean nothing to the case's state, leave it as it is (`None`).
"""

from services.inspection.domain import consent, moves, waiting
from services.inspection.domain.case import Case, Change, Section
from services.inspection.domain.ending import void
from services.inspection.domain.facts import Recognition, Required
from services.inspection.domain.moves import Act
from services.inspection.domain.records import Moment
from services.inspection.domain.replacing import replace
from shared.contracts.case import CasePlanned, LeaveGiven, LeaveRefused
from shared.contracts.requirement import Determination, RequirementRevised
from shared.contracts.values import Mode, Purpose, Said, Slot

NOTHING_TO_INSPECT = Said(en="the requirement needs no inspection", zh="无需查验")
OPENED = Said(en="the container was opened", zh="已开箱")
ENDED = Said(en="the case has ended", zh="案卷已结束")
ANSWERS = "amendment"
"""The cause of a revision that an amendment was asked for."""


def require(
    case: Case, determination: Determination, *, now: Moment, wait: waiting.Wait
) -> Change | None:
    """The requirement is determined or revised.

    A revision that adds an agency to an open container makes its section needed, so that the
    agency can join; until it comes, the container waits for it. Mode `none` voids the case,
    unless it was opened.
    """
    required = Required.by(determination)
    known = case.required.revision if case.required else 0
    if required.revision <= known or not moves.allowed(case.status, Act.REVISE):
        return None
    cause = determination.cause if isinstance(determination, RequirementRevised) else None
    kind = "revised" if known else "determined"
    change = Change(revise(case, required, answers=cause == ANSWERS)).noted(
        kind, **required.model_dump(mode="json"), cause=cause
    )
    if required.mode is Mode.NONE and not case.openings:
        return void(change, reason=NOTHING_TO_INSPECT)
    return waiting.begin(_planned(case, change), now=now, wait=wait)


def revise(case: Case, required: Required, *, answers: bool) -> Case:
    """The case with another requirement, which may be what an amendment was asked for."""
    return replace(
        _with_needs(case, required),
        required=required,
        status=moves.after(case.status, Act.REVISE),
        leave=None if answers and case.leave is Purpose.AMEND else case.leave,
        consent=None if answers else case.consent,
    )


def _with_needs(case: Case, required: Required) -> Case:
    """The case with a section for each agency of the requirement, needed or recognising.

    What was concluded stays part of the case, whatever is required later.
    """
    scopes = {need.agency: need.scope for need in required.needs}
    kept = [
        replace(
            each,
            needed=each.agency in scopes or bool(each.conclusions),
            scope=scopes.get(each.agency, each.scope),
        )
        for each in case.sections
    ]
    named = (*required.needs, *((required.recognising,) if required.recognising else ()))
    new = [
        Section(agency=need.agency, needed=need.agency in scopes, scope=need.scope)
        for need in named
        if case.section(need.agency) is None
    ]
    return case.with_sections([*kept, *new])


def assign(case: Case, slot: Slot) -> Change | None:
    """The booking has this slot now. An open container stays in the slot it was opened in."""
    if not moves.allowed(case.status, Act.PLAN) or case.slot == slot:
        return None
    given = replace(case, slot=slot, attempts=case.attempts + 1)
    change = Change(given).noted("slot_given", slot=slot.model_dump(mode="json"))
    return _planned(case, change)


def extend(case: Case, slot: Slot) -> Change | None:
    """The slot got longer, or another team. A slot given up in the meantime stays given up."""
    if not moves.allowed(case.status, Act.EXTEND) or case.slot in (None, slot):
        return None
    change = Change(replace(case, slot=slot))
    return _planned(case, change.noted("slot_extended", slot=slot.model_dump(mode="json")))


def lose_slot(case: Case, *, why: str) -> Change | None:
    """The booking was cancelled or missed: the case has no slot until there is another."""
    if not moves.allowed(case.status, Act.PLAN) or case.slot is None:
        return None
    return Change(replace(case, slot=None)).noted("slot_lost", why=why)


def ask_leave(case: Case, purpose: Purpose) -> Change:
    """May the cargo still be withdrawn or amended? Yes, unless the container was ever opened.

    A given leave freezes the case: nobody opens it until the change is settled. After the opening
    an amendment needs an officer's consent, for which is asked while nobody has concluded.
    """
    if moves.allowed(case.status, Act.GIVE_LEAVE) and not case.openings:
        return Change(replace(case, leave=purpose)).told(LeaveGiven, purpose=purpose)
    if consent.may_be_asked(case, purpose):
        return consent.ask(case)
    return Change(case).told(
        LeaveRefused, purpose=purpose, reason=OPENED if case.openings else ENDED
    )


def thaw(case: Case, *, settled: Purpose, why: Said) -> Change | None:
    """The change is settled and the requirement goes on as it is."""
    consented = case.consent is not None and settled is Purpose.AMEND
    if case.leave is not settled and not consented:
        return None
    kept = replace(
        case,
        leave=None if case.leave is settled else case.leave,
        consent=None if consented else case.consent,
    )
    return Change(kept).noted("change_settled", why=why.model_dump())


def recognise(case: Case, recognition: Recognition) -> Change | None:
    """What became of the recognition, shown to the officers; granted or lapsed, it waits no more.

    A refused one is followed by a revision that needs the other agency: the case waits for it.
    """
    if case.recognition == recognition or case.status in moves.ENDED:
        return None
    told = Change(with_recognition(case, recognition))
    return told.noted("recognition", **recognition.model_dump(mode="json"))


def with_recognition(case: Case, recognition: Recognition) -> Case:
    """The case with what became of the recognition."""
    settled = recognition.status in ("granted", "lapsed")
    ends = settled and moves.allowed(case.status, Act.RECOGNISE)
    status = moves.after(case.status, Act.RECOGNISE) if ends else case.status
    return replace(case, recognition=recognition, status=status)


def _planned(before: Case, change: Change) -> Change:
    """Tell the plan once slot and requirement are both known, and whenever the slot changes."""
    case = change.case
    if case.required is None or case.slot is None or case.opening is not None:
        return change
    if not before.gaps and before.slot == case.slot:
        return change
    return change.told(CasePlanned, slot=case.slot)
