"""The client of a long run: it makes requests, sends them, and judges the answers."""

import json
import time
from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cache
from random import Random
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

import httpx

from services.cli import contracts
from services.cli.people import DEMO_BROKER, DEMO_YARD
from services.cli.registry import BY_NAME
from tests import documents, factories
from tests.e2e.town import GOODS
from tests.faults import mutations, refusals
from tests.faults.mutations import Request, Target

HUNG_SECONDS = 60.0
WELL_FORMED = 0.25
SHOWN = 20
HEAVY = ("/outbox/re-emit", "/ops/verify")  # What they cost grows with all that there is.
OF_PATH = {
    "filings": ("filing_id",),
    "cases": ("case_id",),
    "requests": ("request_id", "booking_id"),
    "bookings": ("request_id", "booking_id"),
    "requirements": ("requirement_id", "aggregate_id"),
}
FILINGS = "/declaration/v1/filings"
"""Whose `id` an answer names, by a word of the path."""
NAMES = {
    "officer": ("officer.customs", "officer.quarantine"),
    "supervisor": ("supervisor.customs", "supervisor.quarantine"),
}


@dataclass
class Seen:
    """What became of the requests so far, and the ids that answers have named."""

    statuses: Counter[int] = field(default_factory=Counter)
    done: Counter[str] = field(default_factory=Counter)
    faults: list[str] = field(default_factory=list)
    ids: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    slowest: float = 0.0


class Fuzzer:
    """Makes and sends requests to one running system."""

    def __init__(self, url: str, tokens: Mapping[str, str], *, seed: int) -> None:
        self.tokens = tokens
        self.random = Random(seed)
        self.seen = Seen()
        self.yard_time = datetime.now(UTC)
        self.targets = _targets()
        self.weights = [_weight(each) for each in self.targets]
        self.http = httpx.AsyncClient(base_url=url, timeout=HUNG_SECONDS, trust_env=False)

    def request(self) -> Request:
        """The next request."""
        (target,) = self.random.choices(self.targets, self.weights)
        known = {"name": "recognition", "number": "1", "code": DEMO_YARD, "uscc": DEMO_BROKER}
        known |= {"list": "units", "item": "arrival"}
        names = [part[1:-1] for part in target.path.split("/") if part.startswith("{")]
        values = {name: known.get(name) or self._id(name) for name in names}
        made = Request(target.method.upper(), mutations.with_path(target, values))
        made.headers = {
            "Authorization": f"Bearer {self._token(target)}".encode(),
            "Content-Type": b"application/json",
            "Idempotency-Key": str(UUID(int=self.random.getrandbits(128))).encode(),
        }
        made.body = self._body(target)
        if self.random.random() > WELL_FORMED:
            mutations.spoil(made, random=self.random)
        return made

    def _body(self, target: Target) -> Any:
        if target.schema is None:
            return None
        if str(target.schema.get("$ref", "")).endswith("/FilingIn"):
            return self.filing()
        ids = [self._id(self.random.choice(list(self.seen.ids) or ["id"]))]
        return mutations.example(
            target.schema,
            document=target.document,
            random=self.random,
            ids=ids,
            now=self.yard_time,
        )

    def filing(self, kind: str = "") -> Any:
        """A filing that can be accepted, of one of the modes."""
        serial = self.random.randrange(1, 900_000)
        goods = GOODS[kind or self.random.choice(list(GOODS))]
        return factories.filing(
            reference=f"FUZZ-{self.random.getrandbits(60)}",
            arrival=(self.yard_time - timedelta(hours=6)).isoformat(),
            broker={"uscc": DEMO_BROKER, "name": "一站报关有限公司"},
            net_kg="1000",
            gross_kg="1100",
            lines=[factories.line(1, **goods)],
            containers=[factories.container(serial)],
            slot_wish={"auto_confirm": self.random.random() < 0.5},
        )

    def _token(self, target: Target) -> str:
        if not target.roles or self.random.random() < 0.05:
            return self.random.choice(list(self.tokens.values()))
        role = self.random.choice(target.roles)
        return self.tokens[self.random.choice(NAMES.get(role, (role,)))]

    def _id(self, name: str) -> str:
        """One of the newest of that name, now and then one that nothing has."""
        newest = self.seen.ids[name][-200:]
        if newest and self.random.random() < 0.95:
            return self.random.choice(newest)
        return str(UUID(int=self.random.getrandbits(128)))

    async def send(self, made: Request) -> None:
        """Send it and judge the answer."""
        began = time.monotonic()
        raw = made.raw
        if raw is None:
            raw = b"" if made.body is None else json.dumps(made.body).encode()
        try:
            answer = await self.http.request(
                made.method,
                made.path + ("?" + urlencode(made.query) if made.query else ""),
                content=raw,
                headers={name.encode(): value for name, value in made.headers.items()},
            )
        except (httpx.LocalProtocolError, httpx.InvalidURL):
            self.seen.statuses[0] += 1  # Our own client refuses to send it.
            return
        except httpx.HTTPError as failed:
            self._fault(made, repr(failed))
            return
        self.seen.slowest = max(self.seen.slowest, time.monotonic() - began)
        self.seen.statuses[answer.status_code] += 1
        if answer.is_error and made.method != "HEAD":
            wrong = refusals.wrong(answer, status=frozenset(range(400, 500)))
            if wrong:
                self._fault(made, "; ".join(wrong))
        elif answer.status_code >= 500:
            self._fault(made, str(answer.status_code))
        elif answer.is_success and made.method != "HEAD":
            self._learn(made, answer)

    def _learn(self, made: Request, answer: httpx.Response) -> None:
        self.seen.done[made.method] += 1
        if answer.headers.get("content-type") != "application/json":
            return
        told = answer.json()
        listed = told.get("items", [told]) if isinstance(told, dict) else told
        for each in listed[:5] if isinstance(listed, list) else ():
            if isinstance(each, dict):
                self.learn(made.path, each)

    def learn(self, path: str, told: Mapping[str, Any]) -> None:
        """Remember the ids that an answer names."""
        for name, value in told.items():
            if name.endswith("_id") and isinstance(value, str):
                self.seen.ids[name].append(value)
        for word, names in OF_PATH.items():
            if word in path and isinstance(told.get("id"), str):
                for name in names:
                    self.seen.ids[name].append(told["id"])

    def _fault(self, made: Request, what: str) -> None:
        if len(self.seen.faults) < SHOWN:
            spoilt = ",".join(made.spoilt)
            sent = (made.raw or json.dumps(made.body).encode())[:300]
            self.seen.faults.append(f"{made.method} {made.path} [{spoilt}] {sent!r}: {what}")


@cache
def _targets() -> tuple[Target, ...]:
    return tuple(
        each
        for name in contracts.NAMES
        for each in mutations.targets(documents.of(name), prefix=BY_NAME[name].prefix)
    )


def _weight(target: Target) -> float:
    if target.path.endswith(HEAVY):
        return 0.05
    return 1.0 if target.method == "get" else 3.0
