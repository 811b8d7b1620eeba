"""A simulated shift without a link: three devices, cuts, duplicates, any order, wrong clocks.

Each device has results, which it sends in batches, and photos, which it sends in parts.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from random import Random
from uuid import UUID

from shared.contracts import derived
from shared.ids import uuid7
from tests import pictures
from tests.integration.inspection import devices
from tests.integration.inspection import room as r
from tests.integration.inspection.room import Body, Room
from tests.unit.inspection import builders as b

RESULTS, PHOTOS, CASES = 500, 200, 4
TWO_HOURS = timedelta(hours=2)
DONE = ("applied", "known")


@dataclass
class Photo:
    """A photo, and how far its device knows it to have come; None: not even begun."""

    case: UUID
    content: bytes
    id: UUID = field(default_factory=uuid7)
    come: int | None = None


@dataclass
class Tablet:
    """An officer's tablet: what it recorded, and what it knows to be there."""

    who: str
    random: Random
    skew: timedelta
    records: list[Body] = field(default_factory=list)
    photos: list[Photo] = field(default_factory=list)
    settled: set[str] = field(default_factory=set)

    @property
    def left(self) -> list[Body]:
        """What it does not know to be there."""
        return [each for each in self.records if each["id"] not in self.settled]

    @property
    def unsent(self) -> list[Photo]:
        """The photos that it does not know to be there."""
        return [each for each in self.photos if str(each.id) not in self.settled]

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
        answer = await devices.send(room, self.who, *self.batch(), skew=self.skew)
        if luck > 0.4:
            told = [each["id"] for each in answer["records"] if each["status"] in DONE]
            self.settled.update(told)

    async def try_to_upload(self, room: Room) -> None:
        """Some photos in any order, each for as long as its link lasts."""
        some = self.unsent
        self.random.shuffle(some)
        for photo in some[:40]:
            while str(photo.id) not in self.settled and self.random.random() > 0.1:
                before = photo.come
                await self._step(room, photo)
                if photo.come == before:
                    return

    async def _step(self, room: Room, photo: Photo) -> None:
        """The next request of an upload; its answer may not arrive, and parts may come twice.

        As long as nobody's device has told of the opening, the last part is refused.
        """
        customs, size = room.clients[self.who], len(photo.content)
        heard = self.random.random() > 0.1
        if photo.come is None:
            sent_at = room.hand.yard() + self.skew
            said = {"device": f"tablet-{self.who}", "at": sent_at.isoformat()}
            headers = devices.of_upload(
                photo.id, photo.content, case=photo.case, sent_at=sent_at.isoformat(), **said
            )
            answer = await customs.post("/v1/uploads", headers=headers)
        else:
            ends = self.random.choice((size, size, size, photo.come + 50))
            headers = {**devices.at(photo.come), **devices.PART}
            part = photo.content[photo.come : ends]
            path = f"/v1/uploads/{photo.id}"
            answer = await customs.patch(path, content=part, headers=headers)
            if answer.status_code == 409:
                answer = await customs.head(path, headers=devices.TUS)
        if heard and answer.is_success:
            photo.come = int(answer.headers["upload-offset"])
            if photo.come == size:
                self.settled.add(str(photo.id))


def _shift(random: Random, cases: list[UUID]) -> Iterator[tuple[str, Body]]:
    """Whose device records what in a shift: openings, then answers that replace each other."""
    for case in cases:
        yield "customs", devices.record("open", {}, case=case)
        yield "quarantine", devices.record("join", {}, case=case, minutes=1)
    last: dict[tuple[str, UUID, int], str] = {}
    for number in range(RESULTS):
        who = random.choice(("customs", "second", "quarantine"))
        case, line = random.choice(cases), random.choice((1, 2))
        data = {"item": "quantity", "outcome": "conform", "line": line, "note": f"no. {number}"}
        before = last.get((who, case, line))
        record = devices.record(
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
    tablets = {who: Tablet(who, Random(who), skew) for who, skew in skews.items()}
    recorded = list(_shift(Random(7), cases))
    for who, record in recorded:
        tablets[who].records.append(record)
    for number in range(PHOTOS):
        tablets[sorted(tablets)[number % 3]].photos.append(
            Photo(cases[number % CASES], pictures.picture(number))
        )
    turns = 0
    while any(device.left or device.unsent for device in tablets.values()):
        turns += 1
        assert turns < 200, {who: len(device.left) for who, device in tablets.items()}
        for device in tablets.values():
            await device.try_to_upload(room)
            if device.left:
                await device.try_to_send(room)
    there = [
        record["payload"]["id"]
        for case in cases
        for record in await _records(room, case)
        if "id" in record["payload"]
    ]
    photos = [str(photo.id) for device in tablets.values() for photo in device.photos]
    assert sorted(there) == sorted([*(record["id"] for _, record in recorded), *photos])
    assert len(list(room.folder.glob("??/*"))) == PHOTOS
    for who in tablets:
        left = await room.clients[who].get("/v1/sync/rejected")
        assert left.json()["items"] == []
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
