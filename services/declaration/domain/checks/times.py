"""Rules of moments and days: the arrival and those around it, what keeps until when, the slot.

A day is that of its place, and no place's day is more than 14 hours ahead of UTC or 12 behind:
only what is true nowhere is a fault.
"""

from collections.abc import Iterator
from datetime import timedelta

from services.declaration.domain.checks.rule import Breach, Filed, Rule
from shared.contracts.values import Direction

AHEAD, BEHIND = timedelta(hours=14), timedelta(hours=12)


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


def _left_after_arrival(filed: Filed) -> Iterator[Breach]:
    left, arrival = filed.content.departure_date, filed.content.arrival
    if left is not None and _is_import(filed) and left > (arrival + AHEAD).date():
        yield Breach("/departure_date", {"departure": left, "arrival": arrival})


def _unloaded_before_arrival(filed: Filed) -> Iterator[Breach]:
    unloaded, arrival = filed.content.unloaded_date, filed.content.arrival
    if unloaded is not None and _is_import(filed) and unloaded < (arrival - BEHIND).date():
        yield Breach("/unloaded_date", {"unloaded": unloaded, "arrival": arrival})


def _is_import(filed: Filed) -> bool:
    """Of an export, `arrival` is the day on which it is to leave."""
    return bool(filed.content.direction == Direction.IMPORT)


def _expired_when_made(filed: Filed) -> Iterator[Breach]:
    for index, line in enumerate(filed.content.lines):
        if line.expires_on is None:
            continue
        for place, made in enumerate(line.produced_on):
            if made > line.expires_on:
                facts = {"line": line.number, "produced": made, "expires": line.expires_on}
                yield Breach(f"/lines/{index}/produced_on/{place}", facts)


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
    Rule(
        code="departure_after_arrival",
        en="The conveyance would have left after it arrived.",
        zh="启运日期晚于进口日期。",
        mend_en="Correct the departure or the arrival.",
        mend_zh="请更正启运日期或进口日期。",
        find=_left_after_arrival,
        about=("/departure_date",),
    ),
    Rule(
        code="discharge_before_arrival",
        en="The cargo would have been discharged before it arrived.",
        zh="卸毕日期早于进口日期。",
        mend_en="Correct the day of discharge or the arrival.",
        mend_zh="请更正卸毕日期或进口日期。",
        find=_unloaded_before_arrival,
        about=("/unloaded_date",),
    ),
    Rule(
        code="expiry_before_production",
        en="The goods would have expired before they were produced.",
        zh="产品有效期早于生产日期。",
        mend_en="Correct the expiry date or the production date.",
        mend_zh="请更正产品有效期或生产日期。",
        find=_expired_when_made,
        about=("/lines/*/expires_on",),
    ),
)
