"""One service in a process of its own, quick to start, so that it can be killed a thousand times.

It is the composition that `onestop serve` runs. The modules are imported once, by multiprocessing's
fork server, and each service is a fork of that; the yards' clock is a fast one, which
`onestop serve` refuses.
"""

import asyncio
import multiprocessing
import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from functools import partial
from multiprocessing.context import ForkServerProcess
from pathlib import Path
from typing import Any

from services.cli import compose, configuration, crashing, embedded, serving
from services.cli.registry import BY_NAME
from shared.auth.issuer import AUDIENCE, ISSUER
from shared.auth.jwks import StaticJwks
from shared.auth.tokens import TokenChecker
from shared.clock import ScaledClock
from shared.messaging import bus, consumer
from shared.telemetry import logs, metrics

HOST = "127.0.0.1"
ACK_WAIT_SECONDS = 2
DEDUPE_SECONDS = 1
"""The broker's 30 and 120 s, scaled down: what was in a killed one's hands comes again sooner, and
soon nobody remembers that it was published."""

_FORKS = multiprocessing.get_context("forkserver")
_FORKS.set_forkserver_preload(
    [__name__, *(f"services.{name}.app" for name in BY_NAME)],
)


@dataclass(frozen=True)
class Told:
    """What a service's process is told."""

    service: str
    port: int
    env: Mapping[str, str]
    jwks: Mapping[str, Any]
    clock: ScaledClock
    log: Path


@dataclass(frozen=True)
class Up:
    """What the process of a whole instance is told."""

    data: Path
    port: int
    factor: Decimal
    env: Mapping[str, str]
    log: Path


def fork(told: Told) -> ForkServerProcess:
    """Start it; returns at once."""
    process = _FORKS.Process(target=_run, args=(told,), name=told.service, daemon=True)
    process.start()
    return process


def fork_up(told: Up) -> ForkServerProcess:
    """Start `onestop up`; returns at once."""
    process = _FORKS.Process(target=_up, args=(told,), name="up")
    process.start()
    return process


def later(clock: ScaledClock, *, by: timedelta) -> ScaledClock:
    """The same clock, read so much later."""
    return ScaledClock(clock.wall_epoch, clock.yard_epoch, clock.factor, now=partial(_ahead, by))


def _ahead(by: timedelta) -> datetime:
    return datetime.now(UTC) + by


def _run(told: Told) -> None:
    _prepare(told.log, told.env)
    asyncio.run(_serve(told))


def _up(told: Up) -> None:
    _prepare(told.log, told.env)
    embedded.up(
        told.data, host=HOST, port=told.port, pg_port=None, nats_port=None, factor=told.factor
    )


def _prepare(log: Path, env: Mapping[str, str]) -> None:
    with log.open("ab") as said:
        os.dup2(said.fileno(), sys.stdout.fileno())
        os.dup2(said.fileno(), sys.stderr.fileno())
    os.environ |= env
    for module in (bus, consumer):
        module.__dict__["ACK_WAIT_SECONDS"] = ACK_WAIT_SECONDS
    bus.DEDUPE_SECONDS = DEDUPE_SECONDS
    logs.configure("WARNING", json=True)


async def _serve(told: Told) -> None:
    system = configuration.system()
    crashing.arm(system, host=HOST)
    entry = BY_NAME[told.service]
    registry = metrics.process_registry()
    tokens = TokenChecker(StaticJwks(told.jwks), issuer=ISSUER, audience=AUDIENCE)
    kit = compose.kit(
        entry,
        system=system,
        database_url=system.database_url,
        nats_url=system.nats_url,
        clock=told.clock,
        tokens=tokens,
        instruments=metrics.Metrics(registry),
    )
    service = entry.create(kit, configuration.of(entry))
    await kit.database.migrate(entry.migrations)
    app = compose.application([service], registry=registry, clock=told.clock)
    await serving.serve(app, [service], listening=compose.listen(HOST, told.port))
