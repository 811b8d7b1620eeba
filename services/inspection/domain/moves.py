"""The states of a case and every move between them. What is not in `MOVES` is not allowed."""

from collections.abc import Mapping
from enum import StrEnum

from services.inspection.domain import errors


class Status(StrEnum):
    """Where a case stands.

    `planned` has no open container: before the inspection, or between two openings.
    `awaiting_recognition` has the primary agency's conclusion and not yet the other agency.
    `awaiting_laboratory` is held by a suspended verdict or until a treatment is made.
    """

    PLANNED = "planned"
    OPEN = "open"
    AWAITING_RECOGNITION = "awaiting_recognition"
    AWAITING_LABORATORY = "awaiting_laboratory"
    COMPLETED = "completed"
    VOID = "void"


class Act(StrEnum):
    """What can happen to a case: commands of officers and yard staff, facts of other services."""

    PLAN = "plan"
    EXTEND = "extend"
    REVISE = "revise"
    GIVE_LEAVE = "give_leave"
    ASK_CONSENT = "ask_consent"
    CONSENT = "consent"
    REFUSE_CONSENT = "refuse_consent"
    GATE_IN = "gate_in"
    GATE_OUT = "gate_out"
    GATE_OUT_PART = "gate_out_part"
    OPEN = "open"
    JOIN = "join"
    FIND = "find"
    SAMPLE = "sample"
    HAND_OVER = "hand_over"
    JUDGE_SAMPLE = "judge_sample"
    TREAT = "treat"
    CONCLUDE = "conclude"
    CONCLUDE_PRIMARY = "conclude_primary"
    ESCALATE = "escalate"
    WAIT = "wait"
    CLOSE_UP = "close_up"
    RECOGNISE = "recognise"
    DECIDE_PART = "decide_part"
    HOLD = "hold"
    COMPLETE = "complete"
    VOID = "void"
    ATTACH = "attach"
    SIGN = "sign"


_P, _O, _R, _L, _C, _V = Status

MOVES: Mapping[tuple[Status, Act], Status] = {
    (_P, Act.PLAN): _P,
    (_P, Act.EXTEND): _P,
    (_P, Act.REVISE): _P,
    (_P, Act.GIVE_LEAVE): _P,
    (_P, Act.ASK_CONSENT): _P,
    (_P, Act.CONSENT): _P,
    (_P, Act.REFUSE_CONSENT): _P,
    (_P, Act.GATE_IN): _P,
    (_P, Act.GATE_OUT): _P,
    (_P, Act.GATE_OUT_PART): _P,
    (_P, Act.DECIDE_PART): _P,
    (_P, Act.HAND_OVER): _P,
    (_P, Act.JUDGE_SAMPLE): _P,
    (_P, Act.TREAT): _P,
    (_P, Act.ATTACH): _P,
    (_P, Act.OPEN): _O,
    (_P, Act.COMPLETE): _C,
    (_P, Act.VOID): _V,
    (_O, Act.EXTEND): _O,
    (_O, Act.REVISE): _O,
    (_O, Act.ASK_CONSENT): _O,
    (_O, Act.CONSENT): _O,
    (_O, Act.REFUSE_CONSENT): _O,
    (_O, Act.JOIN): _O,
    (_O, Act.FIND): _O,
    (_O, Act.SAMPLE): _O,
    (_O, Act.HAND_OVER): _O,
    (_O, Act.JUDGE_SAMPLE): _O,
    (_O, Act.TREAT): _O,
    (_O, Act.ATTACH): _O,
    (_O, Act.CONCLUDE): _O,
    (_O, Act.CONCLUDE_PRIMARY): _R,
    (_O, Act.ESCALATE): _O,
    (_O, Act.WAIT): _O,
    (_O, Act.CLOSE_UP): _P,
    (_O, Act.GATE_OUT_PART): _O,
    (_O, Act.DECIDE_PART): _O,
    (_O, Act.HOLD): _L,
    (_O, Act.COMPLETE): _C,
    (_R, Act.EXTEND): _R,
    (_R, Act.REVISE): _R,
    (_R, Act.JOIN): _O,
    (_R, Act.FIND): _R,
    (_R, Act.SAMPLE): _R,
    (_R, Act.HAND_OVER): _R,
    (_R, Act.JUDGE_SAMPLE): _R,
    (_R, Act.TREAT): _R,
    (_R, Act.ATTACH): _R,
    (_R, Act.CONCLUDE): _R,
    (_R, Act.CONCLUDE_PRIMARY): _R,
    (_R, Act.ESCALATE): _R,
    (_R, Act.WAIT): _R,
    (_R, Act.CLOSE_UP): _P,
    (_R, Act.RECOGNISE): _O,
    (_R, Act.GATE_OUT_PART): _R,
    (_R, Act.DECIDE_PART): _R,
    (_R, Act.HOLD): _L,
    (_R, Act.COMPLETE): _C,
    (_L, Act.EXTEND): _L,
    (_L, Act.REVISE): _O,
    (_L, Act.FIND): _L,
    (_L, Act.HAND_OVER): _L,
    (_L, Act.JUDGE_SAMPLE): _L,
    (_L, Act.TREAT): _L,
    (_L, Act.ATTACH): _L,
    (_L, Act.CONCLUDE): _L,
    (_L, Act.CONCLUDE_PRIMARY): _L,
    (_L, Act.ESCALATE): _L,
    (_L, Act.GATE_OUT_PART): _L,
    (_L, Act.DECIDE_PART): _L,
    (_L, Act.HOLD): _L,
    (_L, Act.COMPLETE): _C,
    (_C, Act.GATE_OUT): _C,
    (_C, Act.GATE_OUT_PART): _C,
    (_C, Act.ATTACH): _C,
    (_C, Act.SIGN): _C,
    (_V, Act.GATE_OUT): _V,
}

ENDED = frozenset({Status.COMPLETED, Status.VOID})


def allowed(status: Status, act: Act) -> bool:
    """Whether `act` is in the table; a late event that is not is ignored."""
    return (status, act) in MOVES


def after(status: Status, act: Act) -> Status:
    """The state that `act` leads to. Raises `CaseMoveNotAllowed`."""
    if not allowed(status, act):
        raise errors.CaseMoveNotAllowed(status=status.value, act=act.value)
    return MOVES[status, act]
