"""A disk that is too small, or runs full: it is said, and with space again everything goes on."""

import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import repeat
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import pytest

from services.cli import people
from services.cli.registry import ENTRIES
from tests import factories, plain
from tests.e2e_cli.program import (
    PROGRAM,
    Served,
    environment,
    folder,
    serving,
    with_small_disk,
)

PATIENCE = 60.0
SMALL = 420
TOO_SMALL = 100


@dataclass
class Broker:
    """Who files one consignment after the other."""

    served: Served
    answers: list[httpx.Response] = field(default_factory=list)

    def file(self) -> httpx.Response:
        """File another consignment that nobody selects, but by chance."""
        body = factories.filing(
            now=datetime.now(UTC),
            reference=f"DISK-{len(self.answers)}",
            broker={"uscc": people.DEMO_BROKER, "name": "青岛一站报关有限公司"},
            lines=[factories.line(1)],
            containers=[factories.container(1)],
            net_kg="1000",
        )
        headers = {**self._as("broker"), "Idempotency-Key": str(uuid4())}
        url = f"{self.served.url}/declaration/v1/filings"
        self.answers.append(
            httpx.post(
                url, json=body, headers=headers, timeout=30, trust_env=False, verify=plain.HTTP
            )
        )
        return self.answers[-1]

    def accepted(self) -> list[str]:
        """The ids of all that was acknowledged."""
        return [each.json()["id"] for each in self.answers if each.status_code == 201]

    def get(self, path: str) -> Any:
        """What the auditor reads."""
        answer = httpx.get(
            self.served.url + path,
            headers=self._as("auditor"),
            timeout=30,
            trust_env=False,
            verify=plain.HTTP,
        )
        assert answer.status_code == 200, answer.text
        return answer.json()

    def pending(self) -> int:
        """Events on their way, in all services."""
        told = [self.get(f"{entry.prefix}/v1/ops/pending") for entry in ENTRIES]
        assert [each["dead_letters"] for each in told] == [0] * len(ENTRIES)
        return sum(each["outbox"] + sum(each["consumers"].values()) for each in told)

    def _as(self, who: str) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.served.tokens[who]}"}


@contextmanager
def _full(disk: Path) -> Iterator[None]:
    """No space is left on the disk while the block runs."""
    filler = disk / "filler"
    with filler.open("wb", buffering=0) as file, pytest.raises(OSError, match="No space left"):
        file.writelines(repeat(bytes(16_384)))
    try:
        yield
    finally:
        filler.unlink()


def _until(holds: Callable[[], bool]) -> None:
    ends = time.monotonic() + PATIENCE
    while not holds():
        assert time.monotonic() < ends
        time.sleep(0.2)


def test_on_a_full_disk_filings_are_refused_and_with_space_again_all_goes_on() -> None:
    with folder() as room:
        disk = room / "disk"
        disk.mkdir()
        up = ("up", "--data", str(disk / "data"), "--port", "0")
        small = with_small_disk(disk, megabytes=SMALL)
        with serving(*up, log=room / "log", before=small) as served:
            served.wait_until_ready()
            broker = Broker(served)
            for _ in range(5):
                assert broker.file().status_code == 201
            with _full(served.sees(disk)):
                while len(broker.answers) < 30:
                    broker.file()
                    time.sleep(0.05)
                _it_says_so_and_everything_is_still_read(broker)
            _until(lambda: served.readiness().json()["status"] == "ready")
            refused = {each.json()["code"]: each for each in broker.answers if each.is_error}
            assert set(refused) == {"storage_full"}
            problem = refused["storage_full"].json()
            assert (problem["status"], problem["title_zh"]) == (503, "存储空间已满。")
            assert problem["mend"]["en"]
            _until(lambda: broker.file().status_code == 201)
            _until(lambda: broker.pending() == 0)
            for filing_id in broker.accepted():
                assert broker.get(f"/declaration/v1/filings/{filing_id}")["id"] == filing_id
            broken = [broker.get(f"{entry.prefix}/v1/ops/verify")["broken"] for entry in ENTRIES]
            assert broken == [[]] * len(ENTRIES)
            assert served.stop() == 0


def _it_says_so_and_everything_is_still_read(broker: Broker) -> None:
    """It stays with its clients: elsewhere they would find the same disk full."""
    told = broker.served.readiness()
    assert (told.status_code, told.json()["status"]) == (200, "degraded")
    checks = told.json()["checks"]
    for entry in ENTRIES:
        storage, database = checks[f"{entry.name} storage"], checks[f"{entry.name} database"]
        assert "No space left on device" in storage["reason"]
        assert database["state"] == "ok"
    for filing_id in broker.accepted():
        assert broker.get(f"/declaration/v1/filings/{filing_id}")["id"] == filing_id
    for path in ("/booking/v1/yards", "/inspection/v1/cases", "/mutual-recognition/v1/tables"):
        broker.get(path)
    broker.get("/livez")


def test_a_disk_without_room_for_the_database_is_refused() -> None:
    with folder() as room:
        disk = room / "disk"
        disk.mkdir()
        up = (PROGRAM, "up", "--data", disk / "data", "--port", "0")
        told = subprocess.run(
            [*with_small_disk(disk, megabytes=TOO_SMALL), *up],
            capture_output=True,
            env=environment(),
            text=True,
            check=False,
        )
        assert told.returncode == 2
        assert "Traceback" not in told.stderr
        for part in ("is full", "512 MB", "--data", "已满"):
            assert part in told.stderr
