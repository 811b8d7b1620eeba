"""What a request changes names the request as its cause and goes on with its trace."""

import re

from services.declaration import app as declaration
from services.declaration.settings import Settings
from tests import factories, kits
from tests.conftest import ServiceDatabase

TRACE = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"


async def _accepted(service_database: ServiceDatabase, **headers: str) -> tuple[str, str]:
    service = declaration.create(kits.kit(await service_database("declaration")), Settings())
    async with kits.client(service) as client:
        answer = await client.post(
            "/v1/filings", json=factories.filing(), headers=kits.keyed("k", **headers)
        )
    assert answer.status_code == 201, answer.text
    [envelope] = await kits.told(service)
    return str(envelope.causationid), str(envelope.traceparent)


async def test_an_event_names_the_request_and_the_client_s_trace(
    service_database: ServiceDatabase,
) -> None:
    sent = {"X-Request-Id": "broker-desk-0001", "traceparent": TRACE}
    assert await _accepted(service_database, **sent) == ("broker-desk-0001", TRACE)


async def test_a_malformed_trace_is_replaced_by_one_of_our_own(
    service_database: ServiceDatabase,
) -> None:
    _, trace = await _accepted(service_database, traceparent="00-zz-1-01")
    assert re.fullmatch(r"00-[0-9a-f]{32}-[0-9a-f]{16}-01", trace)
