"""One service on real PostgreSQL, and its operations as its OpenAPI document tells them."""

import csv
from collections.abc import Awaitable, Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from io import StringIO
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from uuid import UUID, uuid4

import httpx

from services.cli import contracts
from services.cli.registry import BY_NAME
from shared.contracts.envelope import Event
from shared.database import Database
from shared.service import Service
from tests import content, documents, kits
from tests.integration.access.people import Caller
from tests.unit.booking import made

START = made.MONDAY + timedelta(hours=4)
METHODS = frozenset({"get", "put", "post", "patch", "delete"})
WRITING = METHODS - {"get"}

_FILES = TemporaryDirectory(prefix="onestop-evidence-")
OPENED: Mapping[str, Mapping[str, Any]] = {
    "declaration": {"webhook_http": True, "webhook_private": True, **kits.SEALED},
    "booking": {"stream_seconds": 0.01},
    "mutual_recognition": {"stream_seconds": 0.01},
    "inspection": {"evidence_folder": Path(_FILES.name), "stream_seconds": 0.01},
}
"""What the services may do here beside what they may by default; streams end at once."""


@dataclass(frozen=True)
class Operation:
    """One operation of a service; `roles` None where it asks for no token."""

    service: str
    method: str
    path: str
    roles: frozenset[str] | None

    @property
    def name(self) -> str:
        """Method and path."""
        return f"{self.method.upper()} {self.path}"

    @property
    def writes(self) -> bool:
        """Whether it may change something."""
        return self.method in WRITING

    def parameters(self, ask: "Ask") -> dict[str, str]:
        """What stands in its path, by name."""
        named = {name: str(value) for name, value in ask.path.items()}
        return {name: value for name, value in named.items() if f"{{{name}}}" in self.path}


def operations() -> Iterator[Operation]:
    """Every operation of every service."""
    for service in contracts.NAMES:
        for path, methods in documents.of(service)["paths"].items():
            for method in sorted(METHODS & methods.keys()):
                named = methods[method].get("x-roles")
                roles = None if named is None else frozenset(str(role) for role in named)
                yield Operation(service, method, path, roles)


@dataclass(frozen=True)
class Raw:
    """A body that is no JSON."""

    content: bytes
    media_type: str


@dataclass(frozen=True)
class Ask:
    """What is sent: the path's parameters, the body, which may depend on the caller, headers."""

    path: dict[str, object] = field(default_factory=dict)
    body: Any = None
    body_of: Callable[[Caller], Any] | None = None
    headers: dict[str, str] = field(default_factory=dict)


@dataclass
class HandClock:
    """Both clocks show `now` until it is set to something else."""

    now: datetime = START
    factor: Decimal = field(default=Decimal(1))

    def wall(self) -> datetime:
        """Now."""
        return self.now

    def yard(self) -> datetime:
        """Now."""
        return self.now


class Scene:
    """A service in which a test has arranged something."""

    def __init__(self, name: str, database: Database) -> None:
        entry = BY_NAME[name]
        self.clock = HandClock()
        self.kit = kits.kit(database, clock=self.clock)
        settings = entry.settings(**OPENED.get(name, {}))
        self.service: Service = entry.create(self.kit, settings)
        self.deliveries = kits.Deliveries(self.service)
        self.client = httpx.AsyncClient(
            transport=httpx.ASGITransport(app=self.service.api),
            base_url="http://test",
            trust_env=False,
        )

        self._arranged: dict[Arrange, Ask] = {}

    async def arranged(self, arrange: "Arrange") -> Ask:
        """What this arranges, brought about once."""
        if arrange not in self._arranged:
            self._arranged[arrange] = await arrange(self)
        return self._arranged[arrange]

    async def bring(self, *events: Event) -> None:
        """Events of other services come in."""
        await self.deliveries.bring(*events)

    async def call(
        self,
        who: Caller,
        method: str,
        path: str,
        body: Any = None,
        *,
        key: str = "",
        headers: Mapping[str, str] | None = None,
    ) -> httpx.Response:
        """One call; one that may change something has an idempotency key, its own if none given."""
        keyed = {} if method == "get" else kits.keyed(key or str(uuid4()))
        headers = keyed | who.headers(self.clock.now) | dict(headers or {})
        if isinstance(body, Raw):
            headers["Content-Type"] = body.media_type
            return await self.client.request(method, path, content=body.content, headers=headers)
        return await self.client.request(method, path, json=body, headers=headers)

    async def done(self, who: Caller, method: str, path: str, body: Any = None) -> Any:
        """One call that must succeed; its answer."""
        answer = await self.call(who, method, path, body)
        assert answer.is_success, f"{who.name}: {method} {path}: {answer.status_code} {answer.text}"
        return answer.json()

    async def ask(self, who: Caller, operation: Operation, ask: Ask) -> httpx.Response:
        """The operation, called with what was arranged."""
        body = ask.body_of(who) if ask.body_of else ask.body
        path = operation.path.format_map({name: str(value) for name, value in ask.path.items()})
        return await self.call(who, operation.method, path, body, headers=ask.headers)

    async def fingerprint(self) -> dict[str, str | None]:
        """Of each table, what is in it."""
        return await content.of(self.kit.database)


Arrange = Callable[[Scene], Awaitable[Ask]]


@dataclass(frozen=True)
class Entry:
    """How an operation is tried.

    `arrange` brings about a thing that the operation fits. To `strangers` it is not there: they
    are told 404, or a list without it. `succeeds` is done first, and must be answered with 2xx;
    None where whoever is admitted must be.
    """

    arrange: Arrange
    strangers: frozenset[Caller] = frozenset()
    succeeds: Caller | None = None
    lists: bool = False


def listed(answer: httpx.Response) -> list[Any] | None:
    """What a list has, or an export below its header; None for any other answer."""
    if answer.headers.get("content-type", "").startswith("text/csv"):
        return list(csv.reader(StringIO(answer.text)))[1:]
    found: list[Any] | None = answer.json().get("items")
    return found


async def nothing(_: Scene) -> Ask:
    """The operation needs nothing."""
    return Ask()


def same(**path: object) -> Arrange:
    """These path parameters, with nothing to arrange."""

    async def arrange(_: Scene) -> Ask:
        return Ask(path)

    return arrange


def uuid_of(answer: Any) -> UUID:
    """The id of what was made."""
    return UUID(answer["id"])
