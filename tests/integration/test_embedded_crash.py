"""Killed and started again: what was acknowledged is there, what was left behind is cleared."""

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psutil
import pytest

from shared.embedded import errors, process
from shared.embedded.folder import Folder
from shared.embedded.servers import Servers
from tests.integration import embedded_room as room

ACKNOWLEDGED = 50


@pytest.fixture(scope="module")
def data() -> Iterator[Path]:
    """A folder that these tests use in turn, for a new database takes most of a test's time."""
    with room.folder() as path:
        yield path


@pytest.fixture
def empty() -> Iterator[Path]:
    with room.folder() as path:
        yield path


async def test_what_was_acknowledged_survives_the_kill_of_both_servers(data: Path) -> None:
    with Servers.start(data) as servers:
        await room.acknowledge(servers, "killed", count=ACKNOWLEDGED)
        for pid in (servers.postgres.pid, servers.nats.pid):
            os.kill(pid, signal.SIGKILL)
    with Servers.start(data) as again:
        assert await room.kept(again, "killed") == (ACKNOWLEDGED, ACKNOWLEDGED)


async def test_what_was_acknowledged_survives_an_orderly_stop(data: Path) -> None:
    with Servers.start(data) as servers:
        await room.acknowledge(servers, "stopped", count=ACKNOWLEDGED)
        servers.stop()
        assert not servers.postgres.alive
        assert not servers.nats.alive
        assert servers.folder.running() is None
    assert not (data / "postgres" / "postmaster.pid").exists()
    assert "shut down" in _newest_log(data)
    with Servers.start(data) as again:
        assert await room.kept(again, "stopped") == (ACKNOWLEDGED, ACKNOWLEDGED)


def test_told_to_end_while_a_server_begins_it_leaves_none(
    data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """SIGTERM comes when the server's process is there, and nobody has its number yet."""
    begun: list[int] = []
    spawn = process.spawn

    def told_to_end(*command: Any, **how: Any) -> process.Server:
        server = spawn(*command, **how)
        begun.append(server.pid)
        signal.raise_signal(signal.SIGTERM)
        return server

    monkeypatch.setattr(process, "spawn", told_to_end)
    leaves = signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    try:
        with pytest.raises(SystemExit):
            Servers.start(data)
    finally:
        signal.signal(signal.SIGTERM, leaves)
    assert len(begun) == 1
    assert not psutil.pid_exists(begun[0])


async def test_a_server_that_died_is_started_again_on_its_port(data: Path) -> None:
    with Servers.start(data) as servers:
        await room.acknowledge(servers, "revived", count=ACKNOWLEDGED)
        ports = (servers.postgres.port, servers.nats.port)
        assert servers.revive() == ()
        for server in (servers.postgres, servers.nats):
            psutil.Process(server.pid).kill()
            server.stop()
        assert servers.revive() == ("PostgreSQL", "NATS")
        assert (servers.postgres.port, servers.nats.port) == ports
        assert await room.kept(servers, "revived") == (ACKNOWLEDGED, ACKNOWLEDGED)


def test_servers_whose_process_was_killed_are_ended_before_the_next_start(data: Path) -> None:
    killed = room.Child(data)
    killed.kill()
    assert all(orphan.is_running() for orphan in killed.servers)
    assert Folder(data).running() is None
    with Servers.start(data) as servers:
        assert not any(_lives(orphan) for orphan in killed.servers)
        assert servers.postgres.alive
        assert servers.nats.alive


def test_a_pid_file_that_names_another_programs_process_is_stale(data: Path) -> None:
    """PostgreSQL itself would refuse: the number belongs to a living process of its account."""
    with Servers.start(data) as servers:
        account = servers.postgres.account
    user = account.uid if account else None
    stale = data / "postgres" / "postmaster.pid"
    with subprocess.Popen(["sleep", "60"], user=user) as other:
        stale.write_text(f"{other.pid}\n{data}/postgres\n1\n5432\n\n127.0.0.1\n  1  1\nready\n")
        stale.chmod(0o644)
        with Servers.start(data) as again:
            assert stale.read_text().startswith(f"{again.postgres.pid}\n")
        assert other.poll() is None
        other.kill()


def test_a_first_start_that_was_killed_halfway_is_begun_again(empty: Path) -> None:
    half = empty / "postgres.new"
    half.mkdir()
    (half / "PG_VERSION").write_text("18\n")
    with Servers.start(empty) as servers:
        assert servers.postgres.alive
    assert not half.exists()


def test_a_second_start_on_a_served_folder_says_who_serves_it_and_leaves(data: Path) -> None:
    first = room.Child(data)
    with pytest.raises(errors.AlreadyServed) as refused:
        Servers.start(data)
    assert f"Process {first.process.pid}" in str(refused.value)
    assert "http://127.0.0.1:8080" in str(refused.value)
    assert all(server.is_running() for server in first.servers)
    first.close()
    Servers.start(data).stop()


def test_a_lost_password_file_is_named_rather_than_replaced(data: Path) -> None:
    Servers.start(data).stop()
    with (
        _changed(data / "secrets" / "postgres", None),
        pytest.raises(errors.SecretMissing, match="secrets/postgres"),
    ):
        Servers.start(data)


def test_a_database_of_another_version_is_refused(data: Path) -> None:
    Servers.start(data).stop()
    with (
        _changed(data / "postgres" / "PG_VERSION", b"17\n"),
        pytest.raises(errors.FolderUnusable, match="PostgreSQL 17, not 18"),
    ):
        Servers.start(data)


def test_a_database_that_cannot_start_says_why_and_leaves_nothing_running(data: Path) -> None:
    Servers.start(data).stop()
    with (
        _changed(data / "postgres" / "global" / "pg_control", b"damaged"),
        pytest.raises(errors.ServerFailed, match="pg_control"),
    ):
        Servers.start(data)
    assert Folder(data).running() is None


@contextmanager
def _changed(path: Path, content: bytes | None) -> Iterator[None]:
    """Give a file another content, or hide it, for the length of the block."""
    hidden = path.with_name(f"{path.name}.hidden")
    shutil.copy2(path, hidden)
    status = path.stat()
    if content is None:
        path.unlink()
    else:
        path.write_bytes(content)
    yield
    hidden.replace(path)
    os.chown(path, status.st_uid, status.st_gid)


def _lives(process: psutil.Process) -> bool:
    return bool(process.is_running() and process.status() != psutil.STATUS_ZOMBIE)


def _newest_log(data: Path) -> str:
    logs = (data / "logs").glob("postgres-[0-9]*.log")
    return max(logs, key=lambda log: log.stat().st_mtime_ns).read_text()
