"""What others than the agency that investigates can read of a case, and what they may not."""

from typing import Any

import pytest

from shared.auth.principal import Role
from tests import kits
from tests.integration.inspection.room import Room
from tests.unit.inspection import builders as b

SECRET = "brand copied, warehouse watched 商标仿冒，仓库布控"
ANSWER = {
    "id": "01a20695-d3f8-75ef-ba27-10fa5f698408",
    "item": "quantity",
    "outcome": "deviates",
    "note": SECRET,
}
OTHERS = ("quarantine", "head of quarantine", "yard", "broker")
MARK = {"reason": "the consignee must not know 不得让收货人知悉"}
READS = (
    "cases",
    "cases/{case}",
    "cases/{case}/records",
    "cases/{case}/checklist",
    "cases/{case}/corrections",
    "cases/{case}/tracking",
    "cases/{case}/sign-off",
    "cases/{case}/proof",
    "cases/{case}/evidence",
    "alarms",
    "ledger/leaves",
    "checkpoints",
)


@pytest.fixture
async def opened(room: Room) -> Room:
    """Both agencies are at the open container."""
    room.clients["head of quarantine"] = kits.client(
        room.service, Role.SUPERVISOR, org="office", agency="quarantine", subject="head"
    )
    await room.plan()
    await room.do("customs", "open")
    await room.do("quarantine", "join")
    return room


async def seen(room: Room, who: str) -> dict[str, Any]:
    """What somebody reads at each address; the status where that is refused."""
    found = {}
    for path in READS:
        answer = await room.clients[who].get(f"/v1/{path.format(case=b.CASE)}")
        found[path] = answer.json() if answer.is_success else answer.status_code
    return found


def without_hashes(told: dict[str, Any]) -> dict[str, Any]:
    """All but the places of hidden records in the chain."""
    listed = told["cases/{case}/records"]
    if isinstance(listed, dict):
        shown = [each for each in listed["items"] if each["kind"] is not None]
        told = {**told, "cases/{case}/records": shown}
    return told


async def chain_of(room: Room, who: str) -> list[dict[str, Any]]:
    items: list[dict[str, Any]] = (await room.see(who, f"/{b.CASE}/records"))["items"]
    return items


async def answered(room: Room) -> int:
    """Customs answers and marks the answer; its number."""
    answered = await room.send("customs", "results", {"results": [ANSWER]})
    assert answered.status_code == 200, answered.text
    seq: int = (await chain_of(room, "customs"))[-1]["seq"]
    return seq
