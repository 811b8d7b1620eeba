"""Both servers of an embedded instance, started and stopped together."""

import os
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self

from shared.embedded import account as accounts
from shared.embedded import ports
from shared.embedded.broker import Broker
from shared.embedded.folder import Folder, Lock, Running, told
from shared.embedded.postgres import Postgres


@dataclass(frozen=True)
class Servers:
    """PostgreSQL and NATS of one data folder, served by this process until `stop`.

    Starting blocks for about two seconds the first time and a quarter of one later; from a
    running event loop call it in a thread.
    """

    folder: Folder
    postgres: Postgres
    nats: Broker
    _running: ExitStack

    @classmethod
    def start(cls, data: Path, *, pg_port: int | None = None, nats_port: int | None = None) -> Self:
        """Start both, on the given ports or on free ones, and return when both are ready.

        What a killed process left behind on this folder is ended and cleared first. Raises an
        `EmbeddedError` of `shared.embedded.errors`; nothing runs then.
        """
        folder = Folder(data)
        with told(folder), ExitStack() as stack:
            folder.make()
            stack.callback(Lock(folder).release)
            account = accounts.choose(folder.postgres)
            accounts.give(folder.logs, account=account)
            postgres = Postgres(folder, account=account)
            nats = Broker(folder, account=account)
            stack.callback(postgres.stop)
            ports.settle(postgres.start, port=pg_port, purpose="PostgreSQL", option="--pg-port")
            stack.callback(nats.stop)
            ports.settle(nats.start, port=nats_port, purpose="NATS", option="--nats-port")
            cls(folder, postgres, nats, stack).announce(url=None)
            return cls(folder, postgres, nats, stack.pop_all())

    def announce(self, *, url: str | None) -> None:
        """Tell other commands where this instance answers."""
        self.folder.announce(
            Running(
                pid=os.getpid(),
                url=url,
                postgres_port=self.postgres.port,
                nats_port=self.nats.port,
            )
        )

    def secret(self, name: str) -> str:
        """Return this instance's password of that name, made at first use."""
        return self.folder.secret(name)

    def revive(self) -> tuple[str, ...]:
        """Start again, on its old port, each server that has died or is wedged; return their names.

        Raises an `EmbeddedError` if one cannot be started.
        """
        revived = []
        with told(self.folder):
            if self.nats.alive and self.nats.wedged():
                self.nats.stop()
            for name, server in (("PostgreSQL", self.postgres), ("NATS", self.nats)):
                if not server.alive:
                    server.start(server.port)
                    revived.append(name)
        return tuple(revived)

    def stop(self) -> None:
        """Stop both, what they hold on disk, and give the folder free. May be called twice."""
        self._running.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()
