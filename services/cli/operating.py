"""What an operator sees and does about stuck events, through the HTTP API of the services."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any
from urllib.parse import quote
from uuid import uuid4

from services.cli.console import say
from services.cli.instance import Instance
from services.cli.replaying.client import Api, Document, Refused

WHO = "service"
PREFIXES: Mapping[str, str] = {
    "declaration": "declaration",
    "mutual_recognition": "mutual-recognition",
    "booking": "booking",
    "inspection": "inspection",
}
MOST = 200


def run(where: Instance, work: Callable[[Api], Awaitable[Document]]) -> Document | None:
    """Do it as the instance's service account; None if it was refused, which is told."""

    async def main() -> Document:
        async with Api(where.url, where.tokens) as api:
            return await work(api)

    try:
        return asyncio.run(main())
    except Refused as refused:
        told = refused.problem
        title, mend = _said(told, "title"), _said(told, "mend")
        say(f"refused: {refused.code}: {title}\nmend: {mend}")
        for name, value in _facts(told).items():
            say(f"  {name}: {value}")
        return None


def _said(problem: Document, field: str) -> str:
    told = problem.get(field, "")
    return " ".join(map(str, told.values())) if isinstance(told, dict) else str(told)


def _facts(problem: Document) -> Mapping[str, Any]:
    facts = problem.get("facts")
    return facts if isinstance(facts, dict) else {}


def path(service: str, *rest: str) -> str:
    """Where a service's operations are."""
    return "/".join((f"/{PREFIXES[service]}/v1/ops", *(quote(each, safe="") for each in rest)))


async def listed(api: Api, services: Sequence[str]) -> Document:
    """What is stuck in these services, and what is on its way."""
    found = {service: await _of(api, service) for service in services}
    stuck = sum(len(each["parked"]) + len(each["dead_letters"]) for each in found.values())
    return {"stuck": stuck, "services": found}


async def _of(api: Api, service: str) -> Document:
    pending = await api.get(WHO, path(service, "pending"))
    parked: Any = await api.get(WHO, path(service, "parked"))
    return {
        "outbox": pending["outbox"],
        "oldest": pending["oldest"],
        "broker": pending["broker"],
        "consumers": pending["consumers"],
        "parked": parked,
        "dead_letters": await _all(api, path(service, "dead-letters"), state="open"),
    }


async def _all(api: Api, address: str, **query: str) -> list[Document]:
    items: list[Document] = []
    after = None
    while True:
        page = await api.get(WHO, address, after=after, limit=MOST, **query)
        items += page["items"]
        after = page["next"]
        if after is None:
            return items


async def shown(api: Api, service: str, letter: str) -> Document:
    """A dead letter with its payload."""
    return await api.get(WHO, path(service, "dead-letters", letter))


async def acted(api: Api, address: str, *, reason: str) -> Document:
    """Do something once, for that reason."""
    return await api.post(WHO, address, {"reason": reason}, key=str(uuid4()))


async def acts(api: Api, service: str) -> Document:
    """What operators did to a service."""
    return {"acts": await _all(api, path(service, "acts"))}


def lines(found: Document) -> list[str]:
    """What `listed` found, for people."""
    told = []
    for service, each in found["services"].items():
        told.append(f"{service}: {_lag(each)}")
        told += [
            f"  parked {one['aggregate']} {one['aggregate_id']} since {one['parked_at']}, "
            f"{one['waiting']} waiting: {one['type']}: {one['parked_reason']}"
            for one in each["parked"]
        ]
        told += [
            f"  dead letter {one['id']}, {one['deliveries']} deliveries from {one['first_at']} "
            f"to {one['last_at']}: {one['type']}: {one['reason']}"
            for one in each["dead_letters"]
        ]
    return told


def _lag(of: Document) -> str:
    since = f" since {of['oldest']}" if of["outbox"] else ""
    lags = ", ".join(f"{lag} of {producer}" for producer, lag in of["consumers"].items())
    behind = f"to handle: {lags}" if of["broker"] else "the broker is away"
    return f"{of['outbox']} in the outbox{since}; {behind}"
