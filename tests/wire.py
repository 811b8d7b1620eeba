"""A wire to a server that can go dead: both ends stay connected, and hear nothing more."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field

HOST = "127.0.0.1"
PIECE = 65_536


@dataclass
class Wire:
    """`port` is this end's. What is sent while it is dead is kept, as far as buffers go.

    `passed` is called after each piece that went through.
    """

    to: int
    port: int = 0
    passed: Callable[[], None] = lambda: None
    made: int = 0
    """How many connections came."""
    _alive: asyncio.Event = field(default_factory=asyncio.Event)
    _tasks: set["asyncio.Task[None]"] = field(default_factory=set)

    def dies(self) -> None:
        """From now on nothing comes through. New connections are taken, and hear nothing."""
        self._alive.clear()

    def old_ones_die(self) -> None:
        """Nothing comes through the connections there are; new ones work."""
        self._alive.clear()
        self._alive = asyncio.Event()
        self._alive.set()

    def lives(self) -> None:
        """What was kept comes through, and all that follows."""
        self._alive.set()

    def is_cut(self) -> None:
        """Every connection there is ends."""
        for task in self._tasks:
            task.cancel()

    async def take(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Serve one connection."""
        alive = self._alive
        with suppress(OSError):
            there, back = await asyncio.open_connection(HOST, self.to)
            for one, other in ((reader, back), (there, writer)):
                self._tasks.add(asyncio.create_task(self._pass(one, other, alive)))

    async def end(self) -> None:
        """Let go of every connection."""
        self.is_cut()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _pass(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, alive: asyncio.Event
    ) -> None:
        try:
            while True:
                await alive.wait()
                piece = await reader.read(PIECE)
                if not piece:
                    break
                await alive.wait()
                writer.write(piece)
                await writer.drain()
                self.passed()
        except OSError:
            return
        finally:
            writer.close()


@asynccontextmanager
async def wired(to: int) -> AsyncIterator[Wire]:
    """A wire to that port of this machine, as long as the block runs; it is alive."""
    wire = Wire(to)
    wire.lives()
    server = await asyncio.start_server(wire.take, HOST, 0)
    wire.port = server.sockets[0].getsockname()[1]
    try:
        yield wire
    finally:
        server.close()
        await wire.end()
