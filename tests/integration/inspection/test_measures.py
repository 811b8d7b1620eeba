"""Measures: of each filing and of groups, of whom one may see them, as JSON and as CSV."""

import csv
from collections.abc import AsyncIterator
from io import StringIO
from typing import Any

import pytest

from services.inspection.api import measuring
from shared.contracts.values import utc
from tests.conftest import service_databases
from tests.factories import BROKER, CONSIGNEE, OTHER_BROKER, uscc
from tests.integration.inspection import filed
from tests.integration.inspection.room import Room
from tests.lending import Lender
from tests.unit.inspection import builders as b

MEASURES, FILINGS = "/v1/measures", "/v1/measures/filings"
STEPS = {
    "release": 320,
    "first_release": 320,
    "selection": 10,
    "booking": 20,
    "arrival": 170,
    "gate": 40,
    "delay": 0,
    "inspection": 60,
    "decision": 20,
    "working": 60,
    "waiting": 260,
}


@pytest.fixture(scope="module")
async def room(lender: Lender, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Room]:
    """A room in which the day's filings are; the tests only read."""
    async with service_databases(lender) as fresh:
        made = Room.on(await fresh("inspection"), tmp_path_factory.mktemp("evidence"))
        await filed.day(made)
        yield made


async def _get(room: Room, path: str, who: str = "supervisor", **query: str) -> Any:
    answer = await room.clients[who].get(path, params=query)
    assert answer.status_code == 200, answer.text
    return answer.json()["items"]


async def _one(room: Room, of: Any) -> Any:
    return next(each for each in await _get(room, FILINGS) if each["filing_id"] == str(of))


async def test_a_filing_is_measured_from_its_acceptance_to_its_release(room: Room) -> None:
    seen = await _one(room, b.FILING)
    assert seen["minutes"] == STEPS
    moments = {"accepted_at": 0, "selected_at": 10, "booked_at": 30, "slot_starts": 240}
    moments |= {"gate_in_at": 200, "opened_at": 240, "concluded_at": 300, "completed_at": 310}
    for name, minutes in moments.items():
        assert seen[name] == utc(b.at(minutes).yard), name
    assert (seen["mode"], seen["yard"], seen["outcome"]) == ("joint", b.YARD, "released")
    assert (seen["containers"], seen["teu"], seen["goods"]) == (2, "4", "8471300000")
    assert (seen["moves"], seen["moves_avoided"], seen["unpackings_avoided"]) == (1, 1, 1)
    assert (seen["saved_cny"], seen["m2_hours"], seen["team_minutes"]) == ("1200.00", "60.00", 90)


async def test_each_agency_has_its_own_times(room: Room) -> None:
    customs, quarantine = (await _one(room, b.FILING))["agencies"]
    assert (customs["agency"], customs["inspects"], customs["team_minutes"]) == (
        "customs",
        True,
        40,
    )
    assert (customs["came_at"], customs["concluded_at"]) == tuple(
        utc(b.at(each).yard) for each in (240, 280)
    )
    assert (quarantine["scope"], quarantine["team_minutes"]) == ("sample", 50)


async def test_a_filing_without_inspection_waits_all_the_time(room: Room) -> None:
    seen = await _one(room, filed.named("free 1"))
    steps = {name: each for name, each in seen["minutes"].items() if each is not None}
    assert steps == {"release": 40, "first_release": 40, "working": 0, "waiting": 40}
    assert (seen["mode"], seen["agencies"], seen["saved_cny"]) == ("none", [], None)


async def test_a_withdrawn_filing_counts_and_has_no_time_of_release(room: Room) -> None:
    seen = await _one(room, filed.named("gone"))
    assert (seen["outcome"], seen["ended_at"]) == ("withdrawn", utc(b.at(5).yard))
    assert set(seen["minutes"].values()) == {None}


async def test_of_a_filing_that_ends_in_parts_the_first_release_is_told_as_well(room: Room) -> None:
    minutes = (await _one(room, filed.named("parts")))["minutes"]
    assert (minutes["first_release"], minutes["release"]) == (100, 300)


async def test_cargo_of_the_sandbox_is_not_measured(room: Room) -> None:
    seen = {each["filing_id"] for each in await _get(room, FILINGS)}
    assert len(seen) == 6
    assert str(filed.named("sandbox")) not in seen


async def test_all_together_are_one_group_a_month(room: Room) -> None:
    (group,) = await _get(room, MEASURES)
    assert (group["period"], group["filings"]) == ("2026-03-01", 6)
    outcomes = [group[each] for each in ("released", "refused_entry", "withdrawn", "open")]
    assert outcomes == [3, 1, 1, 1]
    assert (group["mode_none"], group["mode_joint"]) == (4, 1)
    release = {"count": 4, "mean": 170, "median": 170, "p90": 314}
    assert group["minutes"]["release"] == release
    assert group["minutes"]["gate"] == {"count": 1, "mean": 40, "median": 40, "p90": 40}
    assert (group["saved_cny"], group["teu"]) == ("1200.00", "24")
    assert (group["working_minutes"], group["waiting_minutes"]) == (60, 620)


async def test_days_are_those_of_the_zone(room: Room) -> None:
    """The open one was filed at 02:00 of the next day in Shanghai, which is 18:00 UTC."""
    groups = await _get(room, MEASURES, by="period", unit="day")
    assert [(each["period"], each["filings"]) for each in groups] == [
        ("2026-03-02", 5),
        ("2026-03-03", 1),
    ]
    later = await _get(room, FILINGS, accepted_from="2026-03-03", accepted_to="2026-03-03")
    assert [each["filing_id"] for each in later] == [str(filed.named("open"))]
    assert len(await _get(room, FILINGS, accepted_to="2026-03-02")) == 5


@pytest.mark.parametrize(
    ("by", "counts"),
    [
        ("yard", {b.YARD: 1, None: 5}),
        ("company", {CONSIGNEE: 5, uscc(8): 1}),
        ("goods", {"8471": 5, "1001": 1}),
        ("agency", {"customs": 1, "quarantine": 1}),
    ],
)
async def test_filings_are_grouped_by(room: Room, by: str, counts: dict[str | None, int]) -> None:
    groups = await _get(room, MEASURES, by=by)
    assert {each[by]: each["filings"] for each in groups} == counts


async def test_an_agencys_group_has_the_agencys_times(room: Room) -> None:
    groups = await _get(room, MEASURES, by="agency,period")
    found = {each["agency"]: each for each in groups}
    assert found["customs"]["minutes"]["inspection"]["median"] == 40
    assert found["quarantine"]["minutes"]["inspection"]["median"] == 50
    assert found["quarantine"]["team_minutes"] == 50
    assert found["quarantine"]["period"] == "2026-03-01"
    (alone,) = await _get(room, MEASURES, by="agency", agency="customs")
    assert alone["agency"] == "customs"


@pytest.mark.parametrize(
    ("query", "count"),
    [
        ({"yard": b.YARD}, 1),
        ({"agency": "quarantine"}, 1),
        ({"company": uscc(8)}, 1),
        ({"goods": "10"}, 1),
        ({"goods": "847130"}, 5),
        ({"agency": "health"}, 0),
    ],
)
async def test_filters_apply_to_filings_and_groups_alike(
    room: Room, query: dict[str, str], count: int
) -> None:
    assert len(await _get(room, FILINGS, **query)) == count
    assert sum(each["filings"] for each in await _get(room, MEASURES, **query)) == count


async def test_yard_staff_see_their_yard_and_brokers_their_own_filings(room: Room) -> None:
    assert len(await _get(room, FILINGS, "yard")) == 1
    assert await _get(room, FILINGS, "other yard", yard=b.YARD) == []
    mine = {each["broker"] for each in await _get(room, FILINGS, "broker")}
    assert mine == {BROKER}
    (group,) = await _get(room, MEASURES, "broker")
    assert group["filings"] == 4
    assert len(await _get(room, FILINGS, "auditor")) == 6
    assert {each["broker"] for each in await _get(room, FILINGS)} == {BROKER, OTHER_BROKER}


async def test_pages_are_one_list_the_last_accepted_first(room: Room) -> None:
    whole = await _get(room, FILINGS)
    assert [each["accepted_at"] for each in whole] == sorted(
        (each["accepted_at"] for each in whole), reverse=True
    )
    query, pages = {"limit": "4"}, []
    while True:
        answer = (await room.clients["customs"].get(FILINGS, params=query)).json()
        pages.append(answer["items"])
        if answer["next"] is None:
            break
        query["cursor"] = answer["next"]
    assert [len(each) for each in pages] == [4, 2]
    assert [each for some in pages for each in some] == whole


async def _table(room: Room, path: str, **query: str) -> list[dict[str, str]]:
    answer = await room.clients["supervisor"].get(path, params=query)
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"].startswith("text/csv")
    return list(csv.DictReader(StringIO(answer.text, newline="")))


@pytest.mark.parametrize(("path", "columns"), [(FILINGS, 55), (MEASURES, 68)])
async def test_csv_says_what_json_says(
    room: Room, path: str, columns: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(measuring, "AT_ONCE", 2)
    told, table = await _get(room, path), await _table(room, f"{path}.csv")
    assert len(table) == len(told)
    assert {len(row) for row in table} == {columns}
    for row, each in zip(table, told, strict=True):
        assert row == {heading: filed.as_told(heading, each) for heading in row}


@pytest.mark.parametrize(
    ("query", "code", "pointer"),
    [
        ({"by": "colour"}, "bad_format", "/query/by"),
        ({"accepted_from": "2026-03-03", "accepted_to": "2026-03-02"}, "period_backwards",
         "/query/accepted_to"),
        ({"goods": "x"}, "bad_format", "/query/goods"),
        ({"until": "2026-03-02"}, "unknown_field", "/query/until"),
    ],
)  # fmt: skip
async def test_a_query_that_cannot_be_meant_is_refused(
    room: Room, query: dict[str, str], code: str, pointer: str
) -> None:
    answer = await room.clients["auditor"].get(MEASURES, params=query)
    assert answer.status_code == 422
    assert [(each["code"], each["pointer"]) for each in answer.json()["errors"]] == [
        (code, pointer)
    ]


async def test_more_groups_than_one_answer_holds_are_refused_not_cut_off(
    room: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(measuring, "MOST_GROUPS", 1)
    answer = await room.clients["auditor"].get(MEASURES, params={"by": "goods"})
    assert (answer.status_code, answer.json()["code"]) == (422, "too_many_groups")
