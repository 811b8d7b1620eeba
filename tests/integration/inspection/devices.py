"""Devices without a link, and what they send."""

from base64 import b64encode
from collections.abc import Mapping
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

from shared.ids import uuid7
from tests import kits
from tests.factories import NOW
from tests.integration.inspection.room import Body, Room
from tests.unit.inspection import builders as b

BEGAN = NOW - timedelta(hours=8)
"""When the devices' shift began, by their own clocks."""


def record(kind: str, data: Body, *, case: UUID = b.CASE, minutes: float = 0) -> Body:
    """A record of a device, made so many minutes after its shift began by its own clock."""
    at = BEGAN + timedelta(minutes=minutes)
    told = {"case_id": str(case), "at": at.isoformat(), "kind": kind, "data": data}
    return {"id": str(uuid7()), **told}


def counted(minutes: float = 0, **facts: Any) -> Body:
    """An answer to the item `quantity`."""
    return record("result", {"item": "quantity", "outcome": "conform", **facts}, minutes=minutes)


async def send(room: Room, who: str, *records: Body, skew: timedelta = timedelta(0)) -> Any:
    """A device's batch is sent and taken; the answer."""
    sent_at = (room.hand.yard() + skew).isoformat()
    body = {"device": f"tablet-{who}", "sent_at": sent_at, "records": records}
    answer = await room.clients[who].post("/v1/sync", json=body, headers=kits.keyed(str(uuid4())))
    assert answer.status_code == 200, answer.text
    return answer.json()


TUS = {"Tus-Resumable": "1.0.0"}
PART = {"Content-Type": "application/offset+octet-stream"}


def of_upload(
    name: UUID, content: bytes, *, case: UUID = b.CASE, kind: str = "image/png", **said: str
) -> dict[str, str]:
    """The headers that begin an upload of this content."""
    told: Mapping[str, str] = {"id": str(name), "case_id": str(case), "filetype": kind, **said}
    pairs = [f"{key} {b64encode(value.encode()).decode()}" for key, value in told.items()]
    return {**TUS, "Upload-Length": str(len(content)), "Upload-Metadata": ",".join(pairs)}


def at(offset: int) -> dict[str, str]:
    """The headers of a part that begins there."""
    return {**TUS, "Upload-Offset": str(offset)}
