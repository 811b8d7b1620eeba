"""`onestop bench webhooks`: 10,000 notices to 100 endpoints, of which one hangs and one fails.

Counted is the time until the other 98 have all of theirs, from the commit of the receipts on: they
are numbered, made into notices, signed, sent and marked. The floor is the same bytes posted to the
same 98 endpoints by bare httpx, as many at once, with nothing kept of it.
"""

import asyncio
import json
import random
import sys
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import date
from itertools import count
from typing import Any

import httpx
from sqlalchemy import func, insert, select
from sqlalchemy.engine import make_url

from services.cli import compose, people
from services.cli.benching import bodies, receiving, single
from services.cli.benching.single import Bench
from services.cli.console import say
from services.cli.registry import BY_NAME
from services.cli.settings import System
from services.declaration import answers, commands, feeding, store
from services.declaration.commands import Draft, Now
from services.declaration.domain import filing as filings
from services.declaration.domain.filing import Filing
from services.declaration.domain.history import Actor, Deed
from services.declaration.domain.receipts import Kind, Note
from services.declaration.forms import FilingIn
from services.declaration.jobs import delivering
from services.declaration.jobs import feeding as feeder
from services.declaration.tables import DELIVERIES, WEBHOOKS
from services.declaration.webhooks import signing
from services.declaration.webhooks.addresses import Allowed
from services.declaration.webhooks.posting import Poster
from shared.auth.issuer import AUDIENCE, ISSUER
from shared.auth.jwks import StaticJwks
from shared.auth.principal import Principal, Role
from shared.auth.tokens import TokenChecker
from shared.clock import SystemClock
from shared.embedded import provision
from shared.ids import uuid7
from shared.kit import Kit
from shared.telemetry import metrics

NAME = "declaration"
FILINGS, EACH = 25, 4
"""Filings, and receipts of each."""
ENDPOINTS = 100
RECEIPTS = FILINGS * EACH
WELL = ENDPOINTS - 2
SECRET = signing.new_secret(random.Random(1).randbytes)
WAIT_SECONDS = 120


def run() -> dict[str, Any]:
    """Run it; the ratio first."""
    with single.servers() as bench:
        return asyncio.run(_run(bench))


async def _run(bench: Bench) -> dict[str, Any]:
    async with _kit(bench) as kit, _endpoints() as urls:
        say(f"{RECEIPTS} receipts to {ENDPOINTS} webhooks, then to {WELL} by bare httpx")
        await _fill(kit, urls)
        ours = await _delivered(kit)
        floor = await _bare(urls[2:], await _bytes(kit))
        async with kit.database.connect() as connection:
            tried = select(func.sum(DELIVERIES.c.attempts)).where(DELIVERIES.c.state == "open")
            others = (await connection.execute(tried)).scalar_one()
    notices = WELL * RECEIPTS
    return {
        "name": "webhooks",
        "of_floor": round(floor / ours, 3),
        "seconds": round(ours, 2),
        "floor_seconds": round(floor, 2),
        "notices": notices,
        "notices_per_second": {"webhooks": round(notices / ours), "bare": round(notices / floor)},
        "attempts_at_the_other_two": int(others),
    }


@asynccontextmanager
async def _kit(bench: Bench) -> AsyncIterator[Kit]:
    services = {NAME: single.PASSWORD}
    await provision.provision(bench.admin_url, database=single.DATABASE, services=services)
    url = make_url(bench.admin_url).set(
        database=single.DATABASE, username=provision.role_of(NAME), password=single.PASSWORD
    )
    kit = compose.kit(
        BY_NAME[NAME],
        system=System(),
        database_url=url.render_as_string(hide_password=False),
        nats_url=bench.servers.nats.url,
        clock=SystemClock(),
        tokens=TokenChecker(StaticJwks(bench.issuer.jwks()), issuer=ISSUER, audience=AUDIENCE),
        instruments=metrics.Metrics(metrics.process_registry()),
    )
    await kit.database.migrate(BY_NAME[NAME].migrations)
    yield kit
    await kit.database.close()


@asynccontextmanager
async def _endpoints() -> AsyncIterator[list[str]]:
    """The first hangs, the second fails."""
    pipe = asyncio.subprocess.PIPE
    process = await asyncio.create_subprocess_exec(
        sys.executable, receiving.__file__, str(ENDPOINTS), stdin=pipe, stdout=pipe
    )
    ports = (await process.stdout.readline()).split() if process.stdout else []
    paths = [receiving.HANG, receiving.FAIL, *["/"] * WELL]
    yield [f"http://127.0.0.1:{int(p)}{path}" for p, path in zip(ports, paths, strict=True)]
    process.terminate()
    await process.wait()


async def _fill(kit: Kit, urls: Sequence[str]) -> None:
    """Filings of one broker with their receipts, and its webhooks."""
    now = kit.clock.wall()
    who = Principal(subject="bench", role=Role.BROKER, organisation=people.DEMO_BROKER)
    drafts = [
        Draft(_content(serial, now), who=who, now=Now(now, now, date(now.year, now.month, now.day)))
        for serial in range(FILINGS)
    ]
    numbers = count(1)
    accepted = commands.accept(drafts, number=lambda: next(numbers), ids=uuid7, sandbox=False)
    note = Note(Kind.NO_INSPECTION, {"mode": "none", "revision": 1})
    deed = Deed("note", Actor.of(who))
    async with kit.database.transaction() as session:
        for filed in await commands.store_accepted(session, accepted):
            if not isinstance(filed, Filing):
                raise filed
            after = filed
            for _ in range(EACH - 1):
                step = filings.note(after, note)
                after = await store.save(session, after, step, deed, ids=uuid7, now=now)
        await session.execute(insert(WEBHOOKS), [_webhook(url, now) for url in urls])


def _content(serial: int, now: Any) -> Any:
    body = bodies.filing(serial, broker=people.DEMO_BROKER, now=now)
    return FilingIn.model_validate_json(json.dumps(body)).content()


def _webhook(url: str, now: Any) -> dict[str, Any]:
    made = {"id": uuid7(), "broker": people.DEMO_BROKER, "url": url, "status": "active"}
    more = {"failures": 0, "created_by": "bench", "created_at": now, "changed_at": now}
    return {**made, **more, "secret": SECRET}


async def _delivered(kit: Kit) -> float:
    """Seconds until all endpoints but the two have everything."""
    poster = Poster(allowed=Allowed(http=True, private=True), seconds=10)
    dispatcher = delivering.Dispatcher(kit, poster, draw=random.random)
    taken = select(func.count()).where(DELIVERIES.c.state == "delivered")
    began = time.perf_counter()
    while await feeder.once(kit):
        pass
    task = asyncio.create_task(dispatcher.run())
    async with asyncio.timeout(WAIT_SECONDS):
        while True:
            async with kit.database.connect() as connection:
                if (await connection.execute(taken)).scalar_one() == WELL * RECEIPTS:
                    break
            await asyncio.sleep(0.05)
    spent = time.perf_counter() - began
    task.cancel()
    await asyncio.wait([task])
    return spent


async def _bytes(kit: Kit) -> list[bytes]:
    async with kit.database.connect() as connection:
        rows = await feeding.page(connection, people.DEMO_BROKER, after=0, limit=RECEIPTS)
    return [answers.notice(row) for row in rows]


async def _bare(urls: Sequence[str], notices: Sequence[bytes]) -> float:
    """Seconds that bare httpx takes for the same."""
    places = asyncio.Semaphore(delivering.PLACES[False])
    limits = httpx.Limits(max_connections=delivering.PLACES[False])
    headers = {"content-type": "application/json"}
    async with httpx.AsyncClient(limits=limits, timeout=10, trust_env=False) as client:

        async def post(url: str, body: bytes) -> None:
            async with places:
                (await client.post(url, content=body, headers=headers)).raise_for_status()

        began = time.perf_counter()
        await asyncio.gather(*(post(url, body) for body in notices for url in urls))
        return time.perf_counter() - began
