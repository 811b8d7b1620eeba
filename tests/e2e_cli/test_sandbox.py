"""A sandbox through `onestop up`, as a broker's developer meets it: outcomes, tasks, pages.

One start for all: it takes longer than what is tried.
"""

import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import httpx
import pytest

from services.cli.developers import material
from tests import plain, prepared, receiver
from tests import servers as support
from tests.e2e.clock import begin_in_the_morning
from tests.e2e_cli import links, outcomes
from tests.e2e_cli.program import Served, folder, serving

FACTOR = Decimal(7_200)
SETTINGS = {
    "ONESTOP_SANDBOX": "true",
    "ONESTOP_DECLARATION_SANDBOX_TIMEOUT_SECONDS": str(outcomes.LATE),
    "ONESTOP_DECLARATION_WEBHOOK_HTTP": "true",
    "ONESTOP_DECLARATION_WEBHOOK_PRIVATE": "true",
}
TASKS = [task["name"] for task in material.tasks()]
SAYS = {
    "get_token": '"items"',
    "check": "net_above_gross",
    "file": "4218202",
    "correct": "amended",
    "receipts": "accepted",
    "feed": "read up to ",
    "bulk": ",filed,",
    "xml": "not_carried",
    "slots": "confirmed",
}
"""What its program says in the end, by task, whichever language it is in."""


@dataclass(frozen=True)
class Sandbox:
    """A running one, and its data folder."""

    served: Served
    data: Path

    def http(self, person: str) -> httpx.Client:
        """A client of somebody."""
        headers = {"Authorization": f"Bearer {self.served.tokens[person]}"}
        url = self.served.url
        return httpx.Client(base_url=url, headers=headers, trust_env=False, verify=plain.HTTP)


@pytest.fixture(scope="module")
def sandbox(servers: support.TestServers) -> Iterator[Sandbox]:
    """Everything, its yards' clock fast, its references forcing outcomes."""
    with folder() as room:
        data = room / "data"
        prepared.fill(data, servers=servers)
        begin_in_the_morning(data, factor=FACTOR)
        up = ("up", "--data", str(data), "--port", "0", "--clock", f"{FACTOR}x")
        with serving(*up, log=room / "log", **SETTINGS) as served:
            served.wait_until_ready()
            yield Sandbox(served, data)


def test_each_reference_leads_to_its_outcome_by_real_events(sandbox: Sandbox) -> None:
    with sandbox.http("broker") as http:
        index = http.get("/").json()
        assert index["sandbox"] is True
        yard_time = datetime.fromisoformat(index["yard_time"]).astimezone(UTC)
        software = outcomes.Software(http, yard_time)
        outcomes.each_comes_to_its_outcome(software)
        outcomes.an_ordinary_reference_is_decided_by_the_tables(software)
        outcomes.a_timeout_is_accepted_at_once_and_answered_late(software)
    with sandbox.http("officer.customs") as http:
        outcomes.records_say_that_it_was_the_sandbox(http)


def test_the_desk_leads_to_everything_and_loads_nothing(sandbox: Sandbox) -> None:
    seen = links.walk(sandbox.served.url, begin="/developers")
    for wanted in ("/declaration/openapi.json", "/developers/postman.json", "/problems"):
        assert wanted in seen
    assert seen["/developers"].headers["Content-Security-Policy"].startswith("default-src 'none'")


@pytest.mark.parametrize("task", TASKS)
@pytest.mark.parametrize("language", material.LANGUAGES)
def test_the_program_of_each_task_runs_as_it_stands(
    task: str, language: str, sandbox: Sandbox, tmp_path: Path
) -> None:
    shown = tmp_path / f"{task}.{language}"
    with sandbox.http("broker") as http:
        shown.write_text(http.get(f"/developers/tasks/{shown.name}").text, encoding="utf-8")
    with receiver.receiver() as endpoint:
        run = [sys.executable if language == "py" else "sh", str(shown)]
        told = {"ONESTOP_URL": sandbox.served.url, "WEBHOOK_URL": endpoint.url}
        token = {"ONESTOP_TOKEN": sandbox.served.tokens["broker"]}
        ran = subprocess.run(
            run,
            cwd=tmp_path,
            env={**os.environ, **told, **token},
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert _wanted(task, language) in ran.stdout, ran.stdout


def _wanted(task: str, language: str) -> str:
    if task == "webhook":
        # In the shell: the signature of the specification's own example.
        return "verified" if language == "py" else "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="
    return SAYS[task]
