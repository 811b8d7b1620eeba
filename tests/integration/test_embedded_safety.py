"""Who may reach the embedded servers: passwords, loopback, an account without rights."""

import os
import socket
import stat
import subprocess
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import asyncpg
import nats
import nats.errors
import psutil
import pytest
from nats.aio.client import Client

from shared.embedded import errors, ports
from shared.embedded.servers import Servers
from tests import prepared
from tests import servers as support
from tests.integration import embedded_room as room


@pytest.fixture(scope="module")
def running(servers: support.TestServers) -> Iterator[Servers]:
    with room.folder() as data:
        prepared.fill(data, servers=servers)
        with Servers.start(data) as started:
            yield started


async def test_postgresql_refuses_a_wrong_password(running: Servers) -> None:
    wrong = running.postgres.url("postgres", user="postgres", password="guess")
    with pytest.raises(asyncpg.InvalidPasswordError):
        await asyncpg.connect(wrong.replace("+asyncpg", ""))


@pytest.mark.parametrize("who", ["", "onestop:guess@", "guest:guest@"])
async def test_nats_refuses_a_wrong_password_and_no_password(running: Servers, who: str) -> None:
    async def ignore(_: Exception) -> None:
        return

    client = Client()
    with pytest.raises(nats.errors.Error) as refused:
        await client.connect(
            f"nats://{who}{ports.HOST}:{running.nats.port}",
            allow_reconnect=False,
            error_cb=ignore,
        )
    await client.close()
    assert "authorization violation" in str(refused.value).lower()


def test_both_listen_on_the_loopback_address_alone(running: Servers) -> None:
    for pid, port in (
        (running.postgres.pid, running.postgres.port),
        (running.nats.pid, running.nats.port),
    ):
        sockets = psutil.Process(pid).net_connections(kind="inet")
        listening = {one.laddr for one in sockets if one.status == psutil.CONN_LISTEN}
        assert listening == {(ports.HOST, port)}
        assert psutil.Process(pid).net_connections(kind="unix") == []


def test_neither_server_runs_as_root(running: Servers) -> None:
    for pid in (running.postgres.pid, running.nats.pid):
        process = psutil.Process(pid)
        assert 0 not in process.uids()
        assert 0 not in process.gids()
        groups = next(
            line
            for line in Path(f"/proc/{pid}/status").read_text().splitlines()
            if line.startswith("Groups:")
        )
        assert os.geteuid() != 0 or groups.split()[1:] == []


def test_passwords_are_in_files_of_their_own_and_on_no_command_line(running: Servers) -> None:
    folder = running.folder
    for path in (folder.secrets / "postgres", folder.secrets / "nats", running.nats.config):
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(folder.secrets.stat().st_mode) == 0o700
    assert stat.S_IMODE(folder.postgres.stat().st_mode) == 0o700
    assert not (folder.data / "postgres.password").exists()
    secrets = {folder.secret("postgres"), folder.secret("nats")}
    assert len(secrets) == 2
    for pid in (running.postgres.pid, running.nats.pid):
        command = " ".join(psutil.Process(pid).cmdline())
        assert not any(secret in command for secret in secrets)
    announced = folder.run.read_text() + folder.lock.read_text()
    assert not any(secret in announced for secret in secrets)


async def test_postgresql_is_durable_and_compares_by_code_point(running: Servers) -> None:
    connection = await room.connect(running)
    shown = {
        name: await connection.fetchval(f"SHOW {name}")
        for name in ("fsync", "synchronous_commit", "data_checksums", "server_encoding")
    }
    version = await connection.fetchval("SHOW server_version_num")
    locale = await connection.fetchval(
        "SELECT datlocale FROM pg_database WHERE datname = 'postgres'"
    )
    await connection.close()
    assert shown == {
        "fsync": "on",
        "synchronous_commit": "on",
        "data_checksums": "on",
        "server_encoding": "UTF8",
    }
    assert int(version) // 10_000 == 18
    assert locale == "C.UTF-8"


def test_jetstream_syncs_every_message_and_knows_its_limits(running: Servers) -> None:
    """The product opens no monitoring port, so a second server reads the same configuration."""
    config = running.nats.config.read_text()
    port, monitor = ports.pick(), ports.pick()
    with room.folder() as data:
        twin = data / "twin.conf"
        twin.write_text(
            config.replace(str(running.folder.data), str(data)).replace(
                f":{running.nats.port}", f":{port}"
            )
        )
        (data / "logs").mkdir()
        (data / "nats" / "store").mkdir(parents=True)
        monitored = ["-a", ports.HOST, "-m", str(monitor)]
        with subprocess.Popen([running.nats.program, "-c", twin, *monitored]) as server:
            try:
                found = room.answer(f"http://{ports.HOST}:{monitor}/jsz")["config"]
            finally:
                server.terminate()
    assert found["sync_always"] is True
    assert 0 < found["max_storage"] <= 8 * 2**30
    assert found["max_memory"] == 64 * 2**20


async def test_a_message_beyond_the_limit_is_refused(running: Servers) -> None:
    client = await nats.connect(running.nats.url)
    with pytest.raises(nats.errors.MaxPayloadError):
        await client.publish("any", b"x" * (2**20 + 1))
    await client.close()


@pytest.mark.parametrize(
    ("name", "option"), [("pg_port", "--pg-port"), ("nats_port", "--nats-port")]
)
def test_a_taken_port_is_named_and_nothing_is_left_running(name: str, option: str) -> None:
    with room.folder() as data, socket.create_server((ports.HOST, 0)) as other:
        port = other.getsockname()[1]
        with pytest.raises(errors.PortTaken, match=f"{port}.*{option} PORT"):
            Servers.start(data, **{name: port})
        left = [one for one in psutil.process_iter() if room.mentions(one, data)]
        assert left == []


def test_given_ports_are_used() -> None:
    wanted = {"pg_port": ports.pick(), "nats_port": ports.pick()}
    with room.folder() as data, Servers.start(data, **wanted) as servers:
        assert urlsplit(servers.postgres.admin_url).port == wanted["pg_port"]
        assert urlsplit(servers.nats.url).port == wanted["nats_port"]
