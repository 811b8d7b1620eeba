"""What a device sends and cannot be: told with code, field and mend, and kept, never lost."""

from datetime import timedelta
from typing import Any

import asyncpg
import pytest
from alembic import command
from alembic.config import Config
from sqlalchemy import Connection

from services.inspection.app import MIGRATIONS
from tests.factories import container_number
from tests.integration.inspection import devices
from tests.integration.inspection import room as r
from tests.integration.inspection.room import Body, Room
from tests.unit.inspection import builders as b

PEST = {"code": "pest", "text": "live insects 活虫"}
UNSEALED = {
    "step": "seal_removed",
    "containers": [{"container": container_number(1), "seal": "S0001"}],
}


async def _kept(room: Room, who: str) -> list[Any]:
    items: list[Any] = (await room.clients[who].get("/v1/sync/rejected")).json()["items"]
    return items


async def _became(room: Room, *records: Body) -> list[str]:
    answer = await devices.send(room, "customs", *records)
    return [each["status"] for each in answer["records"]]


async def _closed(room: Room) -> None:
    await room.do("customs", "open")
    await room.do("customs", "conclude", r.CONFORM)
    await room.met()


async def _open(room: Room) -> None:
    await room.do("customs", "open")


async def _not_yet(room: Room) -> None:
    assert (await room.see())["status"] == "planned"


RECORDS: dict[str, Body] = {
    "result": {"item": "quantity", "outcome": "conform"},
    "finding": PEST,
    "handle": UNSEALED,
    "open": {},
}


@pytest.mark.parametrize(
    ("before", "who", "code", "kinds"),
    [
        (_closed, "customs", "case_ended", ["result", "finding", "handle", "open"]),
        (_open, "quarantine", "agency_not_needed", ["result", "finding", "handle"]),
        (_open, "other yard", "case_not_found", ["handle"]),
        (_not_yet, "customs", "container_not_open", ["result", "finding", "handle"]),
    ],
    ids=["a closed case", "another agency's", "another yard's", "no opening"],
)
async def test_what_a_case_cannot_take_is_told_with_code_field_and_mend_and_kept(
    room: Room, before: Any, who: str, code: str, kinds: list[str]
) -> None:
    await room.plan(**b.single())
    await room.do("yard", "gate-in", r.SEALS)
    await before(room)
    records = [devices.record(kind, RECORDS[kind]) for kind in kinds]
    for told in (await devices.send(room, who, *records))["records"]:
        (fault,) = told["errors"]
        assert (told["status"], fault["code"]) == ("rejected", code)
        assert fault["pointer"] == "/case_id"
        assert all(fault["mend"][language] for language in ("en", "zh"))
    assert sorted(each["id"] for each in await _kept(room, who)) == sorted(
        each["id"] for each in records
    )


async def test_a_fault_of_what_was_recorded_points_into_the_record(room: Room) -> None:
    await room.plan()
    await room.do("customs", "open")
    wrong = (
        devices.record("result", {"item": "weight", "outcome": "conform", "figure": "-5"}),
        devices.record("finding", PEST | {"container": "OTHER"}),
    )
    answer = await devices.send(room, "customs", *wrong)
    assert [each["errors"][0]["pointer"] for each in answer["records"]] == [
        "/data/figure",
        "/data/container",
    ]


async def test_what_was_made_after_it_was_sent_is_refused_until_the_clock_has_come_there(
    room: Room,
) -> None:
    await room.plan()
    await room.do("customs", "open")
    late = devices.counted(minutes=30)
    behind = timedelta(hours=-8)
    answer = await devices.send(room, "customs", late, skew=behind)
    (told,) = answer["records"]
    assert (told["status"], told["errors"][0]["pointer"]) == ("rejected", "/at")
    assert told["errors"][0]["code"] == "made_after_sending"
    assert [each["id"] for each in await _kept(room, "customs")] == [late["id"]]
    assert await _became(room, late) == ["applied"]
    answer = await devices.send(room, "customs", late, skew=behind)
    assert [each["status"] for each in answer["records"]] == ["known"]
    assert await _kept(room, "customs") == []


def _deviating(record: Body) -> Body:
    return record | {"data": record["data"] | {"outcome": "deviates"}}


async def test_of_two_records_of_one_id_in_a_batch_the_second_is_told_and_kept(
    room: Room,
) -> None:
    await room.plan()
    await room.do("customs", "open")
    first = devices.counted()
    assert await _became(room, first, first, _deviating(first)) == ["applied", "rejected"]
    (kept,) = await _kept(room, "customs")
    assert (kept["errors"][0]["code"], kept["errors"][0]["pointer"]) == ("id_taken", "/id")
    assert kept["record"]["data"] == _deviating(first)["data"]


async def test_what_had_anothers_id_stays_on_the_list_until_it_is_sent_under_its_own(
    room: Room,
) -> None:
    await room.plan()
    await room.do("customs", "open")
    first = devices.counted()
    other = _deviating(first)
    assert await _became(room, first) == ["applied"]
    third = first | {"data": first["data"] | {"outcome": "not_done"}}
    assert await _became(room, other, third) == ["rejected", "rejected"]
    assert await _became(room, first) == ["known"]
    assert len(await _kept(room, "customs")) == 2
    assert await _became(room, other | {"id": devices.counted()["id"]}) == ["applied"]
    assert [each["record"]["data"] for each in await _kept(room, "customs")] == [third["data"]]


async def test_what_was_not_applied_stays_though_other_content_of_its_id_is(room: Room) -> None:
    await room.plan()
    early = devices.counted()
    assert await _became(room, early) == ["rejected"]
    await room.do("customs", "open")
    assert await _became(room, _deviating(early)) == ["applied"]
    assert [each["record"]["data"] for each in await _kept(room, "customs")] == [early["data"]]
    assert await _became(room, early | {"id": devices.counted()["id"]}) == ["applied"]
    assert await _kept(room, "customs") == []


async def test_what_is_wrong_in_itself_leaves_the_list_once_its_mend_is_applied(
    room: Room,
) -> None:
    await room.plan()
    await room.do("customs", "open")
    wrong = devices.record("result", {"item": "weight", "outcome": "conform", "figure": "-5"})
    assert await _became(room, wrong) == ["rejected"]
    assert len(await _kept(room, "customs")) == 1
    assert await _became(room, wrong | {"data": wrong["data"] | {"figure": "5"}}) == ["applied"]
    assert await _kept(room, "customs") == []


AS_BEFORE = """
INSERT INTO rejected_records
    (id, office, device, sender, record, problem, skew_seconds, received_at)
    VALUES ($1, 'customs', 'tablet', 'customs', '{}', '[]', 0, now())
ON CONFLICT (id, office) DO UPDATE SET device = excluded.device
"""


def _back(connection: Connection) -> None:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.attributes["connection"] = connection
    command.downgrade(config, "0017")


async def test_replicas_of_before_keep_what_they_refuse_and_going_back_loses_no_id(
    room: Room, superuser: asyncpg.Connection
) -> None:
    await room.plan()
    early = devices.counted()
    await _became(room, early, _deviating(early))
    assert len(await _kept(room, "customs")) == 2
    await superuser.execute(AS_BEFORE, b.FILING)
    engine = room.service.kit.database.engine
    async with engine.execution_options(isolation_level="READ COMMITTED").begin() as connection:
        await connection.run_sync(_back)
    left = await superuser.fetch("SELECT id FROM rejected_records")
    assert {str(row["id"]) for row in left} == {early["id"], str(b.FILING)}
    await superuser.execute(AS_BEFORE, b.FILING)


async def test_other_content_under_the_id_of_what_came_over_the_link_is_not_known(
    room: Room,
) -> None:
    await room.plan()
    await room.do("customs", "open")
    record = devices.counted()
    await room.do("customs", "results", {"results": [{"id": record["id"], **record["data"]}]})
    assert await _became(room, _deviating(record), record) == ["rejected", "known"]
    finding = devices.record("finding", PEST) | {"id": record["id"]}
    assert await _became(room, finding) == ["rejected"]
    assert len(await _kept(room, "customs")) == 2
