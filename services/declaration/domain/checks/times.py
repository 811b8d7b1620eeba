"""Rules of moments: the arrival, what keeps until when, the slot wished for."""

from collections.abc import Iterator
from datetime import timedelta

from services.declaration.domain.checks.rule import Breach, Filed, Rule


def _implausible_arrival(filed: Filed) -> Iterator[Breach]:
    limits = filed.dictionary.limits
    earliest = filed.now - timedelta(days=int(limits["arrival_past_days"]))
    latest = filed.now + timedelta(days=int(limits["arrival_ahead_days"]))
    if not earliest <= filed.content.arrival <= latest:
        yield Breach("/arrival", {"earliest": earliest, "latest": latest})


def _perished(filed: Filed) -> Iterator[Breach]:
    until = filed.content.perishable_until
    if until is not None and until <= filed.content.arrival:
        yield Breach("/perishable_until", {"arrival": filed.content.arrival})


def _empty_wish(filed: Filed) -> Iterator[Breach]:
    wish = filed.content.slot_wish
    if wish.earliest is not None and wish.latest is not None and wish.latest <= wish.earliest:
        yield Breach("/slot_wish/latest", {"earliest": wish.earliest})


RULES = (
    Rule(
        code="arrival_implausible",
        en="The arrival is too long ago or too far ahead.",
        zh="进出口日期过早或过晚。",
        mend_en="Correct the date, the year or the offset.",
        mend_zh="请核对日期、年份或时差。",
        find=_implausible_arrival,
    ),
    Rule(
        code="perishes_before_arrival",
        en="The cargo would have perished when it arrives.",
        zh="货物在到达前已过保质截止时间。",
        mend_en="Correct the arrival or the moment until which the cargo keeps.",
        mend_zh="请更正到达时间或保质截止时间。",
        find=_perished,
    ),
    Rule(
        code="slot_wish_empty",
        en="The wish for a slot ends before it begins.",
        zh="意向时段的结束早于开始。",
        mend_en="Correct earliest and latest.",
        mend_zh="请更正最早与最晚时间。",
        find=_empty_wish,
    ),
)
