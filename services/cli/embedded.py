"""`onestop up`: all of Onestop on this machine, with servers of its own."""

import asyncio
import errno
import signal
import socket
from collections.abc import Mapping
from datetime import UTC, datetime
from decimal import Decimal
from ipaddress import ip_address
from pathlib import Path
from typing import Any

import structlog
from sqlalchemy.engine import make_url

from services.cli import compose, configuration, crashing, people, serving
from services.cli.console import fail, tell
from services.cli.registry import BY_NAME, DATABASE, ENTRIES
from services.cli.settings import System
from shared import keyfile
from shared.auth.issuer import AUDIENCE, ISSUER, Issuer
from shared.auth.jwks import StaticJwks
from shared.auth.tokens import TokenChecker
from shared.clock import Clock
from shared.embedded import clock as stored_clock
from shared.embedded import provision
from shared.embedded.errors import EmbeddedError, PortTaken
from shared.embedded.servers import Servers
from shared.kit import Kit
from shared.telemetry import metrics, traces

log = structlog.get_logger()

WATCH_SECONDS = 1.0


def listen(host: str, port: int) -> socket.socket:
    """The socket to serve on. Raises PortTaken; leaves with a message for a wrong host."""
    try:
        return compose.listen(host, port)
    except OSError as refused:
        if refused.errno in (errno.EADDRINUSE, errno.EACCES):
            raise PortTaken(port=port, purpose="HTTP", option="--port") from refused
        fail(
            f"nothing can be served on {host}: {refused.strerror}.",
            chinese=f"无法在 {host} 上提供服务：{refused.strerror}。",
            mend="give --host an address of this machine, such as 127.0.0.1.",
            mend_zh="请用 --host 指定本机地址，如 127.0.0.1。",
        )


def up(
    data: Path,
    *,
    host: str,
    port: int,
    pg_port: int | None,
    nats_port: int | None,
    factor: Decimal | None,
) -> None:
    """Start everything, say where it answers, serve until told to stop."""
    settings = {entry.name: configuration.of(entry) for entry in ENTRIES}
    settings["inspection"] = _with_folder(settings["inspection"], data)
    crashing.arm(configuration.system(), host=host)
    signal.signal(signal.SIGTERM, _leave)
    listening = listen(host, port)
    with listening, Servers.start(data, pg_port=pg_port, nats_port=nats_port) as servers:
        asyncio.run(_run(servers, listening, factor=factor, settings=settings))


def _with_folder(settings: Any, data: Path) -> Any:
    """Inspection's settings: evidence is kept in the data folder unless another one is named."""
    kept = settings.evidence_folder or data / "evidence"
    return settings.model_copy(update={"evidence_folder": kept})


def address(host: str, port: int) -> str:
    """The address to tell of what listens there: this machine's own where it listens on all."""
    if ip_address(host).is_unspecified:
        host = "::1" if ":" in host else "127.0.0.1"
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


def with_seal(settings: Any, data: Path, *, url: str) -> Any:
    """Declaration's settings: a key of the data folder seals, unless another one is named.

    Leaves with a message where others can read the data folder's.
    """
    kept = settings.seal_key or _own_seal_key(data)
    there = settings.public_url or url + BY_NAME["declaration"].prefix
    return settings.model_copy(update={"seal_key": kept, "public_url": there})


def _own_seal_key(data: Path) -> Path:
    kept = data / "secrets" / "seal.pem"
    keyfile.make(kept)
    try:
        keyfile.read_own(kept)
    except keyfile.KeyUnfit as unfit:
        fail(
            f"the key that seals release notices is unfit: {unfit}.",
            chinese=f"放行通知的印章密钥不可用：{kept} 可被其他账户读取，或其中不是 Ed25519 密钥。",
            mend="move it away: a new one is made, and old notices still verify.",
            mend_zh="请移走该文件后重新启动：系统将生成新密钥，旧通知仍可核验。",
        )
    return kept


def _leave(*_: object) -> None:
    """On SIGTERM while starting or stopping: leave in order, so that no server is left behind."""
    raise SystemExit(0)


async def _run(
    servers: Servers,
    listening: socket.socket,
    *,
    factor: Decimal | None,
    settings: Mapping[str, Any],
) -> None:
    data = servers.folder.data
    clock = stored_clock.load_or_create(data, factor=factor, now=datetime.now(UTC))
    passwords = {entry.name: servers.secret(f"role_{entry.name}") for entry in ENTRIES}
    await provision.provision(servers.postgres.admin_url, database=DATABASE, services=passwords)
    issuer = Issuer.open(data, embedded=True)
    registry = metrics.process_registry()
    system = configuration.system()
    traces.configure(system.traces, folder=data)
    kits = _kits(servers, system, clock, issuer, passwords, metrics.Metrics(registry))
    url = address(*listening.getsockname()[:2])
    sealing = with_seal(settings["declaration"], data, url=url)
    settings = {**settings, "declaration": sealing}
    services = [
        entry.create(kit, settings[entry.name]) for entry, kit in zip(ENTRIES, kits, strict=True)
    ]
    for entry, service in zip(ENTRIES, services, strict=True):
        await service.kit.database.migrate(entry.migrations)
    servers.announce(url=url)
    _tell(url, servers, clock, issuer)
    edge = serving.edge_of(system)
    app = compose.application(
        services, registry=registry, clock=clock, jwks=issuer.jwks(), caps=edge.caps
    )
    await serving.serve(
        app,
        services,
        listening=listening,
        edge=edge,
        drain_seconds=system.drain_seconds,
        beside=lambda: _watch(servers),
    )


def _kits(
    servers: Servers,
    system: System,
    clock: Clock,
    issuer: Issuer,
    passwords: Mapping[str, str],
    instruments: metrics.Metrics,
) -> list[Kit]:
    # The streams together must fit into the broker's store, with room to change them.
    room = servers.nats.store_mb * 2**20 // (len(ENTRIES) + 1)
    fitting = min(system.nats_stream_bytes, room)
    system = system.model_copy(update={"nats_stream_bytes": fitting})
    tokens = TokenChecker(StaticJwks(issuer.jwks()), issuer=ISSUER, audience=AUDIENCE)
    # One's own machine serves one's own programs: there is no limit unless one is asked for.
    rates = compose.rates_of(system) if "rate_per_second" in system.model_fields_set else None
    made = []
    for entry in ENTRIES:
        url = make_url(servers.postgres.admin_url).set(
            database=DATABASE,
            username=provision.role_of(entry.name),
            password=passwords[entry.name],
        )
        kit = compose.kit(
            entry,
            system=system,
            database_url=url.render_as_string(hide_password=False),
            nats_url=servers.nats.url,
            clock=clock,
            tokens=tokens,
            instruments=instruments,
            rates=rates,
        )
        made.append(kit)
    return made


async def _watch(servers: Servers) -> None:
    """Start a server again that died under us."""
    while True:
        await asyncio.sleep(WATCH_SECONDS)
        try:
            for name in await asyncio.to_thread(servers.revive):
                log.warning("server started again", server=name)
        except EmbeddedError as refused:
            log.exception("server could not be started again", reason=str(refused))


def _tell(url: str, servers: Servers, clock: Clock, issuer: Issuer) -> None:
    tell(f"Onestop answers at {url}  (data: {servers.folder.data})")
    tell(f"  PostgreSQL 127.0.0.1:{servers.postgres.port} · NATS 127.0.0.1:{servers.nats.port}")
    if clock.factor != 1:
        tell(f"  the yards' clock runs {clock.factor} times as fast: {clock.yard():%F %T} UTC")
    tell("Tokens, valid for 12 hours (another: onestop token ROLE):")
    for name, token in people.tokens(issuer, now=clock.wall()).items():
        tell(f"  {name}: {token}")
