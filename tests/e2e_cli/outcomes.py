"""A broker's software in a sandbox, and what its references have to lead to."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

import httpx
import pytest

from services.cli import people
from tests import factories
from tests.e2e_cli.program import PATIENCE

FACTOR = Decimal(7_200)
LATE = 4.0
ENDS = {
    "JOINT": ("joint", "released"),
    "RECOGNISED": ("recognition", "released"),
    "HELD": ("single", "held"),
    "REFUSED": ("single", "refused_entry"),
}
BROKER = {"uscc": people.DEMO_BROKER, "name": "一站报关有限公司"}


@dataclass(frozen=True)
class Software:
    """A broker's: it files, waits and reads; it knows no officers."""

    http: httpx.Client
    now: datetime

    def file(self, reference: str, *, seconds: float = 30) -> httpx.Response:
        """File a consignment that no table selects, under this reference; also its key."""
        line = factories.line(1)
        body = factories.filing(
            now=self.now,
            reference=reference,
            bill_of_lading=reference,
            broker=BROKER,
            lines=[line],
            net_kg="1000",
            containers=[factories.container(1)],
        )
        keyed = {"Idempotency-Key": reference}
        return self.http.post("/declaration/v1/filings", json=body, headers=keyed, timeout=seconds)

    def filing(self, filing_id: str) -> dict[str, Any]:
        """As it stands."""
        return self._read(f"/declaration/v1/filings/{filing_id}")

    def receipts(self, filing_id: str) -> list[dict[str, Any]]:
        """All that was told of it."""
        told: list[dict[str, Any]] = self._read(f"/declaration/v1/filings/{filing_id}/receipts")[
            "items"
        ]
        return told

    def until(self, filing_id: str, ends: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
        """The filing once that is true of it."""
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline:
            seen = self.filing(filing_id)
            if ends(seen):
                return seen
            time.sleep(0.1)
        raise AssertionError(seen)

    def _read(self, path: str) -> dict[str, Any]:
        answer = self.http.get(path, timeout=30)
        assert answer.status_code == 200, answer.text
        document: dict[str, Any] = answer.json()
        return document


def each_comes_to_its_outcome(software: Software) -> None:
    """By the real requirement, slot and case, marked all the way."""
    filed = {}
    for asked in ENDS:
        answer = software.file(f"SANDBOX-{asked}-1")
        assert answer.status_code == 201, answer.text
        filed[asked] = answer.json()["id"]
    for asked, (mode, end) in ENDS.items():
        seen = software.until(filed[asked], _ended(end))
        assert seen["requirement"]["mode"] == mode
        assert seen["consignment"]["sandbox"] == asked.lower()
        receipts = software.receipts(filed[asked])
        kinds = [each["kind"] for each in receipts]
        assert kinds[:4] == [
            "accepted",
            "inspection_selected",
            "slot_confirmed",
            "inspection_opened",
        ]
        assert ("recognition_granted" in kinds) == (asked == "RECOGNISED")
        assert {each["facts"]["sandbox"] for each in receipts} == {asked.lower()}


def _ended(status: str) -> Callable[[dict[str, Any]], bool]:
    return lambda filing: filing["status"] == status


def an_ordinary_reference_is_decided_by_the_tables(software: Software) -> None:
    """Also one that only resembles a sandbox's."""
    filed = software.file("SANDBOXES-JOINT-1").json()
    seen = software.until(filed["id"], lambda it: it["requirement"] is not None)
    assert seen["requirement"]["mode"] == "none"
    assert "sandbox" not in seen["consignment"]


def a_timeout_is_accepted_at_once_and_answered_late(software: Software) -> None:
    """And at once where the same is sent again."""
    with pytest.raises(httpx.ReadTimeout):
        software.file("SANDBOX-TIMEOUT-1", seconds=LATE / 2)
    begun = time.monotonic()
    again = software.file("SANDBOX-TIMEOUT-1")
    assert time.monotonic() - begun < LATE
    assert (again.status_code, again.headers["Idempotency-Replayed"]) == (201, "true")
    begun = time.monotonic()
    assert software.file("SANDBOX-TIMEOUT-2").status_code == 201
    assert time.monotonic() - begun >= LATE


def records_say_that_it_was_the_sandbox(http: httpx.Client) -> None:
    """Read by an officer: each marked case, and who is named in its records."""
    cases = http.get("/inspection/v1/cases").json()["items"]
    marked = [each for each in cases if each["sandbox"]]
    assert {each["sandbox"] for each in marked} == {asked.lower() for asked in ENDS}
    records = http.get(f"/inspection/v1/cases/{marked[0]['id']}/records").json()["items"]
    officers = {each["actor"]["subject"] for each in records if each["actor"]["agency"]}
    assert officers == {"sandbox"}
