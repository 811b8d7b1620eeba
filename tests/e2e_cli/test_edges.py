"""Clients that are slow, idle or greedy: each is ended or refused, and the rest goes on."""

import asyncio
import resource
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import uuid4

import httpx
import psutil

from services.cli import people
from shared.auth.issuer import Issuer
from shared.auth.principal import Role
from tests import factories, prepared
from tests import servers as support
from tests.e2e_cli.clients import Door, head, persistently
from tests.e2e_cli.program import Served, folder, serving

FILINGS = "/declaration/v1/filings"
CONNECTIONS = 1_500
BURST = 30
MEBIBYTE = b" " * 2**20
EDGE = {
    "ONESTOP_HEAD_SECONDS": "4",
    "ONESTOP_BODY_SECONDS": "8",
    "ONESTOP_IDLE_SECONDS": "3",
    "ONESTOP_CONNECTIONS": str(CONNECTIONS),
    "ONESTOP_DRAIN_SECONDS": "3",
    "ONESTOP_RATE_PER_SECOND": "5",
    "ONESTOP_RATE_BURST": str(BURST),
}
# As a shell gives it on many systems, though smaller: it must raise the limit by itself.
FEW_FILES = ("sh", "-c", 'ulimit -S -n 256; exec "$@"', "sh")


@dataclass(frozen=True)
class Instance:
    """The running instance, a client of it, and what its ordinary broker was answered."""

    served: Served
    data: Path
    client: httpx.AsyncClient
    answered: list[int] = field(default_factory=list)

    @property
    def door(self) -> Door:
        """Where raw bytes go."""
        url = httpx.URL(self.served.url)
        return Door(url.host, url.port or 80)

    def headers(self, token: str) -> dict[str, str]:
        """A fresh request's."""
        return {"Authorization": f"Bearer {token}", "Idempotency-Key": str(uuid4())}

    def posting(self, **more: str) -> bytes:
        """The head of a broker's filing."""
        headers = self.headers(self.served.tokens["broker"])
        return head(f"POST {FILINGS}", Content_Type="application/json", **headers, **more)

    async def file_steadily(self) -> None:
        """One filing after the other, each over a new connection."""
        token = self.served.tokens["broker"]
        while True:
            body = factories.filing(
                now=datetime.now(UTC),
                reference=f"EDGE-{len(self.answered)}",
                broker={"uscc": people.DEMO_BROKER, "name": "青岛一站报关有限公司"},
            )
            asked = self.client.build_request(
                "POST", FILINGS, json=body, headers=self.headers(token)
            )
            answer = await persistently(self.client, asked)
            self.answered.append(answer.status_code)
            await asyncio.sleep(0.5)


@contextmanager
def _own_file_limit_raised() -> Iterator[None]:
    before = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (before[1], before[1]))
    yield
    resource.setrlimit(resource.RLIMIT_NOFILE, before)


@asynccontextmanager
async def _running(servers: support.TestServers) -> AsyncIterator[Instance]:
    with folder() as room, _own_file_limit_raised():
        await asyncio.to_thread(prepared.fill, room / "data", servers=servers)
        up = ("up", "--data", str(room / "data"), "--port", "0")
        with serving(*up, log=room / "log", before=FEW_FILES, **EDGE) as served:
            await asyncio.to_thread(served.wait_until_ready)
            each_new = httpx.Limits(max_keepalive_connections=0)
            async with httpx.AsyncClient(
                base_url=served.url, limits=each_new, timeout=60, trust_env=False
            ) as client:
                yield Instance(served, room / "data", client)


async def test_hostile_clients_are_ended_and_the_rest_is_served(
    servers: support.TestServers,
) -> None:
    async with _running(servers) as instance:
        ordinary = asyncio.create_task(instance.file_steadily())
        async with asyncio.TaskGroup() as group:
            for hostile in HOSTILE:
                group.create_task(hostile(instance))
        await _two_thousand_idle_connections_keep_nobody_out(instance)
        await _a_flood_of_one_company_is_told_to_wait(instance)
        assert not ordinary.done(), ordinary
        ordinary.cancel()
        assert len(instance.answered) > 5
        assert set(instance.answered) == {201}, instance.served.said
        await _told_to_end_it_is_not_ready_and_serves_on_for_a_while(instance)
        assert "Traceback" not in instance.served.said


async def _a_head_that_drips_is_ended(instance: Instance) -> None:
    answer = await instance.door.send(b"GET /livez HTTP/1.1\r\nHost: test\r\nX: ", drip=b"a")
    assert (answer.status, answer.code) == (408, "head_timeout")


async def _a_head_without_end_is_ended(instance: Instance) -> None:
    line = b"X-Long: " + b"a" * 1000 + b"\r\n"
    answer = await instance.door.send(b"GET /livez HTTP/1.1\r\n", *[line] * 2000)
    assert (answer.status, answer.code) == (431, "head_too_large")


async def _who_says_nothing_is_ended(instance: Instance) -> None:
    assert (await instance.door.send()).status == 0


async def _who_asks_no_more_is_ended(instance: Instance) -> None:
    answer = await instance.door.send(head("GET /livez"))
    assert (answer.status, answer.body) == (200, b'{"status":"alive"}')


async def _what_is_no_http_is_told_so(instance: Instance) -> None:
    answer = await instance.door.send(b"\x16\x03\x01\x00\xa5\x01\x00\x00")
    assert (answer.status, answer.code) == (400, "malformed_request")


async def _a_body_that_drips_is_ended(instance: Instance) -> None:
    answer = await instance.door.send(instance.posting(Content_Length="1000"), drip=b" ")
    assert (answer.status, answer.code) == (408, "body_timeout")


async def _a_body_that_goes_on_after_its_answer_is_ended(instance: Instance) -> None:
    stranger = head(f"POST {FILINGS}", Content_Length="1000000", Idempotency_Key="a-stranger")
    answer = await instance.door.send(stranger, drip=b" " * 100)
    assert (answer.status, answer.code) == (401, "token_missing")


async def _a_strangers_whole_body_is_thrown_away(instance: Instance) -> None:
    stranger = head(f"POST {FILINGS}", Content_Length=str(2**20), Idempotency_Key="a-stranger")
    answer = await instance.door.send(stranger, MEBIBYTE)
    assert (answer.status, answer.code) == (401, "token_missing")


async def _a_body_that_is_announced_too_large_is_refused(instance: Instance) -> None:
    answer = await instance.door.send(instance.posting(Content_Length="50000000"), MEBIBYTE)
    assert (answer.status, answer.code) == (413, "body_too_large")


async def _a_body_without_end_is_refused(instance: Instance) -> None:
    chunk = b"100000\r\n" + MEBIBYTE + b"\r\n"
    chunked = instance.posting(Transfer_Encoding="chunked")
    answer = await instance.door.send(chunked, *[chunk] * 3)
    assert (answer.status, answer.code) == (413, "body_too_large")


async def _who_does_not_read_is_ended(instance: Instance) -> None:
    document = f"GET {FILINGS.partition('/v1')[0]}/openapi.json"
    asked = head(document, **instance.headers(instance.served.tokens["service"]))
    await instance.door.send_without_reading(asked * 30)


async def _who_sends_far_ahead_is_ended(instance: Instance) -> None:
    answer = await instance.door.send(head("GET /livez") * 1000)
    assert answer.body.count(b"HTTP/1.1 200") < 1000 - 1


HOSTILE = (
    _a_head_without_end_is_ended,
    _what_is_no_http_is_told_so,
    _a_strangers_whole_body_is_thrown_away,
    _a_body_that_is_announced_too_large_is_refused,
    _a_body_without_end_is_refused,
    _a_head_that_drips_is_ended,
    _who_says_nothing_is_ended,
    _who_asks_no_more_is_ended,
    _a_body_that_drips_is_ended,
    _a_body_that_goes_on_after_its_answer_is_ended,
    _who_does_not_read_is_ended,
    _who_sends_far_ahead_is_ended,
)


async def _two_thousand_idle_connections_keep_nobody_out(instance: Instance) -> None:
    """There is room for fewer: the longest idle ones make it."""
    async with instance.door.idle(2_000):
        assert (await instance.client.get("/readyz")).json()["status"] == "ready"
        process = psutil.Process(instance.served.process.pid)
        held = [
            each
            for each in process.net_connections("tcp")
            if each.laddr.port == instance.door.port and each.status == psutil.CONN_ESTABLISHED
        ]
        assert len(held) <= CONNECTIONS


async def _a_flood_of_one_company_is_told_to_wait(instance: Instance) -> None:
    token = Issuer.open(instance.data, embedded=True).mint(
        Role.BROKER,
        organisation=factories.OTHER_BROKER,
        agency=None,
        subject="greedy",
        now=datetime.now(UTC),
        lifetime=timedelta(hours=1),
    )
    headers = instance.headers(token)
    asked = [instance.client.get(FILINGS, headers=headers) for _ in range(5 * BURST)]
    answers = await asyncio.gather(*asked)
    refused = [each for each in answers if each.status_code != 200]
    assert len(answers) - len(refused) >= BURST
    assert {(each.status_code, each.json()["code"]) for each in refused} == {
        (429, "too_many_requests")
    }
    neighbour = instance.headers(instance.served.tokens["broker"])
    beside = [instance.client.get(FILINGS, headers=neighbour) for _ in range(10)]
    assert {each.status_code for each in await asyncio.gather(*beside)} == {200}
    waits = {int(each.headers["Retry-After"]) for each in refused}
    assert min(waits) >= 1
    await asyncio.sleep(max(waits))
    assert (await instance.client.get(FILINGS, headers=headers)).status_code == 200


async def _told_to_end_it_is_not_ready_and_serves_on_for_a_while(instance: Instance) -> None:
    instance.served.process.terminate()
    while (answer := await instance.client.get("/readyz")).status_code == 200:
        await asyncio.sleep(0.05)
    assert answer.json()["checks"]["process"]["reason"] == "the process is ending"
    headers = instance.headers(instance.served.tokens["broker"])
    assert (await instance.client.get(FILINGS, headers=headers)).status_code == 200
    assert (await instance.client.get("/livez")).status_code == 200
    assert await asyncio.to_thread(instance.served.process.wait, 60) == 0
