"""What the broker promises on a small disk, and how it comes back from a full one."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from shared.embedded import ports
from shared.embedded.servers import Servers
from tests import prepared
from tests import servers as support
from tests.integration.embedded_room import acknowledge, folder, kept

TERABYTE = 2**40


@pytest.fixture
def data(servers: support.TestServers) -> Iterator[Path]:
    """A folder with a database: nothing here is about that."""
    with folder() as path:
        prepared.fill(path, servers=servers)
        yield path


def test_the_store_is_never_smaller_than_what_its_streams_were_promised(data: Path) -> None:
    with Servers.start(data) as servers:
        broker = servers.nats
        broker.stop()
        stream = servers.folder.nats / "store" / "jetstream" / "$G" / "streams" / "large"
        stream.mkdir(parents=True)
        (stream / "meta.inf").write_text(json.dumps({"max_bytes": 40 * TERABYTE}))
        broker.start(ports.pick())
        assert f"max_file_store: {40 * TERABYTE // 2**20}MB" in broker.config.read_text()
        assert broker.store_mb < TERABYTE // 2**20


async def test_a_broker_that_met_a_full_disk_is_started_again_once_there_is_space(
    data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with Servers.start(data) as servers:
        await acknowledge(servers, "before", count=3)
        before = servers.nats.pid
        assert servers.revive() == ()
        with (servers.folder.logs / "nats.log").open("ab") as log:
            log.write(b"[ERR] JetStream failed to store a msg: no space left on device\n")
        monkeypatch.setattr(type(servers.folder), "free_mb", lambda _: 3)
        assert servers.revive() == ()
        monkeypatch.undo()
        assert servers.revive() == ("NATS",)
        assert servers.nats.pid != before
        assert servers.revive() == ()
        assert await kept(servers, "before") == (3, 3)
