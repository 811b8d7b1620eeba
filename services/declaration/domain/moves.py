"""The states of a filing and every step between them. What is not here does not happen."""

from collections.abc import Mapping
from enum import StrEnum

from shared import errors


class Status(StrEnum):
    """Where a filing stands."""

    ACCEPTED = "accepted"
    AMENDING = "amending"
    WITHDRAWING = "withdrawing"
    HELD = "held"
    RELEASED = "released"
    WITHDRAWN = "withdrawn"
    REFUSED_ENTRY = "refused_entry"


class Act(StrEnum):
    """A step of a filing."""

    ASK_AMENDMENT = "ask_amendment"
    ASK_WITHDRAWAL = "ask_withdrawal"
    AMEND = "amend"
    REFUSE_CHANGE = "refuse_change"
    WITHDRAW = "withdraw"
    DECIDE_PART = "decide_part"
    HOLD = "hold"
    RELEASE = "release"
    REFUSE_ENTRY = "refuse_entry"


OPEN = (Status.ACCEPTED, Status.AMENDING, Status.WITHDRAWING, Status.HELD)
CHANGING = frozenset({Status.AMENDING, Status.WITHDRAWING})
ENDED = frozenset({Status.RELEASED, Status.WITHDRAWN, Status.REFUSED_ENTRY})

# An outcome that comes while a change is asked for ends the filing and refuses the change: the
# requirement was met before the request reached it.
MOVES: Mapping[tuple[Status, Act], Status] = {
    (Status.ACCEPTED, Act.ASK_AMENDMENT): Status.AMENDING,
    (Status.ACCEPTED, Act.ASK_WITHDRAWAL): Status.WITHDRAWING,
    (Status.AMENDING, Act.AMEND): Status.ACCEPTED,
    (Status.AMENDING, Act.REFUSE_CHANGE): Status.ACCEPTED,
    (Status.WITHDRAWING, Act.REFUSE_CHANGE): Status.ACCEPTED,
    (Status.WITHDRAWING, Act.WITHDRAW): Status.WITHDRAWN,
    **{(status, Act.DECIDE_PART): status for status in OPEN},
    **{(status, Act.HOLD): Status.HELD for status in OPEN},
    **{(status, Act.RELEASE): Status.RELEASED for status in OPEN},
    **{(status, Act.REFUSE_ENTRY): Status.REFUSED_ENTRY for status in OPEN},
}


class NotInThisState(errors.Conflict):
    """A filing in this state cannot be amended or withdrawn."""

    zh = "当前状态的申报单不能修改或撤销。"
    mend = "Wait for the answer to the change already asked for, or for the end of the inspection."
    mend_zh = "请等待已提出的变更得到答复，或等待查验结束。"


def allows(status: Status, act: Act) -> bool:
    """Whether the step is possible in this state."""
    return (status, act) in MOVES


def after(status: Status, act: Act) -> Status:
    """The state after the step. Raises NotInThisState."""
    if not allows(status, act):
        raise NotInThisState(status=status.value, act=act.value)
    return MOVES[status, act]
