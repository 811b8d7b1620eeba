"""The pilot's registers: dated, each agency's own, and asked by the tables as typed inputs."""

from typing import Any

import pytest
from sqlalchemy.exc import IntegrityError

from services.mutual_recognition import decisions
from shared.auth.principal import Role
from shared.contracts import derived
from tests import factories
from tests.integration.mutual_recognition.world import World, wood

SINCE = {"valid_from": "2026-01-01", "grounds": "agreed list 双方商定"}
LAPTOPS = {"code": "8471", "name": "computers 计算机", **SINCE}
NAMES = tuple(
    f"{register}_{agency}"
    for register in ("pilot_goods", "certified_overseas")
    for agency in ("customs", "quarantine")
)


async def _enter(world: World, register: str, entry: Any, *agencies: str) -> None:
    for agency in agencies or ("customs", "quarantine"):
        answer = await world.post(f"/v1/pilots/{register}", entry, agency=agency)
        assert answer.status_code == 201, answer.text


async def _true(world: World, **line: Any) -> set[str]:
    """Which of the registers' inputs are true for a filing of laptops that is determined on now."""
    filing = await world.accept(factories.filing(lines=[factories.line(1) | line]))
    async with world.service.kit.database.connect() as connection:
        table = decisions.decisions
        found = await connection.execute(
            table.select().where(table.c.filing_id == filing).with_only_columns(table.c.inputs)
        )
    known = found.scalar_one()["filing"]
    return {name for name in NAMES if known[name]}


async def test_goods_count_for_each_agency_until_a_later_entry_says_otherwise(
    world: World,
) -> None:
    assert await _true(world) == set()
    await _enter(world, "goods", LAPTOPS, "customs")
    assert await _true(world) == {"pilot_goods_customs"}
    await _enter(world, "goods", LAPTOPS, "quarantine")
    assert await _true(world) == {"pilot_goods_customs", "pilot_goods_quarantine"}
    taken_out = {**LAPTOPS, "code": "84713", "counts": False}
    await _enter(world, "goods", taken_out, "customs")
    assert await _true(world) == {"pilot_goods_quarantine"}
    await _enter(world, "goods", {**taken_out, "counts": True}, "customs")
    assert await _true(world) == {"pilot_goods_customs", "pilot_goods_quarantine"}
    ended = {**LAPTOPS, "code": "84713", "counts": False, "valid_to": "2026-01-31"}
    await _enter(world, "goods", ended, "customs")
    assert await _true(world) == {"pilot_goods_customs", "pilot_goods_quarantine"}
    assert await world.broken() == {}


async def test_overseas_certificates_count_by_their_authority_or_their_producer(
    world: World,
) -> None:
    certified = {"origin": "NZ", "qualifications": [{"type": "519", "number": "NZ-M-71"}]}
    both = {"certified_overseas_customs", "certified_overseas_quarantine"}
    assert await _true(world, **certified) == set()
    await _enter(world, "authorities", {"code": "NZ/519", "name": "MPI", **SINCE})
    assert await _true(world, **certified) == both
    assert await _true(world) == set()
    producer = {"code": "NZ-M-71", "name": "Southland", **SINCE}
    await _enter(world, "producers", {**producer, "counts": False}, "customs")
    assert await _true(world, **certified) == {"certified_overseas_quarantine"}
    await _enter(world, "producers", producer, "customs")
    assert await _true(world, **certified) == both


async def test_a_producer_that_was_taken_out_is_not_let_in_by_how_it_is_spelled(
    world: World,
) -> None:
    await _enter(world, "authorities", {"code": "NZ/519", "name": "MPI", **SINCE})
    out = {"code": "Nz-m-71", "name": "Southland", "counts": False, **SINCE}
    await _enter(world, "producers", out)
    for number in ("NZ-M-71", "nz-m-71", "NZ-M- 71", "NZ-Ｍ-71", "NZ-М-71"):
        spelled = {"origin": "NZ", "qualifications": [{"type": "519", "number": number}]}
        assert await _true(world, **spelled) == set(), number
    assert len((await world.get("/v1/pilots/producers?code=nz-m-71")).json()["items"]) == 2


async def test_what_others_do_not_name_so_is_refused_and_the_register_is_read_newest_first(
    world: World,
) -> None:
    refused = [
        (await world.post("/v1/pilots/goods", {**LAPTOPS, **wrong})).json()["errors"][0]["code"]
        for wrong in ({"code": "8"}, {"code": "84.71"}, {"valid_to": "2025-01-01"})
    ]
    assert refused == ["not_a_code", "not_a_code", "period_ends_before_it_begins"]
    await _enter(world, "goods", LAPTOPS)
    await _enter(world, "goods", {**LAPTOPS, "code": "4407"}, "customs")
    found = (await world.get("/v1/pilots/goods?limit=2")).json()
    assert [(each["code"], each["agency"]) for each in found["items"]] == [
        ("4407", "customs"),
        ("8471", "quarantine"),
    ]
    rest = (await world.get(f"/v1/pilots/goods?cursor={found['next']}")).json()
    assert [each["agency"] for each in rest["items"]] == ["customs"]
    of_one = (await world.get("/v1/pilots/goods?code=4407")).json()
    assert len(of_one["items"]) == 1
    assert (await world.get("/v1/pilots/goods", Role.BROKER)).status_code == 403


async def test_goods_under_a_licence_are_not_recognised_whatever_was_declared(
    world: World,
) -> None:
    await world.trust()
    board = {"code": "440711", "name": "pine 松木", **SINCE}
    before = await world.accept(wood(reference="1"))
    await _enter(world, "licences", board, "quarantine")
    after = await world.accept(wood(reference="2"))
    await _enter(world, "licences", {**board, "counts": False}, "quarantine")
    taken_out = await world.accept(wood(reference="3"))
    modes = [
        (await world.last(filing, "requirement.determined"))["mode"]
        for filing in (before, after, taken_out)
    ]
    assert modes == ["recognition", "joint", "recognition"]
    rows = (await world.last(after, "requirement.determined"))["rows"]
    assert "R-LICENCE" in {row["row"] for row in rows}
    assert await world.broken() == {}


async def test_the_database_keeps_entries_as_they_were(world: World) -> None:
    await _enter(world, "goods", LAPTOPS, "customs")
    for statement in (
        "UPDATE pilot_entries SET counts = false",
        "DELETE FROM pilot_entries",
        "TRUNCATE pilot_entries",
    ):
        with pytest.raises(IntegrityError):
            await world.execute(statement)


async def _mode(world: World, bill: str) -> tuple[str, set[str]]:
    """How dutiable tea on that bill of lading, which all draws hang on, are inspected; why."""
    tea = factories.line(1, hs_code="0902300000", name="black tea 红茶", duty_percent="15")
    filing = await world.accept(factories.filing(lines=[tea], bill_of_lading=bill))
    requirement = await world.get(f"/v1/requirements/{derived.requirement_id(filing)}")
    decision = (await world.get(f"/v1/decisions/{requirement.json()['decision_id']}")).json()
    return decision["outcome"]["mode"], {row["row"] for row in decision["outcome"]["rows"]}


async def test_goods_are_recognised_by_the_founding_rules_once_both_agencies_have_named_them(
    world: World,
) -> None:
    await world.trust()
    for bill in (f"OSTQ2603{number:04}" for number in range(40)):
        mode, rows = await _mode(world, bill)
        if mode == "joint":
            break
    assert {"Q-DRIED", "C-HIGH-DUTY", "R-DUTY-CUSTOMS"} <= rows
    tea = {"code": "0902", "name": "tea 茶叶", **SINCE}
    await _enter(world, "goods", tea, "customs")
    mode, rows = await _mode(world, bill)
    assert (mode, "R-DUTY-QUARANTINE" in rows) == ("joint", True)
    await _enter(world, "goods", tea, "quarantine")
    mode, rows = await _mode(world, bill)
    assert (mode, "R-NAMED" in rows) == ("recognition", True)
    await _enter(world, "goods", {**tea, "counts": False}, "customs")
    assert (await _mode(world, bill))[0] == "joint"
    assert await world.broken() == {}
