"""A service as the composition roots see it: an application to serve and jobs to keep running."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cache
from importlib.metadata import version
from pathlib import Path

import structlog
from fastapi import APIRouter, FastAPI
from nats.errors import Error as NatsError
from starlette.middleware import Middleware

from shared import readiness, stray
from shared.auth import openapi as auth_openapi
from shared.contracts import catalogue
from shared.http import app as http_app
from shared.http import examples, idempotency, refusals
from shared.http import handlers as http_handlers
from shared.http.rates import RateLimit
from shared.kit import Kit, kit_of
from shared.messaging import inbox, mending, operated, ops
from shared.messaging.consumer import Consumer
from shared.messaging.relay import Relay
from shared.observing import CauseOfRequest, HandlerObserver, YardTime, watch_backlog
from shared.telemetry import health
from shared.telemetry.requests import RequestTelemetry

__all__ = ["Check", "Job", "Kit", "Service", "assemble", "kit_of"]

log = structlog.get_logger()

Job = Callable[[], Awaitable[None]]
Check = operated.Check

RESTART_SECONDS = 1.0
SWEEP_SECONDS = 600.0
CLAIMS_KEPT = timedelta(days=30)


@dataclass(frozen=True)
class Service:
    """One of the four services, ready to run.

    `api` answers without any job running (filings are accepted while the broker is away);
    `running` keeps relay, consumers and the service's own jobs going.
    """

    name: str
    api: FastAPI
    kit: Kit
    handlers: inbox.Handlers
    jobs: Mapping[str, Job]
    readiness: Mapping[str, health.Check] = field(default_factory=dict)

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Run every job until the block ends; a job that raises is logged and started again."""
        tasks = [
            asyncio.create_task(_for_ever(name, job), name=f"{self.name} {name}")
            for name, job in self.jobs.items()
        ]
        try:
            yield
        finally:
            await stray.ended(tasks)
            await self.kit.bus.close()


async def _for_ever(name: str, job: Job) -> None:
    while True:
        try:
            await stray.caught(job())
        except Exception as error:
            if _is_away(error):
                cause = _one_line(error)
                log.warning("job lost database or broker, it starts again", job=name, error=cause)
            else:
                log.exception("job failed, it starts again", job=name)
        await asyncio.sleep(RESTART_SECONDS)


def _one_line(error: Exception) -> str:
    """SQLAlchemy's texts go on with the statement and a link."""
    return next(iter(str(error).splitlines()), "") or type(error).__name__


def _is_away(error: BaseException) -> bool:
    """Whether this is the database or the broker being away, and nothing else."""
    if isinstance(error, BaseExceptionGroup):
        return all(_is_away(each) for each in error.exceptions)
    return isinstance(error, NatsError | stray.StrayCancellation) or isinstance(
        http_handlers.of_failure(error), refusals.DatabaseUnavailable
    )


def assemble(
    kit: Kit,
    *,
    title: str,
    routers: Sequence[APIRouter],
    handlers: inbox.Handlers,
    migrations: Path,
    jobs: Mapping[str, Job] | None = None,
    checks: Mapping[str, Check] | None = None,
    passes: Sequence[operated.Pass] = (),
    needs: Mapping[str, health.Check] | None = None,
) -> Service:
    """Put a service together from its routes, handlers, jobs, invariants and what else it needs.

    What each has alike is added: relay, consumers, routes of operators, health, metrics, sweeper.
    """
    producers = [
        name for name in catalogue.SERVICES if catalogue.followed_by(kit.name, producer=name)
    ]
    everything: dict[str, Job] = {
        "bus": kit.bus.run,
        "relay": Relay(kit).run,
        "sweeper": _sweeper(kit),
        "backlog": watch_backlog(kit, producers=producers),
        **{f"consumer of {name}": _consumer(kit, name, handlers).run for name in producers},
        **(jobs or {}),
    }
    probes = {**readiness.checks(kit, migrations=migrations), **(needs or {})}
    routes = [*routers, ops.router, mending.router]
    api = _api(kit, title=title, routers=routes, folder=migrations.parent)
    api.include_router(health.router(probes))
    api.state.operated = operated.Operated(handlers, checks or {}, producers, passes)
    return Service(
        name=kit.name,
        api=api,
        kit=kit,
        handlers=handlers,
        jobs=everything,
        readiness=probes,
    )


@cache
def _version() -> str:
    """Of this program: its metadata is looked for and parsed each time it is asked for."""
    return version("onestop")


def _api(kit: Kit, *, title: str, routers: Sequence[APIRouter], folder: Path) -> FastAPI:
    api = http_app.create(
        title,
        version=_version(),
        routers=routers,
        middleware=[
            Middleware(RequestTelemetry, service=kit.name, metrics=kit.metrics),
            Middleware(YardTime, clock=kit.clock),
            Middleware(CauseOfRequest, service=kit.name),
            *_rate_limit(kit),
        ],
        additions=(auth_openapi.add_roles, examples.addition(folder)),
    )
    api.state.kit = kit
    api.state.clock = kit.clock
    api.state.token_checker = kit.tokens
    return api


def _rate_limit(kit: Kit) -> list[Middleware]:
    if kit.rates is None:
        return []
    return [Middleware(RateLimit, rates=kit.rates, tokens=kit.tokens, clock=kit.clock)]


def _consumer(kit: Kit, producer: str, handlers: inbox.Handlers) -> Consumer:
    return Consumer(kit, producer=producer, handlers=handlers, observer=HandlerObserver(kit))


def _sweeper(kit: Kit) -> Job:
    async def sweep() -> None:
        while True:
            now = kit.clock.wall()
            async with kit.database.transaction() as session:
                await idempotency.sweep(session, now=now)
            while await _prune(kit, before=now - CLAIMS_KEPT):
                await asyncio.sleep(0)
            await asyncio.sleep(SWEEP_SECONDS)

    return sweep


async def _prune(kit: Kit, *, before: datetime) -> int:
    """Forget some old claims, in a short transaction of its own; how many there were."""
    async with kit.database.transaction() as session:
        return await inbox.prune(session, before=before)
