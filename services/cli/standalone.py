"""`onestop serve SERVICE`: one service against named servers, any number of replicas."""

import asyncio
import socket
from typing import Any

import asyncpg
import httpx
from alembic.util.exc import CommandError
from sqlalchemy.exc import SQLAlchemyError

from services.cli import compose, configuration, crashing, serving
from services.cli.console import fail, say
from services.cli.registry import BY_NAME, Entry
from services.cli.settings import System
from shared.auth.jwks import RemoteJwks
from shared.auth.tokens import TokenChecker
from shared.clock import SystemClock
from shared.kit import Kit
from shared.telemetry import metrics, traces

NEEDED = ("database_url", "nats_url", "jwks_url", "issuer")
SEEDS = "ONESTOP_MUTUAL_RECOGNITION_DRAW_SEEDS"
SEED_ID = "ONESTOP_MUTUAL_RECOGNITION_DRAW_SEED_ID"
EVIDENCE = "ONESTOP_INSPECTION_EVIDENCE_FOLDER"
PUBLIC_URL = "ONESTOP_DECLARATION_PUBLIC_URL"


def serve(name: str, *, host: str, port: int) -> None:
    """Serve one service until told to stop; leaves with a message if it cannot begin."""
    entry = BY_NAME[name]
    system, settings = configuration.system(), configuration.of(entry)
    crashing.arm(system, host=host)
    _require(entry, system, settings)
    try:
        listening = compose.listen(host, port)
    except OSError as taken:
        fail(
            f"port {port} on {host} cannot be used: {taken.strerror}.",
            chinese=f"端口 {host}:{port} 无法使用：{taken.strerror}。",
            mend="choose another with --port PORT.",
            mend_zh="请用 --port PORT 另选端口。",
        )
    with listening:
        asyncio.run(_run(entry, system, settings, listening))


def _require(entry: Entry, system: System, settings: Any) -> None:
    """Leave with a message where something lacks that only `onestop up` brings along."""
    missing = [f"ONESTOP_{field.upper()}" for field in NEEDED if not getattr(system, field)]
    if missing:
        fail(
            f"{', '.join(missing)} not set; `onestop serve` needs named servers.",
            chinese=f"未设置 {', '.join(missing)}；`onestop serve` 需要指定服务器。",
            mend="set them in the environment, or run `onestop up`, which brings its own servers.",
            mend_zh="请在环境变量中设置，或运行自带服务器的 `onestop up`。",
        )
    if system.traces == traces.FILE:
        fail(
            "ONESTOP_TRACES=file is for `onestop up` alone: there is no data folder here.",
            chinese="ONESTOP_TRACES=file 仅用于 `onestop up`：此处没有数据文件夹。",
            mend="name a collector's OTLP/HTTP address, such as http://127.0.0.1:4318.",
            mend_zh="请指定采集器的 OTLP/HTTP 地址，如 http://127.0.0.1:4318。",
        )
    _require_own(entry, settings)


def _require_own(entry: Entry, settings: Any) -> None:
    """The same of what one service alone needs."""
    if entry.name == "mutual_recognition" and settings.draw_can_be_foreseen:
        fail(
            "the seed of the random draw is the public one, or shorter than 16 characters.",
            chinese="随机布控的种子为公开的默认值，或不足 16 个字符。",
            mend=f'set {SEEDS}=\'{{"ID": "SECRET"}}\' and {SEED_ID}=ID; keep old seeds in it.',
            mend_zh=f'请设置 {SEEDS}=\'{{"ID": "SECRET"}}\' 和 {SEED_ID}=ID，并保留旧种子。',
        )
    if entry.name == "inspection" and settings.evidence_folder is None:
        fail(
            f"{EVIDENCE} not set: there is no folder for photos and documents.",
            chinese=f"未设置 {EVIDENCE}：没有存放照片和单证的文件夹。",
            mend="name a folder that outlives the process and that all replicas share.",
            mend_zh="请指定一个持久的、由所有副本共享的文件夹。",
        )
    if entry.name == "declaration" and settings.seal_key and not settings.public_url:
        fail(
            f"{PUBLIC_URL} not set: the codes on sealed release notices would lead nowhere.",
            chinese=f"未设置 {PUBLIC_URL}：放行通知上的二维码将无处可指。",
            mend="name the address at which everybody reaches this service, with its prefix.",
            mend_zh="请指定公众访问本服务的地址（含前缀）。",
        )


async def _run(entry: Entry, system: System, settings: Any, listening: socket.socket) -> None:
    traces.configure(system.traces)
    registry = metrics.process_registry()
    clock = SystemClock()
    async with httpx.AsyncClient(timeout=5) as client:
        tokens = TokenChecker(
            RemoteJwks(system.jwks_url, client), issuer=system.issuer, audience=system.audience
        )
        kit = compose.kit(
            entry,
            system=system,
            database_url=system.database_url,
            nats_url=system.nats_url,
            clock=clock,
            tokens=tokens,
            instruments=metrics.Metrics(registry),
            rates=compose.rates_of(system),
        )
        service = entry.create(kit, settings)
        await _migrate(kit, entry)
        host, port = listening.getsockname()[:2]
        say(f"onestop {entry.name} answers at http://{host}:{port}{entry.prefix}")
        edge = serving.edge_of(system)
        app = compose.application([service], registry=registry, clock=clock, caps=edge.caps)
        await serving.serve(
            app, [service], listening=listening, edge=edge, drain_seconds=system.drain_seconds
        )


async def _migrate(kit: Kit, entry: Entry) -> None:
    try:
        await kit.database.migrate(entry.migrations)
    except (SQLAlchemyError, asyncpg.PostgresError, OSError, CommandError) as error:
        reason = " ".join(str(getattr(error, "orig", None) or error).split())[:300]
        fail(
            f"the database does not take us: {reason}",
            chinese=f"无法使用数据库：{reason}",
            mend=(
                "check ONESTOP_DATABASE_URL (host, port, database, role, password); "
                f"`onestop provision` makes the role and the schema {entry.name}."
            ),
            mend_zh=(
                "请检查 ONESTOP_DATABASE_URL（主机、端口、数据库、角色、密码）；"
                f"`onestop provision` 可创建角色和模式 {entry.name}。"
            ),
        )
