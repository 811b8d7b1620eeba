"""A declaration of every item over HTTP: taken, answered as it was sent, told as far as needed."""

import json
from typing import Any

import httpx

from services.declaration.domain.content import TOLD
from shared.service import Service
from tests import kits
from tests.factories import BROKER, Body
from tests.integration.declaration.asking import broken, filed, read
from tests.unit.declaration import full as filings


def full() -> Body:
    """A declaration of every item by the broker that asks."""
    return filings.laid_over(filings.full(), {"broker": {"uscc": BROKER}})


def _added(answered: Any, sent: Any) -> set[str]:
    """What the answer has that was not sent; both have the same values otherwise."""
    if not isinstance(sent, dict):
        if isinstance(sent, list):
            pairs = zip(answered, sent, strict=True)
            return {name for one, other in pairs for name in _added(one, other)}
        assert str(answered) == str(sent)
        return set()
    inner = {name for key, value in sent.items() for name in _added(answered[key], value)}
    return inner | (set(answered) - set(sent))


async def test_what_was_declared_is_answered_as_it_was_sent(
    service: Service, broker: httpx.AsyncClient
) -> None:
    found = await filed(broker, **full())
    assert _added(found["consignment"], full()) == set()
    assert await read(broker, found["id"]) == found
    assert await broken(service) == {}


async def test_other_services_are_told_their_part_alone(
    service: Service, broker: httpx.AsyncClient
) -> None:
    await filed(broker, **full())
    (accepted,) = await kits.told(service)
    assert set(accepted.data["consignment"]) <= set(TOLD)
    assert "marks" not in json.dumps(accepted.data)


async def test_what_a_full_declaration_leaves_out_is_told_in_both_languages(
    service: Service, broker: httpx.AsyncClient
) -> None:
    body = full() | {"contract": None, "port_authority": "4200000003"}
    filings.drop(body, "/correlation/reason")
    answer = await broker.post("/v1/filings", json=body, headers=kits.keyed("k"))
    errors = {each["pointer"]: each for each in answer.json()["errors"]}
    assert {pointer: each["code"] for pointer, each in errors.items()} == {
        "/correlation/reason": "missing",
        "/contract": "required_here",
        "/port_authority": "not_asked_on_this_day",
    }
    assert "完整申报" in errors["/contract"]["detail"]["zh"]
    explained = await broker.get("/problems/not_asked_on_this_day")
    assert explained.status_code == 200
    assert await kits.told(service) == []
