"""The seal on a release notice: anybody checks it, nobody else makes it, nothing can be changed."""

import hashlib
import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import jwt
import pytest
import rfc8785
import segno
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from services.declaration.domain import seal
from services.declaration.domain.seal import NAMED_AT_MOST, TYP, Seal
from shared import keyfile
from shared.contracts.values import Sandbox
from tests import factories
from tests.factories import container, container_number
from tests.unit.declaration.made import RECEIPT
from tests.unit.declaration.noticed import ONE, TWO, text

README = (Path(__file__).parents[3] / "README.md").read_text(encoding="utf-8")
SEAL = Seal(Ed25519PrivateKey.generate())
PUBLIC = SEAL.key.public_key()
DENSEST = 105
"""Modules a side (QR version 22): of 0.44 mm each on the paper's 50 mm, margins included."""


def test_the_text_is_canonical_and_says_what_the_paper_says() -> None:
    said = json.loads(text())
    assert rfc8785.dumps(said).decode() == text()
    assert (said["number"], said["receipt_number"]) == (f"{RECEIPT}-1", RECEIPT)
    assert said["containers"] == [ONE, TWO]
    assert said["agencies"] == [
        {"agency": "customs", "how": "inspected_jointly"},
        {"agency": "quarantine", "how": "inspected_jointly"},
    ]
    assert said["released_at"].endswith("Z")
    assert said["sandbox"] is False
    assert json.loads(text(sandbox=Sandbox.JOINT))["sandbox"] is True


def test_the_goods_are_those_in_the_containers_that_were_released() -> None:
    lines = [factories.line(number) for number in (1, 2)]
    apart = [container(1, lines=[1]), container(2, lines=[2])]
    said = json.loads(text(TWO, whole=False, lines=lines, containers=apart))
    assert [each["number"] for each in said["goods"]] == [2]
    unsaid = [container(1, lines=[]), container(2, lines=[2])]
    said = json.loads(text(ONE, whole=False, lines=lines, containers=unsaid))
    assert [each["number"] for each in said["goods"]] == [1, 2]


def test_a_seal_is_checked_with_the_public_key_alone_by_any_library() -> None:
    key = jwt.PyJWK({**keyfile.jwk(PUBLIC), "alg": "EdDSA"})
    read = jwt.decode(SEAL.on(text()), key, algorithms=["EdDSA"])
    assert read["containers"] == [ONE, TWO]
    assert read["sha256"] == hashlib.sha256(text().encode()).hexdigest()
    assert jwt.get_unverified_header(SEAL.on(text()))["kid"] == SEAL.id


def test_the_program_in_readme_checks_a_code_without_any_network(tmp_path: Path) -> None:
    (program,) = re.findall(r"```python\n(import json, jwt\n.*?)```", README, re.DOTALL)
    key = {**keyfile.jwk(PUBLIC), "alg": "EdDSA", "kid": SEAL.id, "since": None}
    (tmp_path / "keys.json").write_text(json.dumps({"keys": [key]}))

    def ran(seal: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-c", program]
        code = f"https://onestop.example.org/declaration/v1/notices/{26 * 'A'}#{seal}"
        return subprocess.run(
            command, input=code, cwd=tmp_path, capture_output=True, text=True, check=False
        )

    good = SEAL.on(text())
    assert ONE in ran(good).stdout
    assert "sandbox" not in ran(good).stdout
    assert "'sandbox': True" in ran(SEAL.on(text(sandbox=Sandbox.JOINT))).stdout
    forged = ran(good[:-8] + "AAAAAAAA")
    assert forged.returncode != 0
    assert "InvalidSignatureError" in forged.stderr


def test_the_same_text_has_the_same_seal_and_it_holds() -> None:
    assert SEAL.on(text()) == SEAL.on(text())
    assert seal.holds(SEAL.on(text()), text(), public=PUBLIC)


@pytest.mark.parametrize("name", json.loads(text()))
def test_a_text_that_was_changed_anywhere_does_not_match_its_seal(name: str) -> None:
    said: dict[str, Any] = json.loads(text())
    said[name] = {"another": said[name]}
    assert not seal.holds(SEAL.on(text()), rfc8785.dumps(said).decode(), public=PUBLIC)


def test_a_space_more_is_another_text() -> None:
    assert not seal.holds(SEAL.on(text()), text() + " ", public=PUBLIC)


def test_another_key_s_seal_does_not_hold() -> None:
    other = Seal(Ed25519PrivateKey.generate())
    assert not seal.holds(other.on(text()), text(), public=PUBLIC)


def test_what_is_no_seal_does_not_hold() -> None:
    said = seal.statement(text())
    none = jwt.encode(said, "", algorithm="none", headers={"typ": TYP})
    raw = PUBLIC.public_bytes_raw()
    secret = jwt.encode(said, raw, algorithm="HS256", headers={"typ": TYP})
    untyped = jwt.encode(said, SEAL.key, algorithm="EdDSA")
    good = SEAL.on(text())
    for each in (none, secret, untyped, good[:-1], good[1:], "", "a.b.c", good.split(".")[1]):
        assert not seal.holds(each, text(), public=PUBLIC), each


def test_a_code_names_few_containers_and_has_at_most_so_many_modules() -> None:
    address = "https://onestop.some-port-authority.example.org/declaration/v1/notices/" + 26 * "A"
    for count in (1, NAMED_AT_MOST, NAMED_AT_MOST + 1, 400):
        some = [container(number) for number in range(1, count + 1)]
        numbers = [container_number(number) for number in range(1, count + 1)]
        sealed = SEAL.on(text(*numbers, containers=some, sandbox=Sandbox.JOINT))
        assert ("containers" in seal.statement(text(*numbers, containers=some))) == (
            count <= NAMED_AT_MOST
        )
        made = segno.make(f"{address}#{sealed}", error="m", micro=False)
        assert made.symbol_size(border=0)[0] <= DENSEST
