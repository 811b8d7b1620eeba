"""Samples: drawn, handed on from one holder to the next, and judged by a laboratory days later.

The cargo that a sample stands for is not concluded on before its result, but for a suspended
verdict, with which the case waits; other containers go on meanwhile.
"""

from collections.abc import Collection
from dataclasses import dataclass

from services.inspection.domain import alarms, containers, errors, moves, standing
from services.inspection.domain.case import Case, Change, Section
from services.inspection.domain.facts import Handover, Judged, Sample
from services.inspection.domain.moves import Act
from services.inspection.domain.records import Actor, Json, Moment
from services.inspection.domain.replacing import replace
from shared import errors as refusals
from shared.contracts.values import Finding, Scope, Verdict
from shared.errors import Fault, Faults

MOST = 50
"""Samples of a section: its row is read with every step."""
MOST_HANDOVERS = 20


class SamplingNotRequired(refusals.Conflict):
    """Your section does not go as deep as samples."""

    zh = "本单位的查验深度不包括抽样。"
    mend = "Escalate to `sample` first; the answer revises the requirement."
    mend_zh = "请先提请将查验深度升级为抽样。"


class TooManySamples(refusals.Conflict):
    """Your section has as many samples, or this sample as many holders, as a case can keep."""

    zh = "样品数或交接次数已达上限。"
    mend = "Sum up what is left in a finding."
    mend_zh = "请将其余内容合并为一项查验发现。"


class SampleUnknown(refusals.NotFound):
    """Your section has no such sample."""

    zh = "本单位部分没有该样品。"
    mend = "Use a number of the section's `samples`."
    mend_zh = "请使用 samples 所列的样品序号。"


class SampleJudged(refusals.Conflict):
    """This sample already has its result."""

    zh = "该样品已有检测结果。"
    mend = "Draw another sample if it has to be looked at again."
    mend_zh = "如需复检，请另行抽样。"


class LaboratoryAwaited(refusals.Conflict):
    """A sample of this cargo has no result yet."""

    zh = "该货物的样品尚无检测结果。"
    mend = "Suspend the verdict, conclude on other containers, or record the laboratory's result."
    mend_zh = "请作出待定结论，或先就其他集装箱作出结论，或登记检测结果。"


class LaboratoryFound(refusals.Invalid):
    """A laboratory found that this cargo does not conform."""

    zh = "实验室检测结果为不合格。"
    mend = "Choose another verdict than `conform`, with the laboratory's finding."
    mend_zh = "请选择合格以外的结论，并填写检测发现。"


@dataclass(frozen=True)
class Draw:
    """A sample to be drawn: of which container or line (neither: of all), its seal, for whom."""

    what: str
    seal: str
    laboratory: str
    container: str | None = None
    line: int | None = None


def draw(case: Case, asked: Draw, *, who: Actor, now: Moment) -> Change:
    """Draw a sample in one's own section; its officer holds it first.

    Raises CaseMoveNotAllowed, ContainerNotOpen, AgencyNotNeeded, SectionConcluded,
    NotAtContainer, SamplingNotRequired, TooManySamples, Faults.
    """
    status = moves.after(case.status, Act.SAMPLE)
    section = standing.writable(case, who)
    if section.scope is not Scope.SAMPLE:
        raise SamplingNotRequired(scope=section.scope.value)
    if len(section.samples) >= MOST:
        raise TooManySamples(most=MOST)
    _check_subject(case, asked)
    sample = Sample(
        number=len(section.samples) + 1,
        what=asked.what,
        seal=asked.seal,
        laboratory=asked.laboratory,
        container=asked.container,
        line=asked.line,
        officer=who.subject,
        drawn_at=now.yard,
    )
    facts = sample.model_dump(mode="json", exclude={"handovers", "judged"}, exclude_none=True)
    kept = replace(case, status=status).with_section(_with(section, sample))
    return Change(kept).noted("sample_drawn", **facts)


def hand_over(
    case: Case, number: int, *, to: str, seal_intact: bool, who: Actor, now: Moment
) -> Change:
    """The sample goes from its holder to the next one.

    Raises CaseMoveNotAllowed, AgencyNotNeeded, SampleUnknown, SampleJudged, TooManySamples.
    """
    moves.after(case.status, Act.HAND_OVER)
    section, sample = _of(case, number, who)
    if len(sample.handovers) >= MOST_HANDOVERS:
        raise TooManySamples(most=MOST_HANDOVERS)
    step = Handover(
        giver=sample.holder, to=to, seal_intact=seal_intact, officer=who.subject, at=now.yard
    )
    given = sample.model_copy(update={"handovers": (*sample.handovers, step)})
    facts: dict[str, Json] = step.model_dump(mode="json")
    kept = case.with_section(_with(section, given))
    return Change(kept).noted("sample_handed_over", number=number, **facts)


def judge(
    case: Case, number: int, *, conforms: bool, report: str, text: str, who: Actor, now: Moment
) -> Change:
    """The laboratory's result comes, once; a bad one raises an alarm. What follows is for the
    officer to conclude.

    Raises CaseMoveNotAllowed, AgencyNotNeeded, SampleUnknown, SampleJudged.
    """
    moves.after(case.status, Act.JUDGE_SAMPLE)
    section, sample = _of(case, number, who)
    result = Judged(conforms=conforms, report=report, text=text, officer=who.subject, at=now.yard)
    judged = sample.model_copy(update={"judged": result})
    facts: dict[str, Json] = result.model_dump(mode="json")
    kept = case.with_section(_with(section, judged))
    change = Change(kept).noted("sample_judged", number=number, **facts)
    found = Finding(code=alarms.OF_LABORATORY, text=text, container=sample.container)
    bad = () if conforms else (found,)
    return alarms.raised(change, bad, agency=section.agency, now=now)


def check(section: Section, verdict: Verdict, *, covered: Collection[str]) -> None:
    """Whether the section's samples let this verdict stand for these containers.

    Raises LaboratoryAwaited, LaboratoryFound.
    """
    if verdict is Verdict.SUSPEND:
        return
    of_these = [each for each in section.samples if each.container in (None, *covered)]
    awaited = [each.number for each in of_these if each.judged is None]
    if awaited:
        raise LaboratoryAwaited(samples=awaited)
    bad = [each.number for each in of_these if each.judged and not each.judged.conforms]
    if bad and verdict is Verdict.CONFORM:
        raise LaboratoryFound(pointer="/verdict", samples=bad)


def _of(case: Case, number: int, who: Actor) -> tuple[Section, Sample]:
    section = standing.needed_section(case, who)
    if not 1 <= number <= len(section.samples):
        raise SampleUnknown(number=number)
    sample = section.samples[number - 1]
    if sample.judged is not None:
        raise SampleJudged(number=number)
    return section, sample


def _with(section: Section, sample: Sample) -> Section:
    others = section.samples[: sample.number - 1], section.samples[sample.number :]
    return replace(section, samples=(*others[0], sample, *others[1]))


def _check_subject(case: Case, asked: Draw) -> None:
    faults: list[Fault] = []
    if asked.container is not None:
        named = containers.faults(
            [asked.container], of=case.containers, pointer=lambda _: "/container"
        )
        faults += named
        if asked.container in case.decided:
            decided = containers.ContainerDecided(pointer="/container", container=asked.container)
            faults.append(errors.fault(decided))
    lines = [line.number for line in case.required.lines] if case.required else []
    if asked.line is not None and asked.line not in lines:
        faults.append(errors.fault(errors.LineNotDeclared(pointer="/line", number=asked.line)))
    if faults:
        raise Faults(*faults)
