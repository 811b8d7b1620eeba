"""The calendar in memory says what the database says, whoever wrote it and whenever."""

import random
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from services.booking import live as calendars
from services.booking import occupancy, store, yardbook
from services.booking.commands import sight
from services.booking.commands.turn import Turn
from services.booking.domain.booking import Status
from services.booking.domain.calendar import Taken
from services.booking.domain.resources import Resource
from services.booking.jobs import following
from services.booking.live import Live
from shared.database import taken_back
from shared.prepared import Row
from tests.integration.booking.room import Office, booking_id
from tests.integration.booking.test_founding import NEW, NEW_STAFF, drafted
from tests.unit.booking import made

SERIALS = range(1, 7)
CLOSURE: dict[str, Any] = {
    "sort": "bay",
    "code": made.yard().bays[1].code,
    "starts": made.OPENS + timedelta(days=3),
    "ends": made.CLOSES + timedelta(days=3),
    "reason": "floor",
    "author": "yard",
    "made_at": made.MONDAY,
}


@pytest.fixture
async def office(office: Office) -> Office:
    """With six requests."""
    await office.bring(*(made.determined(serial) for serial in SERIALS))
    return office


async def _agree(session: Any, live: Live, turn: Turn, *, without: tuple[UUID, ...] = ()) -> None:
    """Both ways to a calendar lead to the same free time of everything."""
    yard = turn.yard("CNTAO-Y1")
    quick = await live.calendar(session, yard, first=turn.now, now=turn.now, without=without)
    assert quick is not None
    slow = await sight.calendar_of(
        session, yard, first=quick.origin + timedelta(days=1), turn=_plain(turn), without=without
    )
    shift = (slow.origin - quick.origin) // timedelta(minutes=15)
    end = (1 << min(slow.cells, quick.cells - shift)) - 1
    resources: list[Resource] = [*yard.bays, *yard.teams]
    for each in resources:
        assert quick.free(each) >> shift & end == slow.free(each) & end, each.code
        assert quick.runs(each, 3) >> shift & end >> 3 == slow.runs(each, 3) & end >> 3


def _plain(turn: Turn) -> Turn:
    return Turn(turn.now, turn.wall, turn.ids, turn.yards, turn.terms)


async def test_it_follows_whatever_is_taken_and_released(office: Office) -> None:
    rng, live = random.Random(3), Live(horizon_days=14)
    database = office.service.kit.database
    resources: list[Resource] = [*made.yard().bays, *made.yard().teams]
    for _ in range(25):
        starts = made.OPENS + rng.randrange(300) * timedelta(minutes=5)
        taken = [
            Taken(each.id, starts, starts + timedelta(minutes=rng.choice((20, 60, 95))))
            for each in rng.sample(resources, 3)
        ]
        who = booking_id(rng.choice(SERIALS))
        async with database.transaction() as session:
            if rng.random() < 0.4:
                await occupancy.release(session, who)
            try:
                in_order = sorted(taken, key=lambda each: each.resource)
                await occupancy.take(session, who, in_order)
            except occupancy.Occupied:
                pass
            await _agree(session, live, await office.desk.turn(session))
        async with database.connect() as connection:
            turn = await office.desk.turn(connection)
            await _agree(connection, live, turn)
            await _agree(connection, live, turn, without=(booking_id(2), booking_id(3)))


async def test_what_is_rolled_back_was_never_there(office: Office) -> None:
    live, database = Live(horizon_days=14), office.service.kit.database
    bay = Taken(made.yard().bays[0].id, made.OPENS, made.CLOSES)
    async with database.transaction() as session, taken_back(session):
        await occupancy.take(session, booking_id(1), [bay])
        await _agree(session, live, await office.desk.turn(session))
    async with database.connect() as connection:
        await _agree(connection, live, await office.desk.turn(connection))


async def test_what_another_commits_later_but_began_earlier_is_not_missed(office: Office) -> None:
    live, database = Live(horizon_days=14), office.service.kit.database
    bays = made.yard().bays
    async with database.transaction() as early:
        await occupancy.take(early, booking_id(1), [Taken(bays[0].id, made.OPENS, made.CLOSES)])
        async with database.transaction() as later:
            await occupancy.take(later, booking_id(2), [Taken(bays[1].id, made.OPENS, made.CLOSES)])
        async with database.connect() as connection:
            await _agree(connection, live, await office.desk.turn(connection))
    async with database.connect() as connection:
        await _agree(connection, live, await office.desk.turn(connection))


async def test_a_hold_that_ran_out_counts_as_free_before_it_is_swept(office: Office) -> None:
    offers = (await office.get(f"/v1/requests/{booking_id(1)}/offers", limit=1)).json()["offers"]
    slot = {name: offers[0]["slot"][name] for name in ("yard", "bay", "teams", "starts")}
    body = {"request_id": str(booking_id(1)), "slot": slot}
    assert (await office.post("/v1/bookings", body)).status_code == 201
    office.clock.now += timedelta(minutes=11)
    async with office.service.kit.database.connect() as connection:
        held = await store.find(connection, booking_id(1))
        assert held is not None
        assert held.status is Status.HELD
        await _agree(connection, Live(horizon_days=14), await office.desk.turn(connection))
    again = (await office.get(f"/v1/requests/{booking_id(2)}/offers", limit=1)).json()["offers"]
    assert again[0]["slot"]["bay"] == offers[0]["slot"]["bay"]


async def test_over_midnight_and_a_change_of_the_yard_it_goes_on_without_reading_all_again(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept, database = Live(horizon_days=14), office.service.kit.database
    await _take(office, made.OPENS, timedelta(days=2))
    for number in range(4):
        async with database.connect() as connection:
            await _agree(connection, kept, await office.desk.turn(connection))
        monkeypatch.setattr(calendars, "_ALL", None)
        office.clock.now += timedelta(days=number % 2)
        if number == 2:
            async with database.transaction() as session:
                await yardbook.close(session, "CNTAO-Y1", **CLOSURE)


async def test_who_asks_after_the_start_does_not_wait_for_the_yard_to_be_read(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    await _take(office, made.OPENS, timedelta(hours=1))
    await following.follow_once(office.desk)
    monkeypatch.setattr(calendars, "_ALL", None)
    offers = (await office.get(f"/v1/requests/{booking_id(2)}/offers")).json()["offers"]
    assert offers[0]["slot"]["bay"] == made.yard().bays[1].code


async def test_what_is_read_again_while_a_transaction_is_open_is_known_already(
    office: Office,
) -> None:
    """Else each look would forget what was asked before, for as long as that lasts."""
    kept, database = Live(horizon_days=14), office.service.kit.database
    bays = made.yard().bays
    async with database.transaction() as early:
        await occupancy.take(early, booking_id(1), [Taken(bays[1].id, made.OPENS, made.CLOSES)])
        await _take(office, made.OPENS, timedelta(hours=1), who=2)
        for number in range(3):
            async with database.connect() as connection:
                turn = await office.desk.turn(connection)
                yard = turn.yard("CNTAO-Y1")
                seen = await kept.calendar(connection, yard, first=turn.now, now=turn.now)
            assert seen is not None
            assert (bays[0].id in seen.memo.single) is (number > 0)
            seen.runs(bays[0], 3)
    async with database.connect() as connection:
        await _agree(connection, kept, await office.desk.turn(connection))


async def test_a_look_at_a_yard_reads_nothing_of_another(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each yard asks for its own: what ten yards take is not read ten times."""
    kept, database, read = Live(horizon_days=14), office.service.kit.database, list[int]()
    await office.post("/v1/yards", drafted(), **NEW_STAFF)

    class Counted:
        async def run(self, *asked: Any) -> list[Row]:
            rows = await changed.run(*asked)
            read.append(sum(row["id"] is not None for row in rows))
            return rows

    changed = calendars._CHANGED
    monkeypatch.setattr(calendars, "_CHANGED", Counted())
    for _ in range(2):
        async with database.connect() as connection:
            turn = await office.desk.turn(connection)
            for yard in turn.yards.values():
                await kept.calendar(connection, yard, first=turn.now, now=turn.now)
        bay = turn.yard(NEW).bays[0].id
        async with database.transaction() as session:
            taken = Taken(bay, office.clock.now, made.CLOSES)
            await occupancy.take(session, booking_id(2), [taken])
            await occupancy.release(session, booking_id(2))
    assert read == [0, 1]


@pytest.mark.parametrize("begins", [0, 10], ids=["goes on beyond", "begins beyond"])
async def test_what_is_beyond_its_end_is_read_again(office: Office, begins: int) -> None:
    kept, database = Live(horizon_days=4), office.service.kit.database
    await _take(office, made.OPENS + timedelta(days=begins), timedelta(days=30))
    for _ in range(4):
        async with database.connect() as connection:
            await _agree(connection, kept, await office.desk.turn(connection))
        office.clock.now += timedelta(days=1)


async def test_without_many_bookings_each_resource_is_looked_at_once(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept, looked = Live(horizon_days=14), list[int]()
    without = calendars._Yard._without

    def counted(yard: Any, resource: int, *rest: Any) -> int:
        looked.append(resource)
        return without(yard, resource, *rest)

    monkeypatch.setattr(calendars._Yard, "_without", counted)
    for day in range(20):
        await _take(office, made.OPENS + timedelta(days=day / 2), timedelta(hours=1))
    async with office.service.kit.database.connect() as connection:
        turn = await office.desk.turn(connection)
        await _agree(connection, kept, turn, without=(booking_id(1),))
    assert looked == [made.yard().bays[0].id]


async def _take(office: Office, starts: datetime, span: timedelta, *, who: int = 1) -> None:
    bay = Taken(made.yard().bays[0].id, starts, starts + span)
    async with office.service.kit.database.transaction() as session:
        await occupancy.take(session, booking_id(who), [bay])
