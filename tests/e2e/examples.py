"""Sends the examples of the OpenAPI documents to real services, in their order.

`python -m tests.e2e.examples` records what is answered today: run it when an answer has changed.
"""

import asyncio
import json
import os
import re
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx

from services.cli.registry import ENTRIES, Entry
from shared.http import examples
from shared.http.examples import Step
from tests import servers as support
from tests.admin import Admin
from tests.e2e.clock import HandClock
from tests.e2e.system import System, running
from tests.receiver import receiver

PATIENCE = 60.0
ENDPOINT = "https://example.com/onestop"
ALLOWED = {
    "ONESTOP_DECLARATION_WEBHOOK_HTTP": "true",
    "ONESTOP_DECLARATION_WEBHOOK_PRIVATE": "true",
}
ID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
TELLING = {"status", "state", "kind", "code", "mode", "pointer"}
"""What is the same whenever it is asked, beside the shape."""
READS = "GET"


def told() -> dict[str, list[Step]]:
    """The examples by their services' prefixes."""
    return {entry.prefix: examples.read(_folder(entry)) for entry in ENTRIES}


def _folder(entry: Entry) -> Path:
    return entry.migrations.parent


def shortened(answer: Any, most: int) -> Any:
    """An answer with so many entries of each list."""
    if isinstance(answer, dict):
        return {key: shortened(value, most) for key, value in answer.items()}
    if isinstance(answer, list):
        return [shortened(each, most) for each in answer[:most]]
    return answer


def alike(example: Any, actual: Any, *, name: str = "") -> bool:
    """Whether an answer is of an example's shape, and tells the same where that cannot differ."""
    if isinstance(example, dict) and isinstance(actual, dict):
        return example.keys() == actual.keys() and all(
            alike(value, actual[key], name=key) for key, value in example.items()
        )
    if isinstance(example, list) and isinstance(actual, list):
        return len(example) == len(actual) and all(map(alike, example, actual))
    return type(example) is type(actual) and (name not in TELLING or example == actual)


@dataclass
class Replay:
    """One system, and what stands for what an example says, such as its ids."""

    http: httpx.AsyncClient
    system: System
    known: dict[str, str] = field(default_factory=dict)

    async def send(self, step: Step, *, prefix: str) -> httpx.Response:
        """Send an example's request; what is read is read again until it is as the example has it.

        Raises AssertionError for another answer.
        """
        method, operation = step["operation"].split(" ")
        ends = time.monotonic() + PATIENCE
        while True:
            answer = await self._send(method, step, path=step.get("at", prefix) + operation)
            if self._matches(step, answer) or method != READS or time.monotonic() > ends:
                break
            await asyncio.sleep(0.05)
        assert self._matches(step, answer), (step["summary"], answer.status_code, answer.text)
        self.known |= dict(_pairs(step["answer"], _answered(step, answer)))
        return answer

    async def _send(self, method: str, step: Step, *, path: str) -> httpx.Response:
        for name, value in step.get("path", {}).items():
            path = path.replace(f"{{{name}}}", value)
        headers = {
            "Authorization": f"Bearer {self.system.tokens[step['person']]}",
            "Idempotency-Key": str(uuid4()),
            "Content-Type": "application/json",
        }
        body = json.dumps(step["body"]) if "body" in step else ""
        return await self.http.request(
            method,
            self._now(path),
            params=json.loads(self._now(json.dumps(step.get("query", {})))),
            headers=headers if method != READS else headers | {"Content-Type": ""},
            content=self._now(body),
        )

    def _now(self, text: str) -> str:
        for example, actual in self.known.items():
            text = text.replace(example, actual)
        return text

    def _matches(self, step: Step, answer: httpx.Response) -> bool:
        same = answer.status_code == step["status"]
        return same and alike(step["answer"], _answered(step, answer))


def _answered(step: Step, answer: httpx.Response) -> Any:
    body = answer.json() if answer.content else None
    return shortened(body, step["shown"]) if "shown" in step else body


def _pairs(example: Any, actual: Any) -> Iterator[tuple[str, str]]:
    """Each id of an example with the one that stands for it."""
    if isinstance(example, dict):
        for key, value in example.items():
            yield from _pairs(value, actual[key])
    elif isinstance(example, list):
        for one, other in zip(example, actual, strict=True):
            yield from _pairs(one, other)
    elif isinstance(example, str) and ID.fullmatch(example):
        yield example, actual


class _Recording(Replay):
    """Takes every answer that has the status, once it has not changed for a moment."""

    def _matches(self, step: Step, answer: httpx.Response) -> bool:
        return answer.status_code == step["status"]


async def replayed(servers: support.TestServers, *, record: bool = False) -> None:
    """Send all of it to one system each service; with `record`, keep what is answered."""
    for entry in ENTRIES:
        steps = examples.read(_folder(entry))
        if steps:
            await _one(servers, entry, steps, record=record)


async def _one(
    servers: support.TestServers, entry: Entry, steps: list[Step], *, record: bool
) -> None:
    namespace = support.unique(servers)
    with tempfile.TemporaryDirectory() as folder, receiver() as endpoint:
        async with (
            running(servers, namespace=namespace, folder=Path(folder), clock=HandClock()) as system,
            httpx.AsyncClient(base_url=system.url, timeout=60) as http,
        ):
            kind = _Recording if record else Replay
            replay = kind(http, system, {ENDPOINT: endpoint.url})
            for step in steps:
                if record and step["operation"].startswith(READS):
                    await asyncio.sleep(2)
                answer = await replay.send(step, prefix=entry.prefix)
                if record:
                    text = json.dumps(_answered(step, answer))
                    step["answer"] = json.loads(text.replace(endpoint.url, ENDPOINT))
    await support.delete_streams(servers, namespace=namespace)
    if record:
        _keep(entry, steps, replay.known)


def _keep(entry: Entry, steps: list[Step], known: dict[str, str]) -> None:
    text = json.dumps(steps, ensure_ascii=False, indent=2)
    for example, actual in known.items():
        if example != ENDPOINT:
            text = text.replace(example, actual)
    (_folder(entry) / examples.NAME).write_text(f"{text}\n", "utf-8")


def main() -> None:
    """Record."""
    os.environ.update(ALLOWED)
    started = support.start()
    admin = Admin(started.postgres.admin_url)
    try:
        servers = support.TestServers(
            admin_url=started.postgres.admin_url,
            nats_url=started.nats.url,
            data=started.folder.data,
            worker="main",
            admin=admin,
        )
        asyncio.run(replayed(servers, record=True))
    finally:
        admin.close()
        support.stop(started)


if __name__ == "__main__":
    main()
