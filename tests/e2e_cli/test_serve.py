"""Four `onestop serve`, each a process, against named servers and an identity provider's keys."""

import asyncio
import json
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest

from services.cli import people
from services.cli.contracts import NAMES
from shared.auth.issuer import ISSUER, Issuer
from shared.contracts import derived
from shared.embedded import provision
from tests import factories, plain
from tests import servers as support
from tests.e2e_cli.program import SEEDED, Command, Served, folder, run_all, serving

PATIENCE = 60.0
LAPTOPS = factories.line(1)
WOOD = factories.line(1, hs_code="4407110000", name="sawn pine 松木板材")


@dataclass(frozen=True)
class Landscape:
    """Where each service answers, and a token of each of the people."""

    urls: dict[str, str]
    tokens: dict[str, str]

    def get(self, service: str, path: str, who: str = "auditor") -> httpx.Response:
        """What a service answers."""
        url = self.urls[service] + path
        return httpx.get(url, headers=self._as(who), trust_env=False, verify=plain.HTTP)

    def file(self, reference: str, line: dict[str, Any]) -> Any:
        """File a consignment of one line."""
        now = datetime.now(UTC)
        broker = {"uscc": people.DEMO_BROKER, "name": "青岛一站报关有限公司"}
        body = factories.filing(
            now=now,
            reference=reference,
            broker=broker,
            lines=[line],
            containers=[factories.container(1)],
            net_kg="1000",
        )
        headers = {**self._as("broker"), "Idempotency-Key": str(uuid4())}
        answer = httpx.post(
            self.urls["declaration"] + "/v1/filings", json=body, headers=headers, trust_env=False
        )
        assert answer.status_code == 201, answer.text
        return answer.json()

    def until(self, service: str, path: str, **wanted: object) -> Any:
        """What a service answers once these fields have these values."""
        ends = time.monotonic() + PATIENCE
        found: Any = None
        while time.monotonic() < ends:
            answer = self.get(service, path)
            found = answer.json()
            if answer.is_success and all(found[name] == value for name, value in wanted.items()):
                return found
            time.sleep(0.1)
        raise AssertionError(f"{path} is not {wanted}: {found}")

    def _as(self, who: str) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.tokens[who]}"}


@contextmanager
def _key_set(issuer: Issuer) -> Iterator[str]:
    """An identity provider, as far as a service sees of it."""
    document = json.dumps(issuer.jwks()).encode()

    class Keys(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.end_headers()
            self.wfile.write(document)

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Keys) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}/jwks.json"
        server.shutdown()
        thread.join()


@pytest.fixture(scope="module")
def room(servers: support.TestServers) -> Iterator[tuple[Path, dict[str, str], dict[str, str]]]:
    """A folder, what every service is told, and the tokens; the database is provisioned."""
    database, namespace = support.unique(servers), support.unique(servers)
    with ExitStack() as stack:
        data = stack.enter_context(folder())
        issuer = Issuer.open(data, embedded=True)
        passwords = data / "passwords.json"
        passwords.write_text(json.dumps(dict.fromkeys(NAMES, support.PASSWORD)))
        made = ("provision", "--passwords", str(passwords), "--database", database)
        command = Command(made, {"ONESTOP_ADMIN_URL": servers.admin_url})
        assert run_all({"provision": command})["provision"].code == 0
        told = {
            "ONESTOP_DATABASE_URL": servers.url(database, schema="SERVICE"),
            "ONESTOP_NATS_URL": servers.nats_url,
            "ONESTOP_NAMESPACE": namespace,
            "ONESTOP_NATS_STREAM_BYTES": str(4 * 2**20),
            "ONESTOP_JWKS_URL": stack.enter_context(_key_set(issuer)),
            "ONESTOP_ISSUER": ISSUER,
            **SEEDED,
            "ONESTOP_INSPECTION_EVIDENCE_FOLDER": str(data / "evidence"),
        }
        yield data, told, people.tokens(issuer, now=datetime.now(UTC))
    asyncio.run(support.delete_streams(servers, namespace=namespace))
    asyncio.run(provision.drop(servers.admin_url, database=database))


def _serving(room: tuple[Path, dict[str, str], dict[str, str]], service: str, **more: str) -> Any:
    data, told, _ = room
    url = told["ONESTOP_DATABASE_URL"].replace("SERVICE", service)
    env = {**told, "ONESTOP_DATABASE_URL": url, **more}
    log = data / f"{service}-{uuid4()}.log"
    return serving("serve", service, "--port", "0", log=log, **env)


def test_while_the_broker_is_away_filings_are_accepted(
    room: tuple[Path, dict[str, str], dict[str, str]],
) -> None:
    away = {"ONESTOP_NATS_URL": "nats://127.0.0.1:1"}
    with _serving(room, "declaration", **away) as served:
        served.wait_until_ready("degraded")
        landscape = Landscape({"declaration": served.url}, room[2])
        filed = landscape.file("AWAY-1", LAPTOPS)
        assert filed["status"] == "accepted"
        pending = landscape.get("declaration", "/v1/ops/pending").json()
        assert pending["outbox"] == 1
        assert served.stop() == 0
        assert "Traceback" not in served.said


def test_four_processes_bring_a_filing_to_its_end(
    room: tuple[Path, dict[str, str], dict[str, str]],
) -> None:
    with ExitStack() as stack:
        services: dict[str, Served] = {
            name: stack.enter_context(_serving(room, name)) for name in NAMES
        }
        for served in services.values():
            served.wait_until_ready()
        landscape = Landscape({name: each.url for name, each in services.items()}, room[2])
        plain = [landscape.file(f"PLAIN-{number}", LAPTOPS) for number in range(3)]
        wood = landscape.file("WOOD-1", WOOD)
        _inspected(landscape, wood["id"])
        assert "released" in [_ending(landscape, each["id"]) for each in plain]
        for served in services.values():
            assert served.stop() == 0
            assert "Traceback" not in served.said


def _ending(landscape: Landscape, filing_id: str) -> str:
    """How a filing ends that is not selected; one that is drawn for inspection waits for it."""
    requirement_id = derived.requirement_id(UUID(filing_id))
    path = f"/v1/requirements/{requirement_id}"
    required = landscape.until("mutual_recognition", path, filing_id=filing_id)
    if required["mode"] != "none":
        return str(required["status"])
    filing = landscape.until("declaration", f"/v1/filings/{filing_id}", status="released")
    return str(filing["status"])


def _inspected(landscape: Landscape, filing_id: str) -> None:
    """Both agencies select it: it gets its one slot and its one case."""
    requirement_id = derived.requirement_id(UUID(filing_id))
    booking = f"/v1/requests/{derived.booking_id(requirement_id)}"
    slot = landscape.until("booking", booking, status="confirmed")["slot"]
    case = f"/v1/cases/{derived.case_id(requirement_id)}"
    planned = landscape.until("inspection", case, slot=slot)
    assert set(planned["sections"]) == {"customs", "quarantine"}
