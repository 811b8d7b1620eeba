"""Seeds are committed before their period, revealed after it, and can be checked by anybody."""

import asyncio
import hashlib
import hmac
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from services.mutual_recognition import app
from services.mutual_recognition.settings import Settings
from shared.auth.principal import Role
from shared.contracts.envelope import Event
from shared.contracts.filing import FilingAccepted
from shared.contracts.values import Purpose
from tests import factories, kits
from tests.integration.mutual_recognition.waiting import take_in, until_blocked
from tests.integration.mutual_recognition.world import World, accepted, laptops, planned, wood

MARCH = {"valid_from": "2026-03-03", "valid_to": "2026-03-31"}
APRIL = {"valid_from": "2026-04-01", "valid_to": "2026-04-30"}
MAY = {"valid_from": "2026-05-01", "valid_to": "2026-05-31"}
BILL, OTHER_BILL = "OSTQ26040001", "OSTQ26040002"


def _on(world: World, days: int) -> World:
    """The same service some days after the second of March."""
    clock = factories.still_clock(factories.NOW + timedelta(days=days))
    return World(app.create(kits.kit(world.service.kit.database, clock=clock), Settings()))


async def _commit(world: World, period: Any) -> Any:
    answer = await world.post("/v1/draws", period)
    assert answer.status_code == 201, answer.text
    return answer.json()


async def _periods(world: World) -> Any:
    return (await world.get("/v1/draws", Role.BROKER, org=factories.BROKER)).json()["items"]


async def _decision(world: World, filing: UUID) -> Any:
    found = (await world.get(f"/v1/requirements?filing_id={filing}")).json()["items"][0]
    return (await world.get(f"/v1/decisions/{found['decision_id']}")).json()


async def _filed(world: World, number: int, **changes: Any) -> Any:
    filing = await world.accept(
        laptops(reference=str(number), **changes), filing_id=UUID(int=number)
    )
    return await _decision(world, filing)


async def test_the_hash_is_told_before_and_the_seed_once_the_last_day_has_passed(
    world: World,
) -> None:
    made = await _commit(world, MARCH)
    assert (made["id"], made["seed"]) == ("period-2026-03-03", None)
    assert [each["seed"] for each in await _periods(_on(world, 29))] == [None]
    (told,) = await _periods(_on(world, 30))
    assert told["commitment"] == made["commitment"]
    assert hashlib.sha256(bytes.fromhex(told["seed"])).hexdigest() == made["commitment"]


async def test_anybody_can_check_a_draw_by_the_seed_that_was_revealed(world: World) -> None:
    await _commit(world, MARCH)
    decision = await _filed(_on(world, 5), 1)
    assert decision["seed_id"] == "period-2026-03-03"
    (period,) = await _periods(_on(world, 30))
    seed = bytes.fromhex(period["seed"])
    for table, drawn in decision["draws"].items():
        message = f"{decision['draw_key']}:{table}".encode()
        digest = hmac.digest(seed, message, hashlib.sha256)
        assert int.from_bytes(digest) % 10_000 == drawn
    assert await world.broken() == {}


def _seeds(decision: Any) -> list[str]:
    return [decision["seed_id"], *(each["seed_id"] for each in decision["further_draws"])]


async def test_cargo_filed_anew_after_its_seed_was_revealed_is_drawn_by_that_of_its_day_as_well(
    world: World,
) -> None:
    """Its first draw stays, and is known to all; what it comes to is not."""
    for period in (MARCH, APRIL, MAY):
        await _commit(world, period)
    march, april, may = (_on(world, days) for days in (5, 40, 70))
    first, again = await _filed(march, 1), await _filed(march, 2)
    anew, other = await _filed(april, 3), await _filed(april, 4, bill_of_lading=BILL)
    last = await _filed(may, 5)
    ids = [f"period-2026-{month}" for month in ("03-03", "04-01", "05-01")]
    assert [_seeds(each) for each in (first, again, anew, last)] == [ids[:1], ids[:1], ids[:2], ids]
    assert _seeds(other) == ids[1:2]
    assert anew["draws"] == last["draws"] == first["draws"]
    assert last["further_draws"][0] == anew["further_draws"][0]
    assert len({each["recognition"] for each in (d["draws"] for d in last["further_draws"])}) == 2
    assert (last["recomputed"], await may.broken()) == (True, {})


async def test_an_amendment_after_the_seed_was_revealed_is_drawn_by_that_of_its_day_as_well(
    world: World,
) -> None:
    """Also by a service that has just begun, and has not read the seeds."""
    for period in (MARCH, APRIL):
        await _commit(world, period)
    march, april = _on(world, 5), _on(world, 40)
    filing = await march.accept(wood())
    april.deliveries.versions |= march.deliveries.versions
    await april.amend(filing, wood(line={"quantity": "900"}))
    await april.leave(filing, Purpose.AMEND)
    assert _seeds(await _decision(april, filing)) == ["period-2026-03-03", "period-2026-04-01"]


async def test_who_files_one_bill_at_midnight_is_drawn_by_the_seed_that_was_first(
    world: World,
) -> None:
    await _commit(world, MARCH)
    await _commit(world, APRIL)
    evening, morning = _on(world, 29), _on(world, 30)
    async with evening.service.kit.database.transaction() as session:
        await take_in(evening, session, accepted(UUID(int=1), laptops()))
        later = asyncio.create_task(_filed(morning, 2))
        await until_blocked(morning, later)
    first = await _decision(evening, UUID(int=1))
    assert _seeds(first) == ["period-2026-03-03"]
    assert _seeds(await later) == ["period-2026-03-03", "period-2026-04-01"]


async def test_two_batches_of_filings_of_the_same_bills_do_not_wait_in_a_circle(
    world: World,
) -> None:
    """Each locks both bills before anything else, in one order, whatever comes between."""
    five, six = [await world.accept(wood(), filing_id=UUID(int=number)) for number in (5, 6)]
    database = world.service.kit.database

    def filed(number: int, bill: str) -> FilingAccepted:
        return accepted(UUID(int=number), wood(bill_of_lading=bill))

    async def take(*events: Event) -> None:
        async with database.transaction() as session:
            await take_in(world, session, *events)

    async with database.transaction() as session:
        await session.execute(text("SELECT FROM requirements FOR UPDATE"))
        some = (
            (filed(1, BILL), planned(five, factories.NOW), filed(2, OTHER_BILL)),
            (filed(3, OTHER_BILL), planned(six, factories.NOW), filed(4, BILL)),
        )
        batches = [asyncio.create_task(take(*each)) for each in some]
        await until_blocked(world, *batches)
    await asyncio.gather(*batches)
    for number in range(1, 5):
        assert "requirement.determined" in await world.told(UUID(int=number))


async def test_an_amendment_to_another_bill_of_lading_is_drawn_by_the_seed_of_its_day(
    world: World,
) -> None:
    await _commit(world, APRIL)
    filing = await world.accept(wood())
    assert (await _decision(world, filing))["seed_id"] == "founding"
    april = _on(world, 40)
    april.deliveries.versions |= world.deliveries.versions
    await april.amend(filing, wood(bill_of_lading=BILL))
    await april.leave(filing, Purpose.AMEND)
    assert (await _decision(april, filing))["seed_id"] == "period-2026-04-01"
    await april.amend(filing, wood(bill_of_lading=BILL, line={"quantity": "900"}), version=3)
    await april.leave(filing, Purpose.AMEND)
    again = await _decision(april, filing)
    assert (again["revision"], again["seed_id"]) == (3, "period-2026-04-01")


@pytest.mark.parametrize("standing", ["own", "founding"])
async def test_without_the_standing_seed_the_one_there_is_draws_and_verify_tells(
    world: World, standing: str
) -> None:
    """Also where it is another one under the same id: its periods are not as was committed."""
    await _commit(world, MARCH)
    settings = Settings.model_validate(
        {"draw_seeds": {standing: "a secret of our own"}, "draw_seed_id": standing}
    )
    other = World(app.create(_on(world, 5).service.kit, settings), settings)
    assert (await _filed(other, 1))["seed_id"] == standing
    (told,) = await _periods(World(app.create(_on(world, 40).service.kit, settings), settings))
    assert told["seed"] is None
    assert await other.broken() == {
        "periods are drawn by the seeds that were committed": ["period-2026-03-03"]
    }


@pytest.mark.parametrize(
    ("period", "code"),
    [
        ({"valid_from": "2026-03-02", "valid_to": "2026-03-31"}, "not_a_period_ahead"),
        ({"valid_from": "2026-03-09", "valid_to": "2026-03-08"}, "not_a_period_ahead"),
        ({"valid_from": "2026-03-03", "valid_to": "2027-03-04"}, "not_a_period_ahead"),
        ({"valid_from": "2026-03-31", "valid_to": "2026-04-30"}, "periods_overlap"),
    ],
)
async def test_only_days_ahead_that_have_no_seed_yet_take_one(
    world: World, period: Any, code: str
) -> None:
    await _commit(world, MARCH)
    answer = (await world.post("/v1/draws", period)).json()
    assert answer.get("errors", [answer])[0]["code"] == code


async def test_the_database_keeps_what_was_committed(world: World) -> None:
    await _commit(world, MARCH)
    for statement in (
        "UPDATE draw_periods SET commitment = ''",
        "DELETE FROM draw_periods",
        "INSERT INTO draw_periods SELECT 'other', valid_to, valid_to + 1, standing, secret,"
        " commitment, agency, committed_by, committed_at FROM draw_periods",
    ):
        with pytest.raises(IntegrityError):
            await world.execute(statement)


async def test_a_seed_that_was_not_committed_is_seen(world: World) -> None:
    await _commit(world, MARCH)
    await world.execute("ALTER TABLE draw_periods DISABLE TRIGGER never_changed")
    await world.execute(r"UPDATE draw_periods SET secret = '\x00'")
    assert await world.broken() == {
        "periods are drawn by the seeds that were committed": ["period-2026-03-03"]
    }
