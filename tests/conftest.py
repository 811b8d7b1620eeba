"""Fixtures for tests on real servers; `tests/servers.py` tells how they are shared."""

import gc
import os
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
import structlog
from hypothesis import HealthCheck, settings

from shared.database import Database
from shared.embedded.servers import Servers
from tests import lending, sharing
from tests import servers as support
from tests.admin import Admin
from tests.faults import disk
from tests.lending import Lender, Lent

# Tests that provoke failures log them: structlog's own tracebacks take seconds each.
structlog.configure(
    processors=[
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.dev.ConsoleRenderer(
            colors=False, exception_formatter=structlog.dev.plain_traceback
        ),
    ]
)

# Our servers speak no TLS: asking each time whether they do takes 2 ms of CPU a connection.
os.environ["PGSSLMODE"] = "disable"

# How fast an example is says how busy the machine is, and nothing of what is tested.
settings.register_profile(
    "any machine", deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("any machine")

TESTS = Path(__file__).parent
SERVICES = TESTS.parent / "services"

IN_TURN = ("e2e", "faults", "e2e_cli", "integration", "contract", "model")
"""The folders that give a file each, in turn, until they have none; then come all others.

pytest-xdist's workers take one file after the other. So files that take long begin early, most of
them beside files that keep the processor busy, while they wait, and what is left for the end is
short. All that kill servers at once would starve each other.
"""

MORE_THAN_CORES = 2
"""The longest tests wait for servers, elections and clocks most of their time."""

GARBAGE = (50_000, 20, 50)

_STARTED = pytest.StashKey[Servers]()


@pytest.hookimpl(tryfirst=True)
def pytest_collection(session: pytest.Session) -> None:
    """Collect no garbage while tests are collected: nearly all that is made is kept."""
    gc.disable()
    sharing.compile_a_share(session.config)


def pytest_collection_finish() -> None:
    """What was imported stays; looking for garbage in it again and again takes seconds.

    What tests make is small, and looked at less often than Python would by itself.
    """
    gc.freeze()
    gc.set_threshold(*GARBAGE)
    gc.enable()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Let the folders take turns, and keep each file's tests together."""
    given = dict.fromkeys(IN_TURN, 0)
    turns: dict[Path, tuple[int, int]] = {}
    at_last = (len(items), 0)
    for path in dict.fromkeys(item.path for item in items):
        folder = path.relative_to(TESTS).parts[0]
        turns[path] = at_last
        if folder in given:
            turns[path] = (given[folder], IN_TURN.index(folder))
            given[folder] += 1
    items.sort(key=lambda item: turns[item.path])


def pytest_report_header() -> str:
    """Say what this run cannot try."""
    return f"power cuts: {disk.lacking() or 'cut'}"


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_auto_num_workers() -> int:
    """How many workers `--numprocesses auto` means."""
    return (os.cpu_count() or 1) + MORE_THAN_CORES


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node: Any) -> None:
    """Start the servers with pytest-xdist's first worker, and tell each worker where they are."""
    stash = node.config.stash
    if _STARTED not in stash:
        stash[_STARTED] = support.start()
    node.workerinput.update(_told(stash[_STARTED]))


def _told(started: Servers) -> dict[str, str]:
    """What a worker has to know of them."""
    return {
        "admin_url": started.postgres.admin_url,
        "nats_url": started.nats.url,
        "data": str(started.folder.data),
    }


def pytest_unconfigure(config: pytest.Config) -> None:
    """Stop the servers, where this process started them."""
    started = config.stash.get(_STARTED, None)
    if started is not None:
        support.stop(started)


@pytest.fixture(scope="session")
def servers(request: pytest.FixtureRequest) -> Iterator[support.TestServers]:
    """PostgreSQL and NATS of this run."""
    told: dict[str, str] | None = getattr(request.config, "workerinput", None)
    if told is None:
        stash = request.config.stash
        stash[_STARTED] = support.start()
        told = _told(stash[_STARTED])
    admin = Admin(told["admin_url"])
    yield support.TestServers(
        admin_url=told["admin_url"],
        nats_url=told["nats_url"],
        data=Path(told["data"]),
        worker=os.environ.get("PYTEST_XDIST_WORKER", "main"),
        admin=admin,
    )
    admin.close()


@pytest.fixture
async def database(servers: support.TestServers) -> AsyncIterator[Database]:
    """A fresh database with the empty schema `test`, as its role sees it; dropped afterwards."""
    await support.ensure_template(servers, support.EMPTY, schemas=(support.SCHEMA,))
    name = await support.fresh_database(servers, support.EMPTY)
    fresh = Database(servers.url(name, schema=support.SCHEMA), schema=support.SCHEMA)
    yield fresh
    await fresh.close()
    await servers.admin.drop(name)


ServiceDatabase = Callable[[str], Awaitable[Database]]


@pytest.fixture(scope="module")
async def lender(servers: support.TestServers) -> AsyncIterator[Lender]:
    """Lends the databases of this module's tests."""
    lender = Lender(servers)
    yield lender
    await lender.close()


@pytest.fixture
async def service_database(lender: Lender) -> AsyncIterator[ServiceDatabase]:
    """Lends a database with one service's schema, migrated; all are taken back afterwards."""
    async with service_databases(lender) as lent:
        yield lent


@asynccontextmanager
async def service_databases(lender: Lender) -> AsyncIterator[ServiceDatabase]:
    """The same, for as long as the block runs."""
    lent: list[Lent] = []

    async def lend(service: str) -> Database:
        template = f"template_{service}"

        async def fill(unfinished: str) -> None:
            empty = Database(lender.servers.url(unfinished, schema=service), schema=service)
            await empty.migrate(SERVICES / service / "migrations")
            await empty.close()
            await lending.prepare(lender.servers, unfinished, schema=service)

        await support.ensure_template(lender.servers, template, schemas=(service,), fill=fill)
        lent.append(await lender.lend(template, schema=service))
        return lent[-1]

    yield lend
    for each in lent:
        await lender.take_back(each)


@pytest.fixture
async def namespace(servers: support.TestServers) -> AsyncIterator[str]:
    """A prefix for the names of this test's streams (`<namespace>-...`), deleted afterwards."""
    unique = support.unique(servers)
    yield unique
    await support.delete_streams(servers, namespace=unique)
