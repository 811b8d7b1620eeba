"""The endpoints of `onestop bench webhooks`: one process, so many ports, which it prints.

`/hang` never answers, `/fail` answers 500, every other path 200. It ends with its stdin.
"""

import asyncio
import sys

OK = b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"
BROKEN = b"HTTP/1.1 500 Broken\r\nContent-Length: 0\r\n\r\n"
HANG, FAIL = "/hang", "/fail"
NEVER = asyncio.Event()


async def _talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    try:
        while True:
            head = (await reader.readuntil(b"\r\n\r\n")).lower()
            length = int(head.partition(b"content-length:")[2].split(b"\r\n", 1)[0])
            await reader.readexactly(length)
            path = head.split(b" ", 2)[1].decode()
            if path == HANG:
                await NEVER.wait()
            writer.write(BROKEN if path == FAIL else OK)
    except (asyncio.IncompleteReadError, ConnectionError):
        writer.close()


async def _main(servers: int) -> None:
    started = [await asyncio.start_server(_talk, "127.0.0.1", 0) for _ in range(servers)]
    ports = [str(each.sockets[0].getsockname()[1]) for each in started]
    sys.stdout.write(f"{' '.join(ports)}\n")
    sys.stdout.flush()
    await asyncio.to_thread(sys.stdin.read)


if __name__ == "__main__":
    asyncio.run(_main(int(sys.argv[1])))
