"""What is measured is the same whatever is heard first, twice, or was here before."""

from collections.abc import Sequence
from datetime import timedelta
from random import Random
from typing import Any

import pytest
from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, select, text

from services.inspection.app import MIGRATIONS
from services.inspection.jobs import measures as jobs
from services.inspection.measures import AGENCIES, FILINGS, INSPECTIONS
from shared.contracts import booking, filing
from shared.contracts.envelope import Envelope, Event
from shared.contracts.values import Purpose, utc
from tests import factories, kits
from tests.factories import CONSIGNEE, NOW, uscc
from tests.integration.inspection import filed
from tests.integration.inspection import room as r
from tests.integration.inspection.room import Room
from tests.unit.inspection import builders as b

LATER = b.slot(b.at(1_440).yard, bay="P2")
TABLES = (FILINGS, INSPECTIONS, AGENCIES)


async def _rows(room: Room) -> list[tuple[Any, ...]]:
    """Every row of what is measured."""
    async with room.service.kit.database.connect() as connection:
        found = [await connection.execute(table.select()) for table in TABLES]
        return sorted((tuple(row) for some in found for row in some), key=repr)


async def _measured(room: Room) -> dict[str, Any]:
    answer = await room.clients["auditor"].get("/v1/measures/filings")
    (one,) = answer.json()["items"]
    found: dict[str, Any] = one
    return found


def _lanes() -> list[list[Event]]:
    """One filing as three services tell of it: with a slot lost and given anew, and revised."""
    lost = booking.BookingMissed(**r.of_booking(), missed_at=b.at(60).yard)
    grown = b.revised(needs=(b.need("customs"), b.need("quarantine")))
    released = filed.told(filing.FilingReleased)
    return [
        [filed.accepted(), filed.part_released(), released],
        [b.determined(**b.single()), grown],
        [r.confirmed(), lost, r.confirmed(LATER)],
    ]


def _numbered(lanes: Sequence[Sequence[Event]]) -> list[list[Envelope]]:
    return [
        [kits.enveloped(event, version=at) for at, event in enumerate(lane, start=1)]
        for lane in lanes
    ]


@pytest.mark.parametrize("seed", range(3))
async def test_order_between_aggregates_and_repetition_change_nothing(
    room: Room, seed: int
) -> None:
    random = Random(seed)
    lanes = _numbered(_lanes())
    order = [at for at, lane in enumerate(lanes) for _ in lane]
    random.shuffle(order)
    for at in order:
        envelope = lanes[at].pop(0)
        for _ in range(2):
            await room.deliveries.deliver(envelope)
    seen = await _measured(room)
    assert (seen["mode"], seen["slots"], seen["outcome"]) == ("joint", 2, "released")
    assert seen["slot_starts"] == utc(LATER.starts)
    assert (seen["company"], seen["yard"]) == (CONSIGNEE, b.YARD)
    assert [each["agency"] for each in seen["agencies"]] == ["customs", "quarantine"]
    assert None not in (seen["selected_at"], seen["booked_at"], seen["first_released_at"])


async def test_an_amended_filing_is_measured_by_the_content_in_force(room: Room) -> None:
    content: dict[str, Any] = {
        "consignee": {"uscc": uscc(8), "name": "another 另一家"},
        "containers": [],
    }
    await room.hear(filed.accepted(), filed.proposed(**content))
    assert (await _measured(room))["company"] == CONSIGNEE
    refusal: dict[str, Any] = {"purpose": Purpose.AMEND, "reason": factories.said("opened")}
    await room.hear(filed.told(filing.FilingChangeRefused, **refusal))
    await room.hear(filed.proposed(**content | {"containers": [factories.container(9)]}))
    room.hand.turn(30)
    await room.hear(filed.told(filing.FilingAmended))
    seen = await _measured(room)
    assert (seen["company"], seen["containers"], seen["teu"]) == (uscc(8), 1, "2")
    assert seen["accepted_at"] == utc(NOW)


async def test_a_second_opening_after_the_wait_takes_back_what_sharing_saved(room: Room) -> None:
    room.hand.turn(-10)
    await room.hear(filed.accepted())
    await room.plan()
    await room.do("customs", "open")
    room.hand.turn(30)
    await room.do("customs", "conclude", r.CONFORM)
    room.hand.turn(200)
    assert await room.sweep() == 1
    await room.hear(r.confirmed(LATER))
    room.hand.turn(1_440 - 230)
    await room.do("quarantine", "open")
    room.hand.turn(20)
    await room.do("quarantine", "conclude", r.CONFORM)
    await room.met()
    await room.hear(filed.told(filing.FilingReleased))
    seen = await _measured(room)
    assert (seen["openings"], seen["slots"]) == (2, 2)
    assert (seen["moves"], seen["moves_avoided"], seen["saved_cny"]) == (2, 0, "0.00")
    assert (seen["minutes"]["working"], seen["minutes"]["waiting"]) == (50, 1_410)
    assert seen["minutes"]["delay"] == 0, "it was opened before its slot began"
    assert seen["team_minutes"] == 50
    assert await room.broken() == []


def _again(connection: Connection) -> None:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.attributes["connection"] = connection
    command.downgrade(config, "0016")
    command.upgrade(config, "head")


async def _upgrade(room: Room) -> None:
    engine = room.service.kit.database.engine
    async with engine.execution_options(isolation_level="READ COMMITTED").begin() as connection:
        await connection.run_sync(_again)


async def test_cases_of_before_are_measured_as_new_ones_are(room: Room) -> None:
    await filed.inspect(room)
    before = await _rows(room)
    await _upgrade(room)
    assert await _rows(room) == []
    assert await jobs.fill(room.service.kit) == b.CASE
    assert await jobs.fill(room.service.kit, after=b.CASE) is None
    assert await jobs.fill(room.service.kit) is None
    after = await _rows(room)
    assert len(after) == 3
    assert after == [each for each in before if len(each) != len(FILINGS.columns)]


async def _first_times(room: Room) -> list[Any]:
    its, of_agency = INSPECTIONS.c, AGENCIES.c.selected_at
    first = select(its.selected_at, its.booked_at, its.gate_in_at, of_agency).join_from(
        INSPECTIONS, AGENCIES, its.filing_id == AGENCIES.c.filing_id
    )
    async with room.service.kit.database.connect() as connection:
        return [tuple(row) for row in await connection.execute(first.order_by(AGENCIES.c.agency))]


async def test_a_case_under_way_at_the_upgrade_keeps_its_first_times(room: Room) -> None:
    await room.plan()
    room.hand.turn(30)
    await room.do("yard", "gate-in", r.SEALS)
    before = await _first_times(room)
    assert before == [(NOW, NOW, b.at(30).yard, NOW)] * 2
    await _upgrade(room)
    room.hand.turn(30)
    await room.do("customs", "open")
    assert await _first_times(room) == before
    assert await jobs.fill(room.service.kit) is None


async def test_what_a_replica_of_before_changed_alone_is_measured_anew(room: Room) -> None:
    await filed.inspect(room)
    before = await _rows(room)
    async with room.service.kit.database.transaction() as session:
        changed = "UPDATE measured_inspections SET openings = 0, gate_in_at = NULL"
        await session.execute(text(changed))
    assert await jobs.fill(room.service.kit) == b.CASE
    assert await _rows(room) == before


OPENED_BY_A_REPLICA_OF_BEFORE = """
INSERT INTO case_openings (case_id, number, opened_at, present, slot, reason)
SELECT id, 1, now(), '["customs"]', '{}', NULL FROM cases
"""


async def test_a_replica_of_before_still_opens_containers(room: Room) -> None:
    await room.plan()
    async with room.service.kit.database.transaction() as session:
        await session.execute(text(OPENED_BY_A_REPLICA_OF_BEFORE))
    async with room.service.kit.database.connect() as connection:
        came = await connection.execute(text("SELECT came FROM case_openings"))
        assert came.scalars().all() == [{}]


async def test_verify_finds_measures_that_are_not_the_cases(room: Room) -> None:
    await filed.inspect(room)
    assert await room.broken() == []
    async with room.service.kit.database.transaction() as session:
        await session.execute(text("UPDATE measured_inspections SET moves_avoided = 2"))
    told = f"measured_inspections({b.FILING}).moves_avoided: is 2; the records say 1"
    assert await room.broken() == [f"state: case {b.CASE}: {told}"]


async def test_a_filings_times_are_its_events_own_however_late_they_are_heard(room: Room) -> None:
    room.hand.turn(90)
    heard = kits.enveloped(filed.accepted(), version=1)
    told = heard.model_copy(update={"time": NOW - timedelta(minutes=60)})
    await room.deliveries.deliver(told)
    assert (await _measured(room))["accepted_at"] == utc(b.at(30).yard)


async def test_what_changes_nothing_that_is_measured_writes_nothing(room: Room) -> None:
    await room.plan()
    await room.do("customs", "open")
    version = "SELECT array_agg(xmin::text) FROM measured_inspections"
    async with room.service.kit.database.connect() as connection:
        before = (await connection.execute(text(version))).scalar_one()
    await room.do("customs", "findings", {"code": "pest", "text": "live insects 活虫"})
    async with room.service.kit.database.connect() as connection:
        assert (await connection.execute(text(version))).scalar_one() == before
