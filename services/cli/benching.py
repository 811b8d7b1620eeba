"""`onestop bench filing`: how near filing comes to PostgreSQL's own durable speed.

The floor is the same bytes (a state row and an event row) in one durable asyncpg transaction, at
the same number of clients, measured in the same run on the same server.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from statistics import quantiles
from typing import Any

import asyncpg

from services.cli import instance
from services.cli.console import say
from services.cli.instance import Instance
from services.cli.replaying import making
from services.cli.replaying.client import Api
from services.cli.replaying.rows import Label, Row
from shared.database import dumps
from shared.embedded import provision
from shared.embedded.folder import Folder

CLIENTS = (1, 8, 32)
SECONDS = 8.0
FLOOR = "bench_floor"
TABLES = """
CREATE TABLE state (id uuid PRIMARY KEY, content jsonb NOT NULL);
CREATE TABLE event (seq bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, envelope jsonb NOT NULL);
"""
WRITE = """
WITH made AS (INSERT INTO state (id, content) VALUES (gen_random_uuid(), $1) RETURNING id)
INSERT INTO event (envelope) SELECT $2 FROM made
"""

Work = Callable[[int], Awaitable[None]]


def filing() -> dict[str, Any]:
    """Run the benchmark on an instance of its own; ratios first."""
    with (
        instance.scratch() as data,
        instance.found(data, url=None, token_file=None, factor=None) as where,
    ):
        return asyncio.run(_filing(where, Folder(data)))


async def _filing(where: Instance, folder: Folder) -> dict[str, Any]:
    running = folder.running()
    if running is None or running.postgres_port is None:
        raise RuntimeError("the instance ended while it was measured")
    admin = _admin_url(folder, running.postgres_port)
    ratios: dict[str, float] = {}
    figures: dict[str, Any] = {}
    async with Api(where.url, where.tokens) as api:
        sample = await api.post("broker", "/declaration/v1/filings", _body(where, 0), key="b0")
        for clients in CLIENTS:
            say(f"{clients} clients: the service, then the floor, {SECONDS:g} s each")
            ours = await _measure(_filer(api, where, clients), clients)
            floor = await _floor(admin, dumps(sample), clients)
            ratios[f"of_floor_{clients}"] = round(ours["per_second"] / floor["per_second"], 3)
            figures[f"clients_{clients}"] = {"service": ours, "floor": floor}
    return {"name": "filing", **ratios, **figures}


def _admin_url(folder: Folder, port: int) -> str:
    password = folder.secret("postgres")
    return f"postgresql://postgres:{password}@127.0.0.1:{port}/postgres"


def _filer(api: Api, where: Instance, clients: int) -> Work:
    async def work(number: int) -> None:
        body = _body(where, number, clients)
        await api.post("broker", "/declaration/v1/filings", body, key=f"b{clients}-{number}")

    return work


def _body(where: Instance, number: int, clients: int = 0) -> dict[str, Any]:
    row = Row(
        id=f"BENCH{clients}-{number}",
        transport="10",
        importer=f"I{number % 100}",
        seller="S",
        hs6="852990",
        departure="JP",
        origin="JP",
        duty_percent=Decimal(0),
        net_kg=Decimal(8_400),
        price=Decimal(91_200_000),
        label=Label.NOTHING,
    )
    broker = instance.organisation_of(where.tokens["broker"])
    now = datetime.now(UTC) + timedelta(hours=1)
    return making.filing(row, broker=broker, seed=1, run="bench", now=now)


async def _floor(admin: str, document: str, clients: int) -> dict[str, float]:
    await provision.drop(admin, database=FLOOR)
    connection = await asyncpg.connect(admin)
    await connection.execute(f"CREATE DATABASE {FLOOR}")
    await connection.close()
    url = admin.rsplit("/", 1)[0] + f"/{FLOOR}"
    async with asyncpg.create_pool(url, min_size=clients, max_size=clients) as pool:
        await pool.execute(TABLES)

        async def work(_number: int) -> None:
            await pool.execute(WRITE, document, document)

        return await _measure(work, clients)


async def _measure(work: Work, clients: int) -> dict[str, float]:
    """Run `work` by so many clients at once for `SECONDS`: rate, and latencies in ms."""
    latencies: list[float] = []
    deadline = time.perf_counter() + SECONDS
    numbers = iter(range(10**9))

    async def client() -> None:
        for number in numbers:
            began = time.perf_counter()
            if began > deadline:
                return
            await work(number)
            latencies.append(time.perf_counter() - began)

    began = time.perf_counter()
    await asyncio.gather(*(client() for _ in range(clients)))
    spent = time.perf_counter() - began
    percentiles = quantiles(latencies, n=100)
    return {
        "per_second": round(len(latencies) / spent, 1),
        "p50_ms": round(percentiles[49] * 1000, 2),
        "p99_ms": round(percentiles[98] * 1000, 2),
    }


BENCHMARKS: dict[str, Callable[[], dict[str, Any]]] = {"filing": filing}
