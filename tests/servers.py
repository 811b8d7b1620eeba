"""The servers that tests use: the product's own embedded ones, one pair for the whole run.

The process that steers the run starts them and tells each worker the addresses. Every test that
asks has a database for itself, cloned from a template or lent (`tests/lending.py`), and a namespace
of its own in JetStream, so that tests run side by side and really commit. Where the machine has
room in memory, their folder is kept there: a clone makes and a drop removes some 300 files, which
took more time on a disk than all tests. What must outlive a crash is tested on servers of the
test's own, on the disk.
"""

import itertools
import shutil
import tempfile
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import nats
from sqlalchemy.engine import make_url

from shared.embedded import provision
from shared.embedded.broker import Broker
from shared.embedded.folder import Folder
from shared.embedded.postgres import Postgres
from shared.embedded.servers import Servers
from tests.admin import Admin

PREFIX = "onestop-tests-"
DISK = Path(tempfile.gettempdir())
MEMORY = Path("/dev/shm")  # noqa: S108 (a folder of our own is made in it)
ENOUGH_MB = 2048
PASSWORD = "only for tests"
EMPTY = "template_empty"
SCHEMA = "test"

_numbers = itertools.count(1)
_made: set[tuple[str, str]] = set()
"""Templates that are there, by server and name: asking each time took longer than a clone."""


@dataclass(frozen=True)
class TestServers:
    """Where the run's servers answer, and which worker asks (`gw0`; `main` without xdist).

    `data` is their folder; `admin` makes and drops databases.
    """

    __test__ = False

    admin_url: str
    nats_url: str
    data: Path
    worker: str
    admin: Admin

    def url(self, database: str, *, schema: str) -> str:
        """Return the address of a database for the role of one schema."""
        role = provision.role_of(schema)
        url = make_url(self.admin_url).set(database=database, username=role, password=PASSWORD)
        return url.render_as_string(hide_password=False)


def start() -> Servers:
    """Start the run's servers in a folder of their own, after clearing those of killed runs."""
    _sweep()
    # Not pytest's own folder: the account that runs the database may not enter that.
    data = Path(tempfile.mkdtemp(prefix=PREFIX, dir=root()))
    data.chmod(0o711)
    return Servers.start(data)


def stop(servers: Servers) -> None:
    """Stop them and remove their folder."""
    servers.stop()
    shutil.rmtree(servers.folder.data)


def unique(servers: TestServers) -> str:
    """Return a name that no other test of the run has, such as `t_gw0_12`."""
    return f"t_{servers.worker}_{next(_numbers)}"


async def ensure_template(
    servers: TestServers,
    name: str,
    *,
    schemas: tuple[str, ...],
    fill: Callable[[str], Awaitable[None]] | None = None,
) -> None:
    """Make the template database of that name once a run.

    `fill` gets the database's name and brings its schemas to their newest revision; it must have
    closed its connections when it returns. Workers that need the same template take turns.
    """
    if (servers.admin_url, name) in _made:
        return
    services: Mapping[str, str] = dict.fromkeys(schemas, PASSWORD)
    async with provision.turn(servers.admin_url, of=name):
        if not await provision.exists(servers.admin_url, database=name):
            unfinished = f"{name}_unfinished"
            await provision.provision(servers.admin_url, database=unfinished, services=services)
            if fill is not None:
                await fill(unfinished)
            await provision.rename(servers.admin_url, database=unfinished, to=name)
    _made.add((servers.admin_url, name))


async def fresh_database(servers: TestServers, template: str) -> str:
    """Clone a template for one test; return the new database's name. Who asked drops it."""
    database = unique(servers)
    await servers.admin.clone(template=template, database=database)
    return database


async def delete_streams(servers: TestServers, *, namespace: str) -> None:
    """Delete every stream whose name starts with the namespace and a hyphen."""
    client = await nats.connect(servers.nats_url)
    try:
        jetstream = client.jetstream()
        for stream in await jetstream.streams_info():
            name = stream.config.name or ""
            if name.startswith(f"{namespace}-"):
                await jetstream.delete_stream(name)
    finally:
        await client.close()


def root() -> Path:
    """Where folders of servers are made that need not outlive a power cut."""
    roomy = MEMORY.is_dir() and shutil.disk_usage(MEMORY).free // 2**20 >= ENOUGH_MB
    return MEMORY if roomy else DISK


def _sweep() -> None:
    """End and remove the servers of test runs that were killed."""
    for data in (*DISK.glob(f"{PREFIX}*"), *MEMORY.glob(f"{PREFIX}*")):
        folder = Folder(data)
        if folder.lock.exists() and folder.running() is None:
            Postgres(folder, account=None).end_orphans()
            Broker(folder, account=None).end_orphans()
            shutil.rmtree(data, ignore_errors=True)
