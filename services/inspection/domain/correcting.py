"""Corrections: new records that point at the old one, which stays as it is.

Who corrects belongs to the office that wrote the record. Once that office has concluded, or the
case has ended, a second person of it confirms; until then nothing is corrected. A verdict is never
corrected: what follows from it was told to others, and another conclusion is the way.
"""

import re
from collections.abc import Collection, Iterable, Mapping

from services.inspection.domain import attendance, errors, moves, treating
from services.inspection.domain.case import Case, Change, Section
from services.inspection.domain.facts import Handled, Sample
from services.inspection.domain.records import Actor, Json, Record
from services.inspection.domain.replacing import replace
from shared import errors as refusals
from shared.contracts.values import Finding
from shared.errors import Faults

CORRECTED, PROPOSED = "corrected", "correction_proposed"

CORRECTABLE: Mapping[str, frozenset[str]] = {
    "finding": frozenset({"code", "text"}),
    attendance.CAME: frozenset({"came_at", "left_at"}),
    "handled": frozenset({"seal", "reason"}),
    "result": frozenset({"outcome", "figure", "note"}),
    "sample_drawn": frozenset({"what", "seal", "laboratory"}),
    "sample_judged": frozenset({"report", "text"}),
    treating.REPORTED: frozenset({"text", "certificate"}),
    "concluded": frozenset({"remark"}),
    "partly_concluded": frozenset({"remark"}),
}
"""What of which record can be corrected; a remark on a conclusion says what is right of it."""

_TIME = r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]{1,6})?Z"
FORMS: Mapping[str, str] = {
    "came_at": _TIME,
    "left_at": _TIME,
    "code": r"[a-z][a-z0-9_]{0,63}",
    "seal": r"[A-Za-z0-9][A-Za-z0-9 ./-]{0,39}",
    "outcome": r"conform|deviates|not_done",
    "figure": r"-?[0-9]{1,13}(\.[0-9]{1,5})?",
}


class RecordNotFound(refusals.NotFound):
    """The case has no such record."""

    zh = "案卷中没有该记录。"


class RecordOfOthers(refusals.Conflict):
    """This record is another office's, which alone corrects it."""

    zh = "该记录属于其他单位，只能由该单位更正。"
    mend = "Tell that office; what you saw yourself is a finding of your own."
    mend_zh = "请告知该单位；您本人所见请另行登记为查验发现。"


class NotCorrectable(refusals.Invalid):
    """This is not corrected: it is no observation, or it has another form."""

    zh = "该内容不能更正：不属于观察记录，或格式不符。"
    mend = "Correct the fields named; a verdict is followed by another conclusion where one is due."
    mend_zh = "请更正所列字段；结论只能在允许时重新作出。"


class SecondPersonNeeded(refusals.Conflict):
    """Whoever proposed this correction does not confirm it."""

    zh = "提出更正的人员不能自行确认。"
    mend = "Have another person of your office confirm it."
    mend_zh = "请由本单位另一人员确认。"


class CorrectionSettled(refusals.Conflict):
    """This is no proposal that waits for a second person."""

    zh = "该记录不是待确认的更正。"
    mend = "Read the case's corrections."
    mend_zh = "请查看案卷的更正记录。"


def correct(
    case: Case, record: Record, facts: Mapping[str, str], *, reason: str, who: Actor
) -> Change:
    """Correct a record of one's own office, or propose to where a second person has to confirm.

    Raises RecordOfOthers, StayUnfit, Faults.
    """
    _check_office(record, who)
    _check(record, facts)
    said: dict[str, Json] = {"corrects": record.seq, "facts": dict(facts), "reason": reason}
    after = applied(case, record, facts)
    if _concluded(case, who):
        return Change(case).noted(PROPOSED, **said)
    return Change(after).noted(CORRECTED, **said)


def confirm(
    case: Case, proposal: Record, corrected: Record, *, settled: Collection[object], who: Actor
) -> Change:
    """A second person of the office confirms; sign-offs of before are void then.

    `settled` are the proposals that were confirmed. Raises RecordOfOthers, CorrectionSettled,
    SecondPersonNeeded, StayUnfit.
    """
    _check_office(proposal, who)
    if proposal.kind != PROPOSED or proposal.seq in settled:
        raise CorrectionSettled(record=proposal.seq)
    if proposal.actor.subject == who.subject:
        raise SecondPersonNeeded
    after = applied(case, corrected, proposed(proposal))
    return Change(unsigned(after)).noted(
        CORRECTED,
        **{name: proposal.payload[name] for name in ("corrects", "facts", "reason")},
        proposal=proposal.seq,
    )


def unsigned(case: Case) -> Case:
    """The case without its signatures: what was signed is no more as it was."""
    return case.with_sections(replace(each, signed=None) for each in case.sections)


def proposed(proposal: Record) -> dict[str, str]:
    """What a proposal says is right, field by field."""
    facts = proposal.payload["facts"]
    return {name: str(value) for name, value in facts.items()} if isinstance(facts, dict) else {}


def corrected(records: Iterable[Record]) -> list[Record]:
    """Records as they were corrected, without the corrections themselves."""
    found: dict[int, Record] = {}
    for each in records:
        wrong = found.get(_seq(each.payload.get("corrects")))
        facts = each.payload.get("facts")
        if each.kind != CORRECTED:
            found[each.seq] = each
        elif wrong is not None and isinstance(facts, dict):
            found[wrong.seq] = replace(wrong, payload={**wrong.payload, **facts})
    return list(found.values())


def _seq(value: Json) -> int:
    return value if isinstance(value, int) else 0


def _check_office(record: Record, who: Actor) -> None:
    if (record.actor.role, record.actor.agency) != (who.role, who.agency):
        raise RecordOfOthers(record=record.seq)


def _check(record: Record, facts: Mapping[str, str]) -> None:
    allowed = CORRECTABLE.get(record.kind, frozenset())
    faults = [
        errors.fault(
            NotCorrectable(pointer=f"/facts/{name}", kind=record.kind, fields=sorted(allowed))
        )
        for name, value in facts.items()
        if name not in allowed or not re.fullmatch(FORMS.get(name, r"(?s).+"), value)
    ]
    if faults:
        raise Faults(*faults)


def _concluded(case: Case, who: Actor) -> bool:
    section = case.section(who.agency)
    return case.status in moves.ENDED or (section is not None and bool(section.conclusions))


def applied(case: Case, record: Record, facts: Mapping[str, str]) -> Case:
    """The case as it is with the correction, as far as it remembers what is corrected."""
    if record.kind == "handled":
        return _handled(case, record, facts)
    if record.kind == attendance.CAME:
        return attendance.corrected(case, record, facts)
    if record.kind == treating.REPORTED:
        return treating.corrected(case, record, facts)
    section = case.section(record.actor.agency)
    if section is None:
        return case
    if record.kind == "finding":
        return case.with_section(_of_finding(section, record, facts))
    if record.kind in ("sample_drawn", "sample_judged"):
        return case.with_section(_of_sample(section, record, facts))
    return case


def _handled(case: Case, record: Record, facts: Mapping[str, str]) -> Case:
    """The seal that a container is known under, if it is still the corrected one."""
    container = str(record.payload["container"])
    stands: Handled | None = case.handled.get(container)
    if stands is None or "seal" not in facts or stands.seal != record.payload.get("seal"):
        return case
    sealed = stands.model_copy(update={"seal": facts["seal"]})
    return replace(case, handled={**case.handled, container: sealed})


def _of_finding(section: Section, record: Record, facts: Mapping[str, str]) -> Section:
    """Findings that are not concluded on yet; a conclusion keeps those that it was made of."""
    wrong = Finding.model_validate(record.payload)
    if wrong not in section.findings:
        return section
    at = section.findings.index(wrong)
    right = wrong.model_copy(update=dict(facts))
    return replace(section, findings=(*section.findings[:at], right, *section.findings[at + 1 :]))


def _of_sample(section: Section, record: Record, facts: Mapping[str, str]) -> Section:
    number = record.payload["number"]

    def corrected(sample: Sample) -> Sample:
        if sample.number != number:
            return sample
        if record.kind == "sample_drawn":
            return sample.model_copy(update=dict(facts))
        judged = sample.judged.model_copy(update=dict(facts)) if sample.judged else None
        return sample.model_copy(update={"judged": judged})

    return replace(section, samples=tuple(corrected(each) for each in section.samples))
