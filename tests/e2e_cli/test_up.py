"""`onestop up` as somebody meets it: addresses, tokens, a second one, and how it ends."""

import json
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import httpx
import psutil
import pytest

from services.cli import people
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
        return httpx.get(self.served.url + path, headers=headers, timeout=20, trust_env=False)


@pytest.fixture(scope="module")
def instance() -> Iterator[Instance]:
    """One instance for all tests here; commands beside it are run in one go."""
    with folder() as room:
        data = room / "data"
        at = ("--data", str(data))
        with serving("up", *at, "--port", "0", "--clock", "600x", log=room / "log") as served:
            served.wait_until_ready()
            commands = {
                "help": Command(("--help",)),
                "second": Command(("up", *at, "--port", "0")),
                "verify": Command(("verify", *at, "--json")),
                **{role: Command(("token", *_who(role), *at)) for role in SEEN},
            }
            yield Instance(data, served, run_all(commands))


def _who(role: str) -> tuple[str, ...]:
    return (role, "--agency", "customs") if role in {"officer", "supervisor"} else (role,)


def test_help_names_every_command(instance: Instance) -> None:
    told = instance.beside["help"]
    assert told.code == 0
    for command in ("up", "serve", "demo", "replay", "verify", "token", "openapi", "asyncapi"):
        assert f" {command} " in told.out


def test_it_says_where_it_answers_and_how_fast_its_clock_runs(instance: Instance) -> None:
    said = instance.served.said
    for part in (str(instance.data), "PostgreSQL 127.0.0.1:", "NATS 127.0.0.1:", "600 times"):
        assert part in said
    assert "Traceback" not in said


def test_each_token_that_it_prints_is_accepted(instance: Instance) -> None:
    tokens = instance.served.tokens
    assert set(tokens) == set(people.PEOPLE)
    answers = {
        name: instance.get(SEEN[name.partition(".")[0]], token).status_code
        for name, token in tokens.items()
    }
    assert set(answers.values()) == {200}, answers


@pytest.mark.parametrize("role", SEEN)
def test_a_token_made_later_is_accepted(instance: Instance, role: str) -> None:
    made = instance.beside[role]
    assert made.code == 0, made.err
    assert instance.get(SEEN[role], made.out.strip()).status_code == 200


def test_a_second_one_on_the_same_folder_says_so_and_leaves(instance: Instance) -> None:
    second = instance.beside["second"]
    assert second.code == 2
    for part in (f"Process {instance.served.process.pid} already serves", "--data", "已在使用"):
        assert part in second.err


def test_verify_finds_nothing_broken_in_a_fresh_instance(instance: Instance) -> None:
    verified = instance.beside["verify"]
    assert verified.code == 0, verified
    assert json.loads(verified.out.splitlines()[-1]) == {
        "cases": 0,
        "chains_ok": True,
        "invariants_broken": [],
        "events_pending": 0,
        "dead_letters": 0,
    }


@pytest.mark.parametrize("path", ["/", "/metrics", "/livez", "/.well-known/jwks.json"])
def test_what_needs_no_token_is_answered_without_one(instance: Instance, path: str) -> None:
    answer = httpx.get(instance.served.url + path, timeout=20, trust_env=False)
    assert answer.status_code == 200


@pytest.mark.parametrize("when", ["while it starts", "while it serves"])
def test_sigterm_ends_it_with_code_0_and_leaves_no_process(when: str) -> None:
    with (
        folder() as room,
        serving("up", "--data", str(room / "data"), "--port", "0", log=room / "log") as served,
    ):
        if when == "while it serves":
            served.wait_until_ready()
        else:
            _wait_for(room / "data" / "postgres" / "postmaster.pid")
        children = psutil.Process(served.process.pid).children(recursive=True)
        assert children
        assert served.stop() == 0, served.said
        _, alive = psutil.wait_procs(children, timeout=10)
        assert alive == []
        assert "Traceback" not in served.said
        assert not (room / "data" / "run.json").exists()


def _wait_for(path: Path) -> None:
    ends = time.monotonic() + PATIENCE
    while not path.exists() and time.monotonic() < ends:
        time.sleep(0.02)
    assert path.exists()
