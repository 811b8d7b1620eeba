"""The corpus of hostile input against every operation that may change something.

Operations, bodies' fields and parameters come from the OpenAPI documents: what is new is attacked
at once. Each attack is refused with a problem that says what is wrong and how to mend it, and
changes no row; the operation then does what is asked of it, as if nothing had been.
"""

import asyncio
import json
import re
from collections.abc import Awaitable, Callable, Iterator, Mapping
from typing import Any
from uuid import uuid4

import httpx
import pytest

from shared.database import Database
from tests import documents, kits
from tests.faults import attacks, corpus, refusals, tokens
from tests.integration.access.entries import ENTRIES, OPERATIONS
from tests.integration.access.people import Caller
from tests.integration.access.scene import Ask, Operation, Raw, Scene

NewDatabase = Callable[[str], Awaitable[Database]]

CHANGES = tuple(each for each in OPERATIONS if each.writes)
TELLS_WHAT_IS_WRONG = "POST /v1/filings/check"
"""Answers what is wrong with a body that is well-formed JSON, instead of refusing it."""
READ_ONE_BY_ONE = {"POST /v1/sync": "/records/"}
"""Parts of a body of which each is taken or rejected by itself, which its answer tells."""
ONCE_BY_ITSELF = {"POST /v1/uploads", "PATCH /v1/uploads/{upload_id}"}
"""Takes no key and counts once all the same: by the id that the client gave, or by its offset."""
CLIENT_ERRORS = frozenset({400, 404, 405, 409, 414, 422, 431})


def _documented(operation: Operation) -> Mapping[str, Any]:
    found: Mapping[str, Any] = documents.of(operation.service)["paths"][operation.path]
    operated: Mapping[str, Any] = found[operation.method]
    return operated


class Target:
    """One operation in its scene, with what was arranged for it to succeed."""

    def __init__(self, scene: Scene, operation: Operation, ask: Ask, who: Caller) -> None:
        self.scene = scene
        self.operation = operation
        self.who = who
        self.body = ask.body_of(who) if ask.body_of else ask.body
        self.parameters = operation.parameters(ask)
        self.more = ask.headers

    @property
    def path(self) -> str:
        """The address."""
        return self.operation.path.format_map(self.parameters)

    @property
    def keyed(self) -> bool:
        """Whether it may change something: then it has an idempotency key."""
        named = _documented(self.operation).get("parameters", ())
        return any(each["name"] == "Idempotency-Key" for each in named)

    def headers(self) -> dict[str, str]:
        """A good token, a fresh key where one is taken, and the type of the body."""
        return {
            **self.who.headers(self.scene.clock.now),
            **(kits.keyed(str(uuid4())) if self.keyed else {}),
            "Content-Type": self.media_type,
            **self.more,
        }

    @property
    def media_type(self) -> str:
        """Of the valid body."""
        return self.body.media_type if isinstance(self.body, Raw) else attacks.JSON

    def raw(self) -> bytes:
        """The valid body."""
        if isinstance(self.body, Raw):
            return self.body.content
        return b"" if self.body is None else json.dumps(self.body).encode()

    async def send(self, *, path: str = "", raw: bytes | None = None, **headers: Any) -> Any:
        """The valid request but for what is given; a header that is None is left out."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        kept = {n: v for n, v in (self.headers() | named).items() if v is not None}
        return await self.scene.client.request(
            self.operation.method,
            path or self.path,
            content=self.raw() if raw is None else raw,
            headers=kept,
        )


Found = dict[str, list[str]]


async def _bodies(target: Target) -> Found:
    """Hostile bodies."""
    documented = _documented(target.operation)
    told: Iterator[attacks.Attack]
    if isinstance(target.body, Raw):
        told = attacks.on_other(target.body.content, target.body.media_type)
    elif "requestBody" in documented:
        schema = documented["requestBody"]["content"][attacks.JSON]["schema"]
        whole = documents.of(target.operation.service)
        told = attacks.on_body(target.body or {}, schema, document=whole)
    else:
        told = attacks.on_nothing()
    found = {}
    for each in told:
        answer = await target.send(
            raw=each.raw, Content_Type=each.media_type, Content_Encoding=each.encoding
        )
        apart = READ_ONE_BY_ONE.get(target.operation.name)
        named = {it for it in each.named if apart is None or not it.startswith(apart)}
        if target.operation.name == TELLS_WHAT_IS_WRONG and each.status == {422}:
            found[each.name] = refusals.untold(answer, named=named)
        else:
            found[each.name] = refusals.wrong(answer, status=each.status, named=named)
    return found


async def _keys(target: Target) -> Found:
    """No idempotency key, two, and such as are none."""
    if not target.keyed:
        return {}
    sent: dict[str, Any] = {"no key": None} | {
        name: key.encode() for name, key in corpus.KEYS.items()
    }
    found = {
        name: refusals.wrong(await target.send(Idempotency_Key=key), status={400, 422, 431})
        for name, key in sent.items()
    }
    two = list(target.headers().items())
    answer = await target.scene.client.request(
        target.operation.method,
        target.path,
        content=target.raw(),
        headers=httpx.Headers([*two, ("Idempotency-Key", "another")]),
    )
    return found | {"two keys": refusals.wrong(answer, status={400})}


async def _addresses(target: Target) -> Found:
    """Other things in the place of each identifier, and parameters that there are not."""
    found = {}
    for name in target.parameters:
        for text in corpus.IDS:
            path = target.operation.path.format_map(target.parameters | {name: text})
            answer = await target.send(path=path)
            found[f"{name} {text[:40]}"] = refusals.wrong(answer, status=CLIENT_ERRORS)
    for query in ("force=true", "id=' OR 1=1", "%00=1", "a" * 9_000, "_method=DELETE"):
        answer = await target.send(path=f"{target.path}?{query}")
        found[f"?{query[:40]}"] = refusals.wrong(answer, status={400, 414, 422, 431})
    return found


async def _tokens(target: Target) -> Found:
    """Tokens that are worth nothing; what is wrong with the body is not told to strangers."""
    scene = target.scene
    good = target.who.headers(scene.clock.now)["Authorization"].removeprefix("Bearer ")
    found = {}
    worthless = tokens.worthless(good, kits.token_issuer(), now=scene.clock.now)
    for name, (sent, code) in worthless.items():
        answer = await target.send(Authorization=sent)
        found[name] = refusals.wrong(answer, status={401})
        if not found[name] and answer.json()["code"] != code:
            found[name] = [f"refused as {answer.json()['code']}"]
    if "requestBody" in _documented(target.operation):
        answer = await target.send(raw=b'{"a":1}', Authorization=None)
        found["a faulty body without a token"] = refusals.wrong(answer, status={401})
    return found


FAMILIES = (_bodies, _keys, _addresses, _tokens)


def _ids() -> Iterator[str]:
    return (f"{each.service} {each.name}" for each in CHANGES)


@pytest.mark.parametrize("operation", CHANGES, ids=_ids())
async def test_what_is_hostile_is_refused_and_changes_nothing(
    operation: Operation, service_database: NewDatabase
) -> None:
    scene = Scene(operation.service, await service_database(operation.service))
    entry = ENTRIES[operation.service][operation.name]
    assert entry.succeeds is not None
    target = Target(scene, operation, await scene.arranged(entry.arrange), entry.succeeds)
    for family in FAMILIES:
        before = await scene.fingerprint()
        found = await family(target)
        missed = [f"{name}: {wrong}" for name, wrong in found.items() if wrong]
        assert not missed, "\n".join(missed)
        assert await scene.fingerprint() == before, f"{family.__name__} changed something"
    if operation.name in ONCE_BY_ITSELF:
        await _counts_once(target)
    else:
        await (_takes_effect_once(target) if target.keyed else _is_answered_alike(target))


async def _counts_once(target: Target) -> None:
    """Five times at once is as good as once, and so is another time."""
    answers = await asyncio.gather(*(target.send() for _ in range(5)))
    assert any(each.is_success for each in answers), answers[0].text
    assert [each for each in answers if not each.is_success and each.status_code != 409] == []
    after = await target.scene.fingerprint()
    await target.send()
    assert await target.scene.fingerprint() == after


async def _is_answered_alike(target: Target) -> None:
    """Five times at once, and nothing comes of it."""
    before = await target.scene.fingerprint()
    answers = await asyncio.gather(*(target.send() for _ in range(5)))
    assert {each.status_code for each in answers} == {200}, answers[0].text
    assert len({each.content for each in answers}) == 1
    assert await target.scene.fingerprint() == before


async def _takes_effect_once(target: Target) -> None:
    """Five times at once under one key; afterwards the key is for no other request."""
    key = kits.keyed("the same")["Idempotency-Key"]
    answers = await asyncio.gather(*(target.send(Idempotency_Key=key) for _ in range(5)))
    done = [each for each in answers if each.is_success]
    first = [each for each in done if "idempotency-replayed" not in each.headers]
    assert len(first) == 1, [each.text[:300] for each in answers]
    for each in answers:
        assert each in done or refusals.wrong(each, status={409}) == []
    assert len({_as_kept(each) for each in done}) == 1
    after = await target.scene.fingerprint()
    other = (target.raw() or b"{}") + b" "
    answer = await target.send(raw=other, Idempotency_Key=key)
    assert refusals.wrong(answer, status={422}) == []
    assert answer.json()["code"] == "idempotency_key_reused"
    assert await target.scene.fingerprint() == after


def _as_kept(answer: httpx.Response) -> bytes:
    """What is answered to the same request again: a secret is told once."""
    content = re.sub(rb'"secret":"[^"]*"', b'"secret":null', answer.content)
    return re.sub(rb'"path":"[^"]*/bookings.ics"', b'"path":null', content)
