"""`onestop up` as somebody meets it: addresses, tokens, a second one, and how it ends."""

import json
import signal
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import httpx
import psutil

from services.cli import people
from tests import factories, plain
from tests.e2e_cli import proofs
from tests.e2e_cli.program import PATIENCE, Command, Ended, Served, folder, run_all, serving

SEEN = {
    "broker": "/declaration/v1/filings",
    "yard": f"/booking/v1/yards/{people.DEMO_YARD}/board",
    "officer": "/inspection/v1/cases",
    "supervisor": "/mutual-recognition/v1/companies",
    "auditor": "/declaration/v1/ops/verify",
    "service": "/booking/v1/ops/pending",
}


@dataclass(frozen=True)
class Instance:
    """A fresh instance, and what commands said that were run beside it."""

    data: Path
    served: Served
    beside: dict[str, Ended]

    def get(self, path: str, token: str) -> httpx.Response:
        """What its API answers."""
        headers = {"Authorization": f"Bearer {token}"}
        url = self.served.url + path
        return httpx.get(url, headers=headers, timeout=20, trust_env=False, verify=plain.HTTP)


def _beside(data: Path) -> dict[str, Ended]:
    """What commands say that are run beside the instance."""
    at = ("--data", str(data))
    commands = {
        "help": Command(("--help",)),
        "second": Command(("up", *at, "--port", "0")),
        "verify": Command(("verify", *at, "--json")),
        **{role: Command(("token", *_who(role), *at)) for role in SEEN},
    }
    return run_all(commands)


def _who(role: str) -> tuple[str, ...]:
    return (role, "--agency", "customs") if role in {"officer", "supervisor"} else (role,)


def test_an_instance_as_somebody_meets_it() -> None:
    with folder() as room:
        data = room / "data"
        up = ("up", "--data", str(data), "--port", "0", "--clock", "600x")
        with serving(*up, log=room / "log", ONESTOP_TRACES="file") as served:
            served.wait_until_ready()
            instance = Instance(data, served, _beside(data))
            _it_says_where_it_answers_and_how_fast_its_clock_runs(instance)
            _each_token_that_it_prints_is_accepted(instance)
            _a_token_made_later_is_accepted(instance)
            _what_needs_no_token_is_answered_without_one(instance)
            _help_names_every_command(instance.beside["help"])
            _a_second_one_on_the_same_folder_says_so_and_leaves(instance)
            _verify_finds_nothing_broken(instance.beside["verify"])
            _what_is_filed_is_in_its_traces(served, data)
            proofs.are_signed_archived_and_verified(served, data)
            _asked_by_signal_it_says_what_its_tasks_wait_for(served)
            _sigterm_ends_it_in_order(served, data)


def test_sigterm_while_it_starts_ends_it_in_order() -> None:
    with folder() as room:
        data = room / "data"
        with serving("up", "--data", str(data), "--port", "0", log=room / "log") as served:
            _wait_for(data / "postgres" / "postmaster.pid")
            _sigterm_ends_it_in_order(served, data)


def _file_something(served: Served) -> None:
    """As the broker whose token it printed, of wood, which is always inspected."""
    wood = [factories.line(1, hs_code="4407110000", name="sawn pine 松木板材"), factories.line(2)]
    broker = {"uscc": people.DEMO_BROKER, "name": "一站报关有限公司"}
    answer = httpx.post(
        f"{served.url}/declaration/v1/filings",
        json=factories.filing(now=datetime.now(UTC), broker=broker, lines=wood),
        headers={"Authorization": f"Bearer {served.tokens['broker']}", "Idempotency-Key": "one"},
        timeout=20,
        trust_env=False,
    )
    assert answer.status_code == 201, answer.text


def _what_is_filed_is_in_its_traces(served: Served, data: Path) -> None:
    """From the request to the service that takes its event."""
    _file_something(served)
    names = ('"POST /v1/filings"', '"process onestop.filing.accepted.v1"')
    told, ends = data / "traces.jsonl", time.monotonic() + PATIENCE
    _wait_for(told)
    while time.monotonic() < ends and not all(name in told.read_text() for name in names):
        time.sleep(0.1)
    for name in names:
        assert name in told.read_text()


def _asked_by_signal_it_says_what_its_tasks_wait_for(served: Served) -> None:
    served.process.send_signal(signal.SIGUSR1)
    ends, named = time.monotonic() + PATIENCE, "consumer of declaration"
    while time.monotonic() < ends and named not in served.said:
        time.sleep(0.05)
    assert named in served.said


def _it_says_where_it_answers_and_how_fast_its_clock_runs(instance: Instance) -> None:
    said = instance.served.said
    for part in (str(instance.data), "PostgreSQL 127.0.0.1:", "NATS 127.0.0.1:", "600 times"):
        assert part in said


def _each_token_that_it_prints_is_accepted(instance: Instance) -> None:
    tokens = instance.served.tokens
    assert set(tokens) == set(people.PEOPLE)
    for name, token in tokens.items():
        assert instance.get(SEEN[name.partition(".")[0]], token).status_code == 200, name


def _a_token_made_later_is_accepted(instance: Instance) -> None:
    for role, path in SEEN.items():
        made = instance.beside[role]
        assert made.code == 0, made.err
        assert instance.get(path, made.out.strip()).status_code == 200, role


def _what_needs_no_token_is_answered_without_one(instance: Instance) -> None:
    for path in ("/", "/metrics", "/livez", "/.well-known/jwks.json"):
        answer = httpx.get(instance.served.url + path, timeout=20, trust_env=False)
        assert answer.status_code == 200, path


def _help_names_every_command(told: Ended) -> None:
    assert told.code == 0
    for command in (
        "up",
        "serve",
        "demo",
        "replay",
        "verify",
        "token",
        "openapi",
        "asyncapi",
        "stuck",
    ):
        assert f" {command} " in told.out


def _a_second_one_on_the_same_folder_says_so_and_leaves(instance: Instance) -> None:
    second = instance.beside["second"]
    assert second.code == 2
    for part in (f"Process {instance.served.process.pid} already serves", "--data", "已在使用"):
        assert part in second.err


def _verify_finds_nothing_broken(verified: Ended) -> None:
    assert verified.code == 0, verified
    assert json.loads(verified.out.splitlines()[-1]) == {
        "cases": 0,
        "chains_ok": True,
        "invariants_broken": [],
        "told": [],
        "events_pending": 0,
        "dead_letters": 0,
    }


def _sigterm_ends_it_in_order(served: Served, data: Path) -> None:
    """With code 0, and neither a process nor a claim on the folder is left."""
    children = psutil.Process(served.process.pid).children(recursive=True)
    assert children
    assert served.stop() == 0, served.said
    _, alive = psutil.wait_procs(children, timeout=10)
    assert alive == []
    assert "Traceback" not in served.said
    assert not (data / "run.json").exists()


def _wait_for(path: Path) -> None:
    ends = time.monotonic() + PATIENCE
    while not path.exists() and time.monotonic() < ends:
        time.sleep(0.02)
    assert path.exists()
