"""A running instance's cases are signed by each agency, archived, and verified without it."""

import base64
import json
import time
from pathlib import Path
from typing import Any

import httpx

from services.cli import signing
from tests.e2e_cli.program import PATIENCE, Command, Served, run_all

AGENCIES = ("customs", "quarantine")


def are_signed_archived_and_verified(served: Served, data: Path) -> None:
    """By the commands of an agency, of an auditor, and of anybody who has the archive."""
    _wait_for_a_case(served)
    at, archive = ("--data", str(data), "--json"), data.parent / "archive.zip"
    signs = {each: Command(("sign", "--agency", each, *at)) for each in AGENCIES}
    done = run_all({**signs, "archive": Command(("archive", str(archive), *at))})
    told: dict[str, Any] = {}
    for name, ended in done.items():
        assert ended.code == 0, ended.err
        told[name] = json.loads(ended.out.splitlines()[-1])
    assert [told[each]["signed"] for each in AGENCIES] == [[1], [1]]
    assert told["quarantine"]["signatures"] == list(AGENCIES)
    assert told["archive"]["cases"] == 1
    ours = [("--key", f"{each}={_public(data, each)}") for each in AGENCIES]
    swapped = ("--key", f"customs={_public(data, 'quarantine')}")
    verify = ("verify", "--archive", str(archive), "--json")
    good, bad = run_all(
        {
            "good": Command((*verify, *ours[0], *ours[1])),
            "bad": Command((*verify, *swapped, *ours[1])),
        }
    ).values()
    assert good.code == 0, good.err
    assert json.loads(good.out.splitlines()[-1])["keys_pinned"]
    assert bad.code == 1


def _public(data: Path, agency: str) -> str:
    key = signing.key_of(data / "secrets" / f"agency-{agency}.pem")
    return base64.b64encode(key.public_key().public_bytes_raw()).decode()


def _wait_for_a_case(served: Served) -> None:
    headers = {"Authorization": f"Bearer {served.tokens['auditor']}"}
    ends, path = time.monotonic() + PATIENCE, f"{served.url}/inspection/v1/cases"
    while not httpx.get(path, headers=headers, timeout=20, trust_env=False).json()["items"]:
        assert time.monotonic() < ends
        time.sleep(0.1)
