"""What is done to each container in the yard, step by step: moved, unsealed, unpacked, sealed.

The opening is the case's and shared by the agencies; a step inside it names who of them was there.
A container is unpacked a second time only for a recorded reason.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from services.inspection.domain import attended, containers, errors, standing
from services.inspection.domain.case import Case, Change
from services.inspection.domain.facts import Gate, Handled, Seal, Stage
from services.inspection.domain.records import Json
from services.inspection.domain.replacing import replace
from shared import errors as refusals
from shared.errors import Fault, Faults


class Step(StrEnum):
    """One thing that is done to a container."""

    MOVED_TO_BAY = "moved_to_bay"
    SEAL_REMOVED = "seal_removed"
    OPENED = "opened"
    UNPACKED = "unpacked"
    REPACKED = "repacked"
    RESEALED = "resealed"


STEPS: Mapping[tuple[Stage, Step], Stage] = {
    (Stage.SEALED, Step.MOVED_TO_BAY): Stage.SEALED,
    (Stage.SEALED, Step.SEAL_REMOVED): Stage.UNSEALED,
    (Stage.UNSEALED, Step.OPENED): Stage.OPENED,
    (Stage.UNSEALED, Step.RESEALED): Stage.SEALED,
    (Stage.OPENED, Step.UNPACKED): Stage.UNPACKED,
    (Stage.OPENED, Step.RESEALED): Stage.SEALED,
    (Stage.UNPACKED, Step.REPACKED): Stage.REPACKED,
    (Stage.REPACKED, Step.UNPACKED): Stage.UNPACKED,
    (Stage.REPACKED, Step.RESEALED): Stage.SEALED,
}
"""How a container stands after a step. What is not here does not happen."""

IN_AN_OPENING = frozenset({Step.SEAL_REMOVED, Step.OPENED, Step.UNPACKED})
WITH_SEALS = frozenset({Step.SEAL_REMOVED, Step.RESEALED})


class StepNotAllowed(refusals.Conflict):
    """This cannot be done to the container as it stands."""

    zh = "该集装箱的当前状态不允许此操作。"
    mend = "Read the case: `handled` says how each container stands; record the step before first."
    mend_zh = "请查看案卷：handled 列明各集装箱的状态；请先登记前一步骤。"


class SealNumberMissing(refusals.Invalid):
    """This step is recorded with the number of the seal."""

    zh = "登记该步骤须填写封志号。"
    mend = "Give the number on the seal that was removed, or of the new one."
    mend_zh = "请填写所拆或新施封志的号码。"


class SealNumberUnfit(refusals.Invalid):
    """This step has nothing to do with a seal."""

    zh = "该步骤与封志无关。"
    mend = "Leave the seal out."
    mend_zh = "请勿填写封志号。"


class SealReused(refusals.Invalid):
    """A seal that was removed is not used again."""

    zh = "已拆除的封志不得再次使用。"
    mend = "Give the number of the new seal."
    mend_zh = "请填写新封志的号码。"


class UnpackedBefore(refusals.Invalid):
    """This container was unpacked before: a second time needs a reason."""

    zh = "该集装箱已掏箱，再次掏箱必须说明理由。"
    mend = "Say why it must be unpacked again."
    mend_zh = "请填写再次掏箱的理由。"


@dataclass(frozen=True)
class Box:
    """A container that a step is done to, with the number of the seal where one is concerned."""

    container: str
    seal: str | None = None


@dataclass(frozen=True)
class Handling:
    """A step, the containers it is done to together, and who else was there."""

    step: Step
    boxes: tuple[Box, ...]
    reason: str | None = None
    witnesses: tuple[str, ...] = ()


def handle(case: Case, done: Handling) -> Change:
    """Record a step for each of its containers.

    Raises NotInside, CaseEnded, ContainerNotOpen, Faults (which name every container that cannot
    take it).
    """
    gate = case.gate
    if gate is None or not gate.inside:
        raise errors.NotInside
    if done.step in IN_AN_OPENING:
        standing.opened(case)
    inside = [each for each in case.containers if each not in gate.left]
    faults = list(_faults(case, done, inside=inside))
    if faults:
        raise Faults(*faults)
    handled = dict(case.handled)
    change = Change(case)
    for box in done.boxes:
        before = handled[box.container]
        handled[box.container] = after_step(before, done.step, box)
        change = change.noted("handled", **_facts(case, gate, done, box, before))
    return replace(change, case=replace(case, handled=handled))


def sealed(case: Case, seals: Sequence[Seal]) -> dict[str, Handled]:
    """How all containers stand after these came in under their seals."""
    fresh = {each.container: Handled(seal=each.seal) for each in seals}
    known = {
        name: each.model_copy(update={"unpackings": case.handled[name].unpackings})
        for name, each in fresh.items()
        if name in case.handled
    }
    return {**case.handled, **fresh, **known}


def _faults(case: Case, done: Handling, *, inside: Sequence[str]) -> Iterator[Fault]:
    named = [box.container for box in done.boxes]
    if not case.containers:
        yield errors.fault(containers.LooseCargo(pointer="/containers"))
        return
    yield from containers.faults(named, of=inside, pointer=lambda at: f"/containers/{at}/container")
    for index, box in enumerate(done.boxes):
        if box.container in inside:
            pointer = f"/containers/{index}"
            yield from _of_box(case.handled[box.container], done, box, pointer=pointer)


def _of_box(stands: Handled, done: Handling, box: Box, *, pointer: str) -> Iterator[Fault]:
    if (stands.stage, done.step) not in STEPS:
        facts = {"container": box.container, "stage": stands.stage.value}
        yield errors.fault(StepNotAllowed(pointer=pointer, **facts))
    if done.step in WITH_SEALS and box.seal is None:
        yield errors.fault(SealNumberMissing(pointer=f"{pointer}/seal"))
    if done.step not in WITH_SEALS and box.seal is not None:
        yield errors.fault(SealNumberUnfit(pointer=f"{pointer}/seal"))
    if done.step is Step.RESEALED and box.seal == stands.seal:
        yield errors.fault(SealReused(pointer=f"{pointer}/seal", seal=box.seal))
    if done.step is Step.UNPACKED and stands.unpackings and done.reason is None:
        yield errors.fault(UnpackedBefore(pointer="/reason", container=box.container))


def after_step(before: Handled, step: Step, box: Box) -> Handled:
    """How a container stands after a step."""
    return Handled(
        stage=STEPS[before.stage, step],
        seal=box.seal or before.seal,
        resealed=step is Step.RESEALED or before.resealed,
        unpackings=before.unpackings + (step is Step.UNPACKED),
    )


def _officers(case: Case) -> dict[str, Json]:
    """Who of each agency is signed in."""
    return {
        each.agency: [stay.officer for stay in attended.present(each)]
        for each in case.sections
        if attended.present(each)
    }


def _facts(case: Case, gate: Gate, done: Handling, box: Box, before: Handled) -> dict[str, Json]:
    """The record of a step; `expected_seal` is there if another seal was found on the doors."""
    facts: dict[str, Json] = {
        "step": done.step.value,
        "container": box.container,
        "yard": gate.yard,
        "bay": case.slot.bay if case.slot else None,
        "seal": box.seal,
        "opening": case.opening.number if case.opening else None,
        "present": list(case.opening.present) if case.opening else None,
        "officers": _officers(case) or None,
        "witnesses": list(done.witnesses) or None,
        "reason": done.reason,
    }
    if done.step is Step.SEAL_REMOVED and box.seal != before.seal:
        facts["expected_seal"] = before.seal
    return {name: value for name, value in facts.items() if value is not None}
