"""Plans as clients see them."""

from services.booking.api.models import BilingualOut
from services.booking.api.plan_models import (
    AppliedOut,
    FiguresOut,
    ItemOut,
    LeftOut,
    PlanOut,
    PlanSummaryOut,
    UnservedOut,
)
from services.booking.planner.order import Order
from services.booking.planner.proposal import Proposal
from shared.contracts.values import Said


def summary_out(order: Order) -> PlanSummaryOut:
    """A plan in a list."""
    return PlanSummaryOut(
        id=order.id,
        stage=order.stage,
        yards=list(order.yards),
        asked_by=order.asked_by,
        asked_at=order.asked_at,
        terms=order.terms,
        figures=None if order.proposal is None else _figures(order.proposal),
        failure=order.failure,
    )


def plan_out(order: Order) -> PlanOut:
    """A plan with all that it would change."""
    made, applied = order.proposal, order.applied
    return PlanOut(
        **dict(summary_out(order)),
        items=[] if made is None else [ItemOut(**dict(each)) for each in made.items],
        unserved=[] if made is None else [
            UnservedOut(
                booking_id=each.booking_id,
                rule=each.rule,
                reason=_said(each.reason),
                mend=_said(each.mend),
            )
            for each in made.unserved
        ],
        applied=None if applied is None else AppliedOut(
            at=applied.at,
            applied=len(applied.items),
            left=[LeftOut(**dict(each)) for each in applied.left],
        ),
    )  # fmt: skip


def _figures(made: Proposal) -> FiguresOut:
    return FiguresOut(
        objective=made.objective,
        bound=made.bound,
        gap=made.gap,
        seconds=made.seconds,
        seed=made.seed,
        kept=made.kept,
        made_at=made.made_at,
    )


def _said(said: Said) -> BilingualOut:
    return BilingualOut(en=said.en, zh=said.zh)
