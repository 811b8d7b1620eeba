"""Devices without a link: each record counts once, whatever the link and their clocks do."""

import asyncio
from collections.abc import Iterable, Iterator
from datetime import timedelta
from uuid import UUID

import asyncpg
import pytest

from services.inspection import appending, store
from services.inspection.domain.case import Case, Change
from services.inspection.domain.records import Note
from shared.contracts import derived
from shared.contracts.booking import BookingConfirmed
from tests.factories import NOW, container_number
from tests.integration.inspection import devices
from tests.integration.inspection import room as r
from tests.integration.inspection.room import Body, Room
from tests.unit.inspection import builders as b

WAITING = """
SELECT count(*) FROM pg_stat_activity
    WHERE wait_event_type = 'Lock' AND datname = current_database()
"""
TWO_HOURS = timedelta(hours=2)


async def _became(room: Room, who: str, *records: Body) -> list[str]:
    return [each["status"] for each in (await devices.send(room, who, *records))["records"]]


async def _rejected(room: Room, who: str = "customs") -> list[tuple[str, str]]:
    answer = await room.clients[who].get("/v1/sync/rejected")
    items = answer.json()["items"]
    return [(each["record"]["id"], each["errors"][0]["code"]) for each in items]


async def test_a_record_counts_once_and_what_came_too_early_counts_when_sent_again(
    room: Room,
) -> None:
    await room.plan()
    early, opened = devices.counted(minutes=5), devices.record("open", {}, minutes=3)
    assert await _became(room, "customs", early) == ["rejected"]
    assert await _rejected(room) == [(early["id"], "container_not_open")]
    assert await _became(room, "customs", early, opened) == ["applied", "applied"]
    assert await _became(room, "customs", opened, early, early) == ["known", "known"]
    assert await _rejected(room) == []
    kinds = [each["kind"] for each in (await room.see(path=f"/{b.CASE}/records"))["items"]]
    assert (kinds.count("opened"), kinds.count("result")) == (1, 1)
    assert await room.told() == ["planned", "opened"]
    assert await room.broken() == []


async def test_our_clock_decides_and_the_devices_is_shown_as_evidence(room: Room) -> None:
    await room.plan()
    answer = await devices.send(
        room, "customs", devices.record("open", {}), devices.counted(minutes=125), skew=TWO_HOURS
    )
    assert answer["skew_seconds"] == TWO_HOURS.total_seconds()
    asked = (await room.see(path=f"/{b.CASE}/checklist"))["sections"]["customs"]
    (said,) = [one for each in asked for one in each["answers"]]
    assert said["at"] == NOW.isoformat().replace("+00:00", "Z")
    assert said["device"]["skew_seconds"] == TWO_HOURS.total_seconds()
    assert said["device"]["at"].startswith(
        (devices.BEGAN + timedelta(minutes=125)).strftime("%FT%R")
    )


async def test_what_cannot_be_is_refused_with_its_mend_and_holds_up_no_other(
    room: Room,
) -> None:
    await room.plan(**b.single())
    box = {"container": container_number(1), "seal": "S1"}
    wrong = {
        "bad_format": devices.record(
            "result", {"item": "weight", "outcome": "conform", "figure": "1E5"}
        ),
        "figure_impossible": devices.record(
            "result", {"item": "weight", "outcome": "conform", "figure": "-5"}
        ),
        "case_not_found": devices.counted() | {"case_id": str(b.FILING)},
        "item_not_asked": devices.record("result", {"item": "karaoke", "outcome": "conform"}),
        "not_inside": devices.record("handle", {"step": "seal_removed", "containers": [box]}),
        "unknown_field": devices.record("join", {"agency": "quarantine"}),
        "sampling_not_required": devices.record(
            "sample", {"what": "x", "seal": "S", "laboratory": "L"}
        ),
    }
    good = devices.record("finding", {"code": "pest", "text": "live insects 活虫"}, minutes=9)
    answer = await devices.send(room, "customs", devices.record("open", {}), *wrong.values(), good)
    became = {each["id"]: each for each in answer["records"]}
    assert became[good["id"]]["status"] == "applied"
    for code, record in wrong.items():
        (fault,) = became[record["id"]]["errors"]
        assert (fault["code"], bool(fault["mend"]["en"])) == (code, True)
    assert {code for _, code in await _rejected(room)} == set(wrong)
    assert await _rejected(room, "quarantine") == []
    assert await room.broken() == []


async def test_another_record_under_a_known_id_is_refused(room: Room) -> None:
    await room.plan()
    first = devices.counted(minutes=1)
    await _became(room, "customs", devices.record("open", {}), first)
    other = first | {"data": first["data"] | {"outcome": "deviates"}}
    years = timedelta(days=73 * 365)
    answer = await devices.send(room, "customs", other, skew=years)
    assert [each["status"] for each in answer["records"]] == ["rejected"]
    assert await _rejected(room) == [(first["id"], "id_taken")]


async def test_what_came_over_the_link_is_known_though_its_answer_was_lost(room: Room) -> None:
    await room.plan()
    await room.do("customs", "open")
    record = devices.counted()
    await room.do("customs", "results", {"results": [{"id": record["id"], **record["data"]}]})
    assert await _became(room, "customs", record) == ["known"]


async def test_two_peoples_edits_of_one_answer_are_both_kept_and_shown(room: Room) -> None:
    await room.plan()
    first = devices.counted(minutes=1)
    await _became(room, "customs", devices.record("open", {}), first)
    for who, outcome in (("customs", "deviates"), ("second", "not_done")):
        edit = devices.counted(minutes=2, replaces=[first["id"]], note=who)
        edit["data"]["outcome"] = outcome
        assert await _became(room, who, edit) == ["applied"]
    asked = (await room.see(path=f"/{b.CASE}/checklist"))["sections"]["customs"]
    (item,) = [each for each in asked if each["answers"]]
    assert item["disputed"]
    assert [(each["outcome"], each["stands"]) for each in item["answers"]] == [
        ("conform", False),
        ("deviates", True),
        ("not_done", True),
    ]


async def test_yard_staff_sync_what_was_done_to_containers_alone(room: Room) -> None:
    await room.plan()
    await room.do("yard", "gate-in", r.SEALS)
    moved = {"step": "moved_to_bay", "containers": [{"container": container_number(1)}]}
    finding = {"code": "pest", "text": "live insects 活虫"}
    both = devices.record("handle", moved), devices.record("finding", finding)
    assert await _became(room, "yard", *both) == ["applied", "rejected"]
    assert await _became(room, "other yard", devices.record("handle", moved)) == ["rejected"]
    assert await _rejected(room, "yard") == [(both[1]["id"], "step_of_officers")]


async def _two_cases(room: Room) -> tuple[UUID, UUID]:
    await room.plan()
    filing, requirement = r.nth_case(2)
    names = {"filing_id": filing, "requirement_id": requirement}
    of_booking = r.of_booking() | names | {"booking_id": derived.booking_id(requirement)}
    await room.hear(b.determined(**names), BookingConfirmed(**of_booking, slot=b.slot()))
    return b.CASE, derived.case_id(requirement)


async def test_more_records_than_are_written_at_a_time_are_each_in_their_chain(room: Room) -> None:
    cases = await _two_cases(room)
    openings = [devices.record("open", {}, case=case) for case in cases]
    many = [
        devices.counted(minutes=number) | {"case_id": str(cases[number % 2])}
        for number in range(2 * appending.PORTION)
    ]
    wrong = devices.record("result", {"item": "karaoke", "outcome": "conform"})
    answer = await devices.send(room, "customs", *openings, *many, wrong)
    became = {each["id"]: each for each in answer["records"]}
    for opening, its in zip(openings, (many[::2], many[1::2]), strict=True):
        head = became[opening["id"]]["record"]
        assert [became[each["id"]]["record"] - head for each in its] == [*range(1, len(its) + 1)]
    assert became[wrong["id"]]["status"] == "rejected"
    assert await room.broken() == []


async def test_of_two_devices_that_use_one_id_at_once_the_second_is_told_which_record(
    room: Room, superuser: asyncpg.Connection
) -> None:
    mine, theirs = await _two_cases(room)
    await _became(room, "customs", devices.record("open", {}, case=mine))
    first, other = devices.counted(minutes=1), devices.counted(minutes=2)
    payload = {"id": first["id"], "item": "quantity", "outcome": "deviates"}
    async with room.service.kit.database.transaction() as session:
        cases = await store.lock_all(session, [theirs])
        noted = [(case, Change(case, notes=(Note("result", payload),))) for case in cases.values()]
        kept = await appending.append(session, noted, actor=b.CUSTOMS, now=b.at())
        await store.save(
            session, [each.case for each in kept], befores=[each.before for each in kept]
        )
        sending = asyncio.create_task(_became(room, "customs", first, other))
        while not await superuser.fetchval(WAITING) and not sending.done():
            await asyncio.sleep(0.01)
    assert await sending == ["rejected", "applied"]
    assert await _rejected(room) == [(first["id"], "id_taken")]
    assert await room.broken() == []


class _BrokenError(Exception):
    """What nobody has thought of."""


async def _breaks_down_half_way(room: Room) -> None:
    """One portion is written and another under way when the next case cannot be worked on."""
    names = await _two_cases(room)
    notes = (Note("finding", {"code": "pest"}),) * appending.PORTION

    def changes(cases: Iterable[Case]) -> Iterator[tuple[Case, Change]]:
        for case in cases:
            yield case, Change(case, notes=notes)
        raise _BrokenError

    async with room.service.kit.database.transaction() as session:
        cases = await store.lock_all(session, names)
        await appending.append(session, changes(cases.values()), actor=b.CUSTOMS, now=b.at())


async def test_what_breaks_down_half_way_leaves_nothing(room: Room) -> None:
    with pytest.raises(_BrokenError):
        await _breaks_down_half_way(room)
    kinds = [each["kind"] for each in (await room.see(path=f"/{b.CASE}/records"))["items"]]
    assert "finding" not in kinds
    assert await room.broken() == []
