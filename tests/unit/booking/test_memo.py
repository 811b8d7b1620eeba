"""What a calendar remembers is what it would say if it were asked afresh."""

import random
from dataclasses import replace

from services.booking.domain import calendar as cal
from services.booking.domain import offers, parts
from services.booking.domain.calendar import Calendar
from services.booking.domain.memo import Memo
from services.booking.domain.offers import Bounds
from services.booking.domain.resources import Resource
from tests.unit.booking import made
from tests.unit.booking.made import need, want

LENGTHS = (1, 4, 9)
WANTS = (want(need("customs")), want(need("customs", "ipr"), need("quarantine", "plant")))


def _agrees(calendar: Calendar) -> None:
    afresh = replace(calendar, memo=Memo())
    for each in (part for wanted in WANTS for part in parts.of(calendar.yard, wanted)):
        for length in LENGTHS:
            known = parts.beginnings(calendar, each, length)
            told = parts.beginnings(afresh, each, length)
            assert (known.any, known.masks) == (told.any, told.masks)
            for cell in range(0, calendar.cells, 3):
                free = [n for n, mask in enumerate(told.masks) if mask >> cell & 1]
                assert known.first(cell) == (free[0] if free else None)
    for wanted in WANTS:
        slots, slots_afresh = (
            list(offers.slots(each, wanted, Bounds(made.MONDAY))) for each in (calendar, afresh)
        )
        assert slots == slots_afresh


def test_after_any_changes_it_says_what_holds_now() -> None:
    rng, busy = random.Random(5), dict[int, int]()
    calendar = replace(made.calendar(days=1), busy=busy)
    resources: list[Resource] = [*calendar.yard.bays, *calendar.yard.teams]
    for _ in range(12):
        for each in rng.sample(resources, 2):
            busy[each.id] = rng.getrandbits(calendar.cells) & rng.getrandbits(calendar.cells)
            calendar.memo.forget({each.id})
        _agrees(calendar)


def test_who_looks_with_something_else_taken_leaves_the_memory_of_others_alone() -> None:
    rng, busy = random.Random(6), dict[int, int]()
    calendar = replace(made.calendar(days=1), busy=busy)
    team, bay = calendar.yard.teams[0], calendar.yard.bays[0]
    for _ in range(6):
        _agrees(calendar)
        seen = cal.changed(calendar, {team.id: rng.getrandbits(calendar.cells)})
        _agrees(seen)
        busy[bay.id] = rng.getrandbits(calendar.cells)
        calendar.memo.forget({bay.id})
        _agrees(calendar)
