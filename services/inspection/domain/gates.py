"""The yard's gate: the consignment comes in sealed and leaves sealed again."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from services.inspection.domain import errors, moves
from services.inspection.domain.case import Case, Change
from services.inspection.domain.facts import Gate, Seal
from services.inspection.domain.moves import Act
from services.inspection.domain.records import Json, Moment
from shared.errors import Fault, Faults


def of_yard(case: Case, yard: str) -> Case:
    """The case, as the staff of a yard may see it. Raises CaseNotFound."""
    if yard not in case.yards:
        raise errors.CaseNotFound(case_id=case.id)
    return case


def gate_in(case: Case, seals: Sequence[Seal], *, now: Moment) -> Change:
    """The whole consignment came into the slot's yard.

    Raises CaseMoveNotAllowed, CaseNotReady, AlreadyInside, Faults.
    """
    status = moves.after(case.status, Act.GATE_IN)
    if case.required is None or case.slot is None:
        raise errors.CaseNotReady(gaps=case.gaps)
    if case.gate is not None and case.gate.inside:
        raise errors.AlreadyInside(yard=case.gate.yard)
    _check(case, seals)
    gate = Gate(yard=case.slot.yard, inside=True, at=now.yard, seals=tuple(seals))
    return Change(replace(case, status=status, gate=gate)).noted("gate_in", **_facts(gate))


def gate_out(case: Case, seals: Sequence[Seal], *, now: Moment) -> Change:
    """The consignment left, closed and sealed.

    Raises CaseMoveNotAllowed (also while the container is open), NotInside, Faults.
    """
    status = moves.after(case.status, Act.GATE_OUT)
    if case.gate is None or not case.gate.inside:
        raise errors.NotInside
    _check(case, seals)
    gate = Gate(yard=case.gate.yard, inside=False, at=now.yard, seals=tuple(seals))
    return Change(replace(case, status=status, gate=gate)).noted("gate_out", **_facts(gate))


def _facts(gate: Gate) -> dict[str, Json]:
    return gate.model_dump(mode="json", exclude={"inside"})


def _check(case: Case, seals: Sequence[Seal]) -> None:
    """Each container of the consignment exactly once; loose cargo has none."""
    faults = list(_faults(case, seals))
    if faults:
        raise Faults(*faults)


def _faults(case: Case, seals: Sequence[Seal]) -> Iterator[Fault]:
    containers = [each.number for each in case.required.containers] if case.required else []
    named = [seal.container for seal in seals]
    for index, container in enumerate(named):
        pointer = f"/seals/{index}/container"
        if container not in containers:
            yield errors.fault(errors.ContainerUnknown(pointer=pointer, container=container))
        elif container in named[:index]:
            yield errors.fault(errors.ContainerTwice(pointer=pointer, container=container))
    for container in containers:
        if container not in named:
            yield errors.fault(errors.SealMissing(pointer="/seals", container=container))
