"""The tree over all cases: checkpoints, agencies' signatures, proofs, and what breaks them."""

import base64
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from uuid import UUID

import asyncpg
import httpx
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from starlette.applications import Starlette
from starlette.routing import Mount

from services.cli import archiving, people, signing
from services.cli.replaying.client import Api, Refused
from services.inspection.domain import merkle
from services.inspection.domain.checkpoints import Checkpoint, Leaf
from services.inspection.jobs import ledger as jobs
from services.inspection.settings import Settings
from shared.contracts import derived
from tests import kits, pictures
from tests.factories import NOW
from tests.integration.inspection import room as r
from tests.integration.inspection.room import Room
from tests.unit.inspection import builders as b

AGENCIES = ("customs", "quarantine")


@pytest.fixture
async def api(room: Room) -> AsyncIterator[Api]:
    """The public API as the command line's people call it."""
    app = Starlette(routes=[Mount("/inspection", room.service.api)])
    tokens = people.tokens(kits.token_issuer(), now=NOW, lifetime=timedelta(days=1))
    transport = httpx.ASGITransport(app=app)
    async with Api("http://test", tokens, transport=transport) as opened:
        yield opened


@pytest.fixture
def keys() -> dict[str, Ed25519PrivateKey]:
    """A key for each agency."""
    return {agency: Ed25519PrivateKey.generate() for agency in AGENCIES}


async def _another_case(room: Room, number: int) -> UUID:
    filing, requirement = r.nth_case(number)
    await room.hear(b.determined(filing_id=filing, requirement_id=requirement))
    return derived.case_id(requirement)


async def _signed(api: Api, keys: dict[str, Ed25519PrivateKey]) -> list[list[int]]:
    """Each agency's process signs; the numbers that each signed."""
    return [
        (
            await signing.sign(
                api, agency=agency, subject=f"demo-supervisor-{agency}", key=keys[agency]
            )
        )["signed"]
        for agency in AGENCIES
    ]


def _raw(text: str) -> bytes:
    return base64.b64decode(text)


async def _included(api: Api, case: UUID, **query: int) -> bool:
    told = await api.get("auditor", f"/inspection/v1/cases/{case}/proof", **query)
    leaf = Leaf(told["leaf"]["index"], case, told["leaf"]["seq"], told["leaf"]["hash"])
    path = [_raw(each) for each in told["path"]]
    return merkle.included(leaf.hashed, leaf.index, told["size"], path, root=_raw(told["root"]))


async def test_cases_are_proved_to_be_under_checkpoints_that_each_agency_signed(
    room: Room, api: Api, keys: dict[str, Ed25519PrivateKey]
) -> None:
    cases = [await _another_case(room, number) for number in range(5)]
    assert await _signed(api, keys) == [[1], [1]]
    assert [await _included(api, case) for case in cases] == [True] * 5
    await room.plan()
    assert await _signed(api, keys) == [[2], [2]]
    assert await _signed(api, keys) == [[], []]
    assert [await _included(api, case, checkpoint=number) for case in cases for number in (1, 2)]
    with pytest.raises(Refused, match="checkpoint_not_found"):
        await _included(api, b.CASE, checkpoint=1)
    assert await _included(api, b.CASE)
    told = await api.get("auditor", "/inspection/v1/ledger/consistency", first=1, second=2)
    page = await api.get("auditor", "/inspection/v1/checkpoints")
    one, two = (Checkpoint.read(each["text"]) for each in page["items"])
    path = [_raw(each) for each in told["path"]]
    assert merkle.consistent(one.size, two.size, path, old=one.root, new=two.root)
    assert await room.broken() == []


async def _photographed(room: Room, key: str) -> None:
    headers = kits.keyed(key, **{"Content-Type": "image/png"})
    path, content = f"/v1/cases/{b.CASE}/evidence", pictures.picture(len(key))
    answer = await room.clients["customs"].post(path, content=content, headers=headers)
    assert answer.status_code == 201, answer.text


async def test_an_archive_of_a_system_is_verified_without_it(
    room: Room, api: Api, keys: dict[str, Ed25519PrivateKey], tmp_path: Path
) -> None:
    await room.plan()
    await room.do("customs", "open")
    await _photographed(room, "first")
    await _signed(api, keys)
    await room.do("quarantine", "join")
    await _photographed(room, "second")
    path = tmp_path / "archive.zip"
    counts = await archiving.write(api, path)
    assert counts == {"checkpoints": 1, "leaves": 1, "cases": 1, "records": 5, "files": 1}
    pinned = {
        agency: (base64.b64encode(key.public_key().public_bytes_raw()).decode(),)
        for agency, key in keys.items()
    }
    told = archiving.verify(path, pinned=pinned)
    assert told == {
        "archive_ok": True,
        "keys_pinned": True,
        "officers_known": True,
        "broken": [],
    }
    other = {**pinned, "customs": pinned["quarantine"]}
    assert archiving.verify(path, pinned=other)["broken"]


async def test_a_process_signs_nothing_that_does_not_go_on_from_what_was_signed(
    room: Room, api: Api, keys: dict[str, Ed25519PrivateKey], superuser: asyncpg.Connection
) -> None:
    await _another_case(room, 1)
    await _signed(api, keys)
    await room.plan()
    await superuser.execute("ALTER TABLE ledger_nodes DISABLE TRIGGER ALL")
    await superuser.execute("UPDATE ledger_nodes SET hash = sha256('other')")
    with pytest.raises(signing.NotSigned, match="checkpoint 2 does not go on from 1"):
        await _signed(api, keys)


async def test_a_checkpoint_is_made_after_each_day_with_something_recorded(room: Room) -> None:
    kit, settings = room.service.kit, Settings()
    await room.plan()
    done = None
    days = []
    for _ in range(3):
        done = await jobs.keep(kit, settings, done=done)
        done = await jobs.keep(kit, settings, done=done)
        page = await room.clients["auditor"].get("/v1/checkpoints")
        days.append([each["day"] for each in page.json()["items"]])
        room.hand.turn(24 * 60)
    assert days == [["2026-03-01"]] * 3


async def test_a_checkpoint_is_signed_once_by_each_agency_and_by_the_own_key(
    room: Room, api: Api, keys: dict[str, Ed25519PrivateKey]
) -> None:
    await room.plan()
    await _signed(api, keys)
    (key,) = [
        each async for each in api.every("auditor", "/inspection/v1/keys", agency="quarantine")
    ]
    page = await api.get("auditor", "/inspection/v1/checkpoints")
    signature = keys["quarantine"].sign(page["items"][0]["text"].encode())
    body = {"key_id": key["id"], "signature": base64.b64encode(signature).decode()}
    path = "/inspection/v1/checkpoints/1/signatures"
    with pytest.raises(Refused, match="checkpoint_signed"):
        await api.post("supervisor.quarantine", path, body, key="again")
    with pytest.raises(Refused, match="key_unknown"):
        await api.post("supervisor.customs", path, body, key="foreign")
    with pytest.raises(Refused, match="nothing_to_checkpoint"):
        await api.post("supervisor.customs", "/inspection/v1/checkpoints", {}, key="more")


FORGERIES = [
    "UPDATE ledger_leaves SET hash = repeat('a', 64) WHERE index = 1",
    "UPDATE ledger_leaves SET seq = 2 WHERE case_id = $case",
    "DELETE FROM ledger_leaves WHERE index = 0",
    "UPDATE ledger_nodes SET hash = sha256('x') WHERE level = 0 AND position = 1",
    "UPDATE ledger_nodes SET hash = sha256('x') WHERE level = 1",
    "DELETE FROM ledger_nodes WHERE level = 1",
    "UPDATE checkpoints SET root = sha256('x')",
    "UPDATE checkpoints SET size = 1",
    "UPDATE checkpoints SET day = day + 1",
    "UPDATE checkpoint_signatures SET signature = reverse(signature) WHERE agency = 'customs'",
    "UPDATE checkpoint_signatures SET agency = 'other' WHERE agency = 'customs'",
]


async def test_a_ledger_changed_behind_the_triggers_back_is_found(
    room: Room,
    api: Api,
    keys: dict[str, Ed25519PrivateKey],
    superuser: asyncpg.Connection,
) -> None:
    await _another_case(room, 1)
    await room.plan()
    await _signed(api, keys)
    tables = ("ledger_leaves", "ledger_nodes", "checkpoints", "checkpoint_signatures")
    for table in tables:
        with pytest.raises(asyncpg.InsufficientPrivilegeError, match="never changed"):
            await superuser.execute(f"DELETE FROM {table}")
        await superuser.execute(f"ALTER TABLE {table} DISABLE TRIGGER ALL")
        await superuser.execute(f"CREATE TEMP TABLE kept_{table} AS SELECT * FROM {table}")
    for change in FORGERIES:
        assert await room.broken() == []
        await superuser.execute(change.replace("$case", f"'{b.CASE}'"))
        broken = await room.broken()
        assert broken, change
        assert all(each.startswith("ledger: ") for each in broken)
        for table in tables:
            await superuser.execute(f"DELETE FROM {table}")
            await superuser.execute(f"INSERT INTO {table} SELECT * FROM kept_{table}")
