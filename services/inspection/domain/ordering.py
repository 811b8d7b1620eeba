"""A conclusion orders a treatment, and until that is told nothing else is concluded on the cargo.

But that it may not come in.
"""

from collections.abc import Collection, Iterator
from dataclasses import replace
from datetime import datetime

from services.inspection.domain import errors
from services.inspection.domain.case import Change, Section
from services.inspection.domain.facts import Conclusion
from services.inspection.domain.records import Actor, Moment, Note
from services.inspection.domain.treatments import Treatment, kinds
from services.inspection.domain.verdicts import Report
from shared import errors as refusals
from shared.contracts.values import Disposal, Verdict
from shared.errors import Fault

ORDERED = "treatment_ordered"
MOST = 50
"""Treatments of a section: its row is read with every step."""


class TreatmentMissing(refusals.Invalid):
    """What is to be treated has an order: which treatment, by whom, until when."""

    zh = "处置为处理的，须填写处理要求：处理方式、实施单位与完成期限。"
    mend = "Give `treatment` with its kind, who makes it, and until when."
    mend_zh = "请填写 treatment：处理方式、实施单位与完成期限。"


class TreatmentUnfit(refusals.Invalid):
    """Only what is to be treated has an order."""

    zh = "处置不是处理的，不填写处理要求。"
    mend = "Leave `treatment` out, or choose the disposal `treat`."
    mend_zh = "请删除 treatment，或选择处理作为处置。"


class TreatmentKindUnknown(refusals.Invalid):
    """There is no such kind of treatment today."""

    zh = "目前没有该处理方式。"
    mend = "Use one of the kinds named; `other` with a text for what is none of them."
    mend_zh = "请使用所列处理方式之一；均不适用时用 other 并填写说明。"


class TreatmentDuePast(refusals.Invalid):
    """This day is over already."""

    zh = "完成期限已过。"
    mend = "Give a time in the future."
    mend_zh = "请填写将来的时间。"


class TreatmentTextMissing(refusals.Invalid):
    """A treatment of the kind `other` says what it is."""

    zh = "其他处理须说明内容。"
    mend = "Say in `text` what is to be done."
    mend_zh = "请在 text 中说明处理内容。"


class TooManyTreatments(refusals.Conflict):
    """Your section has as many treatments as a case can keep."""

    zh = "本单位的处理次数已达上限。"
    mend = "Conclude with another disposal."
    mend_zh = "请选择其他处置。"


class TreatmentAwaited(refusals.Conflict):
    """A treatment of this cargo has no result yet."""

    zh = "该货物的处理尚无结果。"
    mend = "Record the treatment's result first, or conclude on other containers."
    mend_zh = "请先登记处理结果，或先就其他集装箱作出结论。"


class TreatmentFailed(refusals.Invalid):
    """The treatment of this cargo failed: it is not released as it is."""

    zh = "该货物的处理未成功，不能按现状放行。"
    mend = "Have it treated once more, or refuse it."
    mend_zh = "请再次处理，或作出不合格结论。"


def faults(report: Report, *, now: datetime) -> Iterator[Fault]:
    """What is wrong with the order of a conclusion at a moment (yard clock)."""
    order = report.treatment
    if order is None:
        if report.disposal is Disposal.TREAT:
            yield errors.fault(TreatmentMissing(pointer="/treatment"))
        return
    if report.disposal is not Disposal.TREAT:
        yield errors.fault(TreatmentUnfit(pointer="/treatment"))
    today = [each.code for each in kinds().values() if each.on(now.date())]
    if order.kind not in today:
        yield errors.fault(TreatmentKindUnknown(pointer="/treatment/kind", kinds=today))
    if order.due <= now:
        yield errors.fault(TreatmentDuePast(pointer="/treatment/due", now=now))
    if order.kind == "other" and order.text is None:
        yield errors.fault(TreatmentTextMissing(pointer="/treatment/text"))


def check(section: Section, report: Report, *, covered: Collection[str]) -> None:
    """Whether the section's treatments let this verdict stand for these containers.

    Raises TreatmentAwaited, TreatmentFailed, TooManyTreatments.
    """
    if report.treatment is not None and len(section.treatments) >= MOST:
        raise TooManyTreatments(most=MOST)
    of_these = [each for each in section.treatments if any(map(each.covers, covered))]
    awaited = [each.number for each in of_these if each.open]
    if awaited and report.verdict is not Verdict.NONCONFORM:
        raise TreatmentAwaited(treatments=awaited)
    last = {part: each for each in of_these for part in covered if each.covers(part)}
    failed = [part for part, each in last.items() if each.result and not each.result.done]
    if failed and report.disposal is Disposal.RELEASE:
        raise TreatmentFailed(pointer="/disposal", containers=[each for each in failed if each])


def ordered(section: Section, report: Report, *, who: Actor, now: Moment) -> Section:
    """The section with what its newest conclusion orders."""
    order, conclusion = report.treatment, section.conclusions[-1]
    if order is None:
        return section
    treatment = Treatment(
        number=len(section.treatments) + 1,
        conclusion=conclusion.number,
        **vars(order),
        containers=conclusion.containers,
        officer=who.subject,
        ordered_at=now.yard,
    )
    return replace(section, treatments=(*section.treatments, treatment))


def noted(change: Change, section: Section, conclusion: Conclusion) -> Change:
    """Also record what a conclusion ordered."""
    for each in section.treatments:
        if each.conclusion == conclusion.number:
            left_out = {"result", "overdue_at", "cancelled_at"}
            facts = each.model_dump(mode="json", exclude=left_out, exclude_none=True)
            note = Note(ORDERED, {"agency": section.agency, **facts})
            change = replace(change, notes=(*change.notes, note))
    return change
