"""A real endpoint for webhooks: an HTTP server in a thread, which behaves as it is told."""

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass(frozen=True)
class Got:
    """One request as it came."""

    path: str
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        """What it says."""
        return json.loads(self.body)

    @property
    def told(self) -> tuple[str, int]:
        """Of a notice: the filing and which of its receipts."""
        return self.json["data"]["filing_id"], self.json["data"]["sequence"]


Answer = tuple[int, dict[str, str], bytes]
Behave = Callable[[Got], Answer | None]
"""None: say nothing until the receiver is closed."""


def takes(_: Got) -> Answer:
    """All is well."""
    return 200, {}, b"ok"


def echoes(got: Got) -> Answer:
    """A challenge is answered, and no connection kept."""
    said = {"challenge": got.json.get("challenge")}
    return 200, {"connection": "close"}, json.dumps(said).encode()


@dataclass
class Receiver:
    """Answers challenges, and all else by `behave`; `notices` are what came, in order."""

    server: ThreadingHTTPServer
    behave: Behave = takes
    got: list[Got] = field(default_factory=list)
    closed: threading.Event = field(default_factory=threading.Event)

    @property
    def url(self) -> str:
        """Where it answers."""
        return f"http://127.0.0.1:{self.server.server_address[1]}"

    @property
    def notices(self) -> list[Got]:
        """The receipts that came."""
        return [each for each in self.got if each.json["type"].startswith("receipt.")]

    def answer(self, got: Got) -> Answer | None:
        """What is said to a request."""
        self.got.append(got)
        if self.behave is takes and got.json["type"] == "webhook.challenge":
            return echoes(got)
        return self.behave(got)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    receiver: Receiver

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["content-length"]))
        headers = {name.lower(): value for name, value in self.headers.items()}
        answer = self.receiver.answer(Got(self.path, headers, body))
        if answer is None:
            self.receiver.closed.wait()
            self.close_connection = True
            return
        status, more, said = answer
        self.send_response(status)
        for name, value in {"content-length": str(len(said)), **more}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(said)

    def log_message(self, *_: object) -> None:
        """Nothing."""


def started() -> Receiver:
    """A receiver that answers."""
    handler = type("Handler", (_Handler,), {})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    server.daemon_threads = True
    receiver = Receiver(server)
    handler.receiver = receiver  # type: ignore[attr-defined]
    threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
    return receiver


@contextmanager
def receiver() -> Iterator[Receiver]:
    """One for as long as the block runs."""
    made = started()
    yield made
    made.closed.set()
    made.server.shutdown()
    made.server.server_close()


@cache
def lasting() -> Receiver:
    """The one of this process's tests that only need some endpoint that is well."""
    made = started()
    made.behave = echoes
    return made
