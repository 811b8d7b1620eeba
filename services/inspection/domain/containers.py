"""What is refused about the containers of a consignment, and what is wrong with a list of them."""

from collections.abc import Callable, Iterator, Sequence

from services.inspection.domain.errors import fault
from shared import errors
from shared.errors import Fault


class ContainerUnknown(errors.Invalid):
    """This container is not part of the consignment."""

    zh = "该集装箱不属于本票货物。"
    mend = "Check the container number against the case."
    mend_zh = "请与案卷核对集装箱号。"


class ContainerTwice(errors.Invalid):
    """This container is named twice."""

    zh = "该集装箱重复填写。"
    mend = "Name each container once."
    mend_zh = "每个集装箱只填写一次。"


class SealMissing(errors.Invalid):
    """A container of the consignment has no seal in the list."""

    zh = "本票货物有集装箱未填写封志号。"
    mend = "Give the seal of every container that is still with the case, or of decided ones alone."
    mend_zh = "请填写案卷中每个尚在集装箱的封志号，或仅填写已有处理结果的集装箱。"


class LooseCargo(errors.Invalid):
    """This consignment has no containers: what is said of it stands for all of it."""

    zh = "本票货物没有集装箱，结论适用于全部货物。"
    mend = "Leave the containers out; loose cargo is not released in parts."
    mend_zh = "请勿填写集装箱；散货不能分批放行。"


class ContainerDecided(errors.Conflict):
    """This container was already released or refused entry, which is not taken back."""

    zh = "该集装箱已放行或已不准进出境，不再变更。"
    mend = "Leave it out; ask for an inspection after release instead."
    mend_zh = "请勿填写该集装箱；如需查验，请按后续稽查办理。"


class ContainerUndecided(errors.Conflict):
    """This container is still to be decided: it stays until it is, or until all leave together."""

    zh = "该集装箱尚未作出处理决定，须待决定后或与其余集装箱一并离场。"
    mend = "Read the case: `decided` names the containers that may leave alone."
    mend_zh = "请查看案卷：decided 列明可单独离场的集装箱。"


class InOtherContainer(errors.Invalid):
    """This is in a container that the verdict does not stand for."""

    zh = "该内容属于本结论未涵盖的集装箱。"
    mend = "Name its container as well, or leave this out."
    mend_zh = "请同时填写其集装箱，或删除该内容。"


class ContainerUnsealed(errors.Invalid):
    """This container was unsealed here and has no new seal yet."""

    zh = "该集装箱已在场内拆封，尚未重新施封。"
    mend = "Record that it was repacked and resealed, then let it leave."
    mend_zh = "请先登记装箱与重新施封，再办理出场。"


class SealUnexpected(errors.Invalid):
    """This container was given another seal here."""

    zh = "该集装箱在场内所施的封志与此不同。"
    mend = "Look at the seal again; the one that was put on it here is named."
    mend_zh = "请再次核对封志；此处列明场内所施的封志号。"


def faults(
    named: Sequence[str], *, of: Sequence[str], pointer: Callable[[int], str]
) -> Iterator[Fault]:
    """The names that are none of the consignment's containers, or come a second time."""
    for index, container in enumerate(named):
        if container not in of:
            yield fault(ContainerUnknown(pointer=pointer(index), container=container))
        elif container in named[:index]:
            yield fault(ContainerTwice(pointer=pointer(index), container=container))
