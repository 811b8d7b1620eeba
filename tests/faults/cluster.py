"""Three brokers as one cluster, each a process that can be killed and started again."""

import asyncio
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import nats
from nats.errors import Error as NatsError

from shared.embedded import ports, runtime

USER, PASSWORD = "onestop", "only-for-tests"
START_SECONDS = 60.0
CONFIG = """
server_name: {name}
listen: "127.0.0.1:{port}"
authorization {{ user: "{user}", password: "{password}" }}
jetstream {{ store_dir: "{store}", sync_interval: always, max_file_store: 1GB }}
cluster {{
  name: town
  listen: "127.0.0.1:{route}"
  routes: [{routes}]
}}
"""


@dataclass
class Broker:
    """One of the three."""

    name: str
    folder: Path
    port: int = field(default_factory=ports.pick)
    route: int = field(default_factory=ports.pick)
    running: "subprocess.Popen[bytes] | None" = None

    def start(self, *, routes: str) -> None:
        """Start it; it finds the others by `routes`."""
        config = self.folder / f"{self.name}.conf"
        config.write_text(
            CONFIG.format(
                name=self.name,
                port=self.port,
                route=self.route,
                routes=routes,
                store=self.folder / self.name,
                user=USER,
                password=PASSWORD,
            )
        )
        program = runtime.installed_nats_server()
        log = self.folder / f"{self.name}.log"
        self.running = subprocess.Popen([program, "--config", config, "--log", log])

    def kill(self) -> None:
        """End it with no chance to put anything in order."""
        if self.running is not None:
            self.running.send_signal(signal.SIGKILL)
            self.running.wait()


@dataclass(frozen=True)
class Cluster:
    """Three brokers that know each other."""

    brokers: tuple[Broker, ...]

    @property
    def urls(self) -> str:
        """All addresses, commas between."""
        hosts = (f"127.0.0.1:{each.port}" for each in self.brokers)
        return ",".join(f"nats://{USER}:{PASSWORD}@{host}" for host in hosts)

    def start(self, *brokers: Broker) -> None:
        """Start these."""
        routes = ", ".join(
            f'"nats://{USER}:{PASSWORD}@127.0.0.1:{each.route}"' for each in self.brokers
        )
        for each in brokers:
            each.start(routes=routes)

    async def leader_of(self, stream: str) -> Broker:
        """The broker that leads a stream. Raises nats errors while there is none."""
        client = await nats.connect(self.urls.split(","), max_reconnect_attempts=1)
        try:
            info = await client.jetstream().stream_info(stream)
        finally:
            await client.close()
        leader = info.cluster.leader if info.cluster else None
        return next(each for each in self.brokers if each.name == leader)

    async def ready(self) -> None:
        """Wait until the cluster can hold a stream of three copies."""
        ends = time.monotonic() + START_SECONDS
        while True:
            try:
                client = await nats.connect(self.urls.split(","), max_reconnect_attempts=1)
                try:
                    jetstream = client.jetstream(timeout=2)
                    await jetstream.add_stream(name="ready", subjects=["ready"], num_replicas=3)
                    await jetstream.delete_stream("ready")
                finally:
                    await client.close()
            except (NatsError, OSError):
                assert time.monotonic() < ends, "the brokers do not find each other"
                await asyncio.sleep(0.2)
            else:
                return


@contextmanager
def started(folder: Path) -> Iterator[Cluster]:
    """Three brokers for as long as the block runs."""
    cluster = Cluster(tuple(Broker(f"broker{number}", folder) for number in (1, 2, 3)))
    try:
        cluster.start(*cluster.brokers)
        yield cluster
    finally:
        for each in cluster.brokers:
            each.kill()
