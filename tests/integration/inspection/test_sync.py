"""Devices without a link: each record counts once, whatever the link and their clocks do."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from random import Random
from typing import Any
from uuid import UUID, uuid4

from shared.contracts import derived
from shared.ids import uuid7
from tests import kits
from tests.factories import NOW, container_number
from tests.integration.inspection import room as r
from tests.integration.inspection.room import Body, Room
from tests.unit.inspection import builders as b

RESULTS, CASES = 500, 4
TWO_HOURS = timedelta(hours=2)
DONE = ("applied", "known")


def _record(kind: str, data: Body, *, case: UUID = b.CASE, minutes: float = 0) -> Body:
    at = NOW + timedelta(minutes=minutes)
    told = {"case_id": str(case), "at": at.isoformat(), "kind": kind, "data": data}
    return {"id": str(uuid7()), **told}


def _counted(minutes: float = 0, **facts: Any) -> Body:
    return _record("result", {"item": "quantity", "outcome": "conform", **facts}, minutes=minutes)


async def _send(room: Room, who: str, *records: Body, skew: timedelta = timedelta(0)) -> Any:
    sent_at = (room.hand.yard() + skew).isoformat()
    body = {"device": f"tablet-{who}", "sent_at": sent_at, "records": records}
    answer = await room.clients[who].post("/v1/sync", json=body, headers=kits.keyed(str(uuid4())))
    assert answer.status_code == 200, answer.text
    return answer.json()


async def _became(room: Room, who: str, *records: Body) -> list[str]:
    return [each["status"] for each in (await _send(room, who, *records))["records"]]


async def _rejected(room: Room, who: str = "customs") -> list[tuple[str, str]]:
    answer = await room.clients[who].get("/v1/sync/rejected")
    items = answer.json()["items"]
    return [(each["record"]["id"], each["errors"][0]["code"]) for each in items]


async def test_a_record_counts_once_and_what_came_too_early_counts_when_sent_again(
    room: Room,
) -> None:
    await room.plan()
    early, opened = _counted(minutes=5), _record("open", {}, minutes=3)
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
    answer = await _send(
        room, "customs", _record("open", {}), _counted(minutes=125), skew=TWO_HOURS
    )
    assert answer["skew_seconds"] == TWO_HOURS.total_seconds()
    asked = (await room.see(path=f"/{b.CASE}/checklist"))["sections"]["customs"]
    (said,) = [one for each in asked for one in each["answers"]]
    assert said["at"] == NOW.isoformat().replace("+00:00", "Z")
    assert said["device"]["skew_seconds"] == TWO_HOURS.total_seconds()
    assert said["device"]["at"].startswith((NOW + timedelta(minutes=125)).strftime("%FT%R"))


async def test_what_cannot_be_is_refused_with_its_mend_and_holds_up_no_other(
    room: Room,
) -> None:
    await room.plan(**b.single())
    box = {"container": container_number(1), "seal": "S1"}
    wrong = {
        "bad_format": _record("result", {"item": "weight", "outcome": "conform", "figure": "1E5"}),
        "case_not_found": _counted() | {"case_id": str(b.FILING)},
        "item_not_asked": _record("result", {"item": "karaoke", "outcome": "conform"}),
        "not_inside": _record("handle", {"step": "seal_removed", "containers": [box]}),
        "unknown_field": _record("join", {"agency": "quarantine"}),
        "sampling_not_required": _record("sample", {"what": "x", "seal": "S", "laboratory": "L"}),
    }
    good = _record("finding", {"code": "pest", "text": "live insects 活虫"}, minutes=9)
    answer = await _send(room, "customs", _record("open", {}), *wrong.values(), good)
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
    first = _counted(minutes=1)
    await _became(room, "customs", _record("open", {}), first)
    other = first | {"data": first["data"] | {"outcome": "deviates"}}
    assert await _became(room, "customs", other) == ["rejected"]
    assert await _rejected(room) == [(first["id"], "id_taken")]


async def test_two_peoples_edits_of_one_answer_are_both_kept_and_shown(room: Room) -> None:
    await room.plan()
    first = _counted(minutes=1)
    await _became(room, "customs", _record("open", {}), first)
    for who, outcome in (("customs", "deviates"), ("second", "not_done")):
        edit = _counted(minutes=2, replaces=[first["id"]], note=who)
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
    both = _record("handle", moved), _record("finding", finding)
    assert await _became(room, "yard", *both) == ["applied", "rejected"]
    assert await _became(room, "other yard", _record("handle", moved)) == ["rejected"]
    assert await _rejected(room, "yard") == [(both[1]["id"], "step_of_officers")]


@dataclass
class Device:
    """An officer's tablet: what it recorded, and what it knows to be there."""

    who: str
    random: Random
    skew: timedelta
    records: list[Body] = field(default_factory=list)
    settled: set[str] = field(default_factory=set)

    @property
    def left(self) -> list[Body]:
        """What it does not know to be there."""
        return [each for each in self.records if each["id"] not in self.settled]

    def batch(self) -> list[Body]:
        """Some of what is left in any order, with some of what is there already."""
        some = self.left[:]
        self.random.shuffle(some)
        again = [each for each in self.records if self.random.random() < 0.1]
        return some[: self.random.randint(1, 150)] + again

    async def try_to_send(self, room: Room) -> None:
        """The link may be cut before the server has it, or before its answer is here."""
        luck = self.random.random()
        if luck < 0.2:
            return
        answer = await _send(room, self.who, *self.batch(), skew=self.skew)
        if luck > 0.4:
            told = [each["id"] for each in answer["records"] if each["status"] in DONE]
            self.settled.update(told)


def _shift(random: Random, cases: list[UUID]) -> Iterator[tuple[str, Body]]:
    """Whose device records what in a shift: openings, then answers that replace each other."""
    for case in cases:
        yield "customs", _record("open", {}, case=case)
        yield "quarantine", _record("join", {}, case=case, minutes=1)
    last: dict[tuple[str, UUID, int], str] = {}
    for number in range(RESULTS):
        who = random.choice(("customs", "second", "quarantine"))
        case, line = random.choice(cases), random.choice((1, 2))
        data = {"item": "quantity", "outcome": "conform", "line": line, "note": f"no. {number}"}
        before = last.get((who, case, line))
        record = _record(
            "result", data | {"replaces": [before] if before else []}, case=case, minutes=number / 2
        )
        last[who, case, line] = record["id"]
        yield who, record


async def _cases(room: Room) -> list[UUID]:
    found = []
    for number in range(CASES):
        filing, requirement = r.nth_case(number)
        ids = {"filing_id": filing, "requirement_id": requirement}
        await room.hear(b.determined(**ids), r.confirmed().model_copy(update=ids))
        found.append(derived.case_id(requirement))
    return found


async def test_of_a_shift_without_a_link_nothing_is_lost_and_nothing_doubled(room: Room) -> None:
    cases = await _cases(room)
    skews = {"customs": timedelta(0), "second": TWO_HOURS, "quarantine": -timedelta(minutes=7)}
    devices = {who: Device(who, Random(who), skew) for who, skew in skews.items()}
    recorded = list(_shift(Random(7), cases))
    for who, record in recorded:
        devices[who].records.append(record)
    turns = 0
    while any(device.left for device in devices.values()):
        turns += 1
        assert turns < 200, {who: len(device.left) for who, device in devices.items()}
        for device in devices.values():
            if device.left:
                await device.try_to_send(room)
    there = [
        record["payload"]["id"]
        for case in cases
        for record in await _records(room, case)
        if "id" in record["payload"]
    ]
    assert sorted(there) == sorted(record["id"] for _, record in recorded)
    for who in devices:
        assert await _rejected(room, who) == []
    stand = [one for case in cases for one in await _standing(room, case)]
    chains = {
        (who, each["case_id"], each["data"]["line"])
        for who, each in recorded
        if each["kind"] == "result"
    }
    assert len(stand) == len(chains)
    assert await room.broken() == []


async def _records(room: Room, case: UUID) -> list[Body]:
    found, cursor = [], ""
    while True:
        page = await room.see(path=f"/{case}/records?limit=200{cursor}")
        found += page["items"]
        if page["next"] is None:
            return found
        cursor = f"&cursor={page['next']}"


async def _standing(room: Room, case: UUID) -> list[Body]:
    sections = (await room.see(path=f"/{case}/checklist"))["sections"]
    asked = [each for section in sections.values() for each in section]
    return [one for each in asked for one in each["answers"] if one["stands"]]
