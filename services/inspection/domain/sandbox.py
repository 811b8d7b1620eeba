"""The sandbox's officer: what is done next about a case whose reference asked for an outcome.

It takes the same steps as people, under the same rules but for the checklist, which nobody could
answer for it, and says in each record who it is.
"""

from services.inspection.domain import concluding, consent, inspecting, waiting
from services.inspection.domain.case import Case, Change, Consent
from services.inspection.domain.moves import Status
from services.inspection.domain.records import Actor, Moment
from services.inspection.domain.verdicts import Found, Report
from shared.contracts.values import Disposal, Finding, Sandbox, Verdict

NAME = "sandbox"
FINDING = Finding(code="sandbox", text="The sandbox reference asks for this. 沙箱编号指定。")
_OPEN = frozenset({Status.OPEN, Status.AWAITING_RECOGNITION})

Acted = tuple[Actor, Change]


def act(case: Case, *, now: Moment, wait: waiting.Wait) -> Acted | None:
    """The next step and whose it is; None if nothing is to be done now, or by people alone."""
    forced = case.required.sandbox if case.required else None
    if forced is None:
        return None
    if case.consent is Consent.ASKED:
        return _consent(case)
    if case.status is Status.PLANNED:
        return _open(case, now=now)
    if case.status not in _OPEN:
        return None
    if case.missing:
        who = _officer(case.missing[0])
        return who, inspecting.join(case, who=who, now=now, wait=wait)
    return _conclude(case, forced, now=now, wait=wait)


def _officer(agency: str) -> Actor:
    return Actor(subject=NAME, role="service", agency=agency)


def _consent(case: Case) -> Acted:
    who = _officer(case.needed[0].agency)
    return who, consent.answer(case, consents=True, reason=NAME, who=who)


def _open(case: Case, *, now: Moment) -> Acted | None:
    opens_from = inspecting.may_open_from(case)
    if opens_from is None or now.yard < opens_from or not case.missing:
        return None
    who = _officer(case.missing[0])
    reason = NAME if case.openings else None
    return who, inspecting.open_container(case, who=who, present=(), reason=reason, now=now)


def _conclude(case: Case, forced: Sandbox, *, now: Moment, wait: waiting.Wait) -> Acted | None:
    section = next((each for each in case.needed if not case.concluded(each)), None)
    if section is None or case.consent is Consent.GIVEN:
        return None
    who = _officer(section.agency)
    return who, concluding.conclude(case, _report(case, forced), who=who, now=now, wait=wait)


def _report(case: Case, forced: Sandbox) -> Report:
    """Held, refused, or all as it was declared."""
    if forced is Sandbox.HELD:
        return Report(Verdict.SUSPEND, Disposal.DETAIN, findings=(FINDING,))
    if forced is Sandbox.REFUSED:
        return Report(Verdict.NONCONFORM, Disposal.RETURN, findings=(FINDING,))
    lines = case.required.lines if case.required else ()
    found = (Found(it.number, it.name, it.quantity, it.unit, it.net_kg) for it in lines)
    return Report(Verdict.CONFORM, Disposal.RELEASE, found=tuple(found))
