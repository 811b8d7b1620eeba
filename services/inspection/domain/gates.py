"""The yard's gate: the consignment comes in sealed and leaves sealed again.

Containers that were released or refused entry before the others may leave before them.
"""

from collections.abc import Iterator, Sequence

from services.inspection.domain import containers, errors, handling, moves
from services.inspection.domain.case import Case, Change
from services.inspection.domain.facts import Gate, Seal, Stage
from services.inspection.domain.moves import Act, Status
from services.inspection.domain.records import Json, Moment
from services.inspection.domain.replacing import replace
from shared.errors import Fault, Faults


def of_yard(case: Case, yard: str) -> Case:
    """The case, as the staff of a yard may see it. Raises CaseNotFound."""
    if yard not in case.yards:
        raise errors.CaseNotFound(case_id=case.id)
    return case


def gate_in(case: Case, seals: Sequence[Seal], *, now: Moment) -> Change:
    """The consignment came into the slot's yard, but for what was decided before.

    Raises CaseMoveNotAllowed, CaseNotReady, AlreadyInside, Faults.
    """
    moves.after(case.status, Act.GATE_IN)
    if case.required is None or case.slot is None:
        raise errors.CaseNotReady(gaps=case.gaps)
    if case.gate is not None and case.gate.inside:
        raise errors.AlreadyInside(yard=case.gate.yard)
    _check(seals, of=tuple(each for each in case.containers if each not in case.decided))
    gate = Gate(yard=case.slot.yard, inside=True, at=now.yard, seals=tuple(seals))
    return Change(came_in(case, gate)).noted("gate_in", **_facts(gate))


def came_in(case: Case, gate: Gate) -> Case:
    """The case after its consignment came in; what was decided before did not."""
    left = tuple(each for each in case.containers if each in case.decided)
    return replace(
        case,
        status=moves.after(case.status, Act.GATE_IN),
        gate=gate.model_copy(update={"left": left}) if left else gate,
        handled=handling.sealed(case, gate.seals),
    )


def gate_out(case: Case, seals: Sequence[Seal], *, now: Moment) -> Change:
    """All that was still inside left, closed and sealed; or decided containers before the others.

    Raises CaseMoveNotAllowed (while a container is open that is to leave), ContainerUndecided,
    NotInside, Faults.
    """
    gate, left = case.gate, case.gate.left if case.gate else ()
    inside = _without(case.containers, left)
    early = _early(case, seals, inside=inside)
    moves.after(case.status, Act.GATE_OUT_PART if early else Act.GATE_OUT)
    if gate is None or not gate.inside:
        raise errors.NotInside
    _check(seals, of=early or inside)
    _check_closed(case, seals)
    gone = Gate(yard=gate.yard, inside=False, at=now.yard, seals=tuple(seals), left=left)
    after, kind = (left_early, "gate_out_part") if early else (went_out, "gate_out")
    return Change(after(case, gone)).noted(kind, **_facts(gone))


def went_out(case: Case, gone: Gate) -> Case:
    """The case after all that was still inside left."""
    return replace(case, status=moves.after(case.status, Act.GATE_OUT), gate=gone)


def left_early(case: Case, gone: Gate) -> Case:
    """The case after some containers left before the others. Raises NotInside."""
    gate, early = case.gate, sorted(seal.container for seal in gone.seals)
    if gate is None:
        raise errors.NotInside
    rest = tuple(each for each in gate.seals if each.container not in early)
    kept = gate.model_copy(update={"left": (*gate.left, *early), "seals": rest})
    return replace(case, status=moves.after(case.status, Act.GATE_OUT_PART), gate=kept)


def _early(case: Case, seals: Sequence[Seal], *, inside: Sequence[str]) -> tuple[str, ...]:
    """The containers that leave before the others, if these do. Raises ContainerUndecided."""
    named = {seal.container for seal in seals}
    decided = inside if case.status is Status.COMPLETED else case.decided
    if not named or not named < set(inside) or not decided:
        return ()
    undecided = sorted(named.difference(decided))
    if undecided:
        raise containers.ContainerUndecided(pointer="/seals", containers=undecided)
    return tuple(sorted(named))


def _without(all_of: Sequence[str], left: Sequence[str]) -> tuple[str, ...]:
    return tuple(each for each in all_of if each not in left)


def _facts(gate: Gate) -> dict[str, Json]:
    return gate.model_dump(mode="json", exclude={"inside", "left"})


def _check(seals: Sequence[Seal], *, of: Sequence[str]) -> None:
    """Each of these containers exactly once; loose cargo has none."""
    faults = list(_faults(seals, of=of))
    if faults:
        raise Faults(*faults)


def _check_closed(case: Case, seals: Sequence[Seal]) -> None:
    """What leaves is closed, and under the seal that was put on it here, if that was recorded."""
    faults = []
    for index, seal in enumerate(seals):
        stands = case.handled.get(seal.container)
        if stands is None:
            continue
        facts = {"container": seal.container, "stage": stands.stage.value}
        if stands.stage is not Stage.SEALED:
            left_open = containers.ContainerUnsealed(pointer=f"/seals/{index}/container", **facts)
            faults.append(errors.fault(left_open))
        elif stands.resealed and stands.seal != seal.seal:
            other = containers.SealUnexpected(pointer=f"/seals/{index}/seal", seal=stands.seal)
            faults.append(errors.fault(other))
    if faults:
        raise Faults(*faults)


def _faults(seals: Sequence[Seal], *, of: Sequence[str]) -> Iterator[Fault]:
    named = [seal.container for seal in seals]
    yield from containers.faults(named, of=of, pointer=lambda at: f"/seals/{at}/container")
    for container in of:
        if container not in named:
            yield errors.fault(containers.SealMissing(pointer="/seals", container=container))
