"""Every code that an answer may carry means one thing, and says it in both languages."""

import json
import re
import subprocess
import sys
from typing import Any

import pytest

from services.declaration.domain import checks
from services.declaration.domain.checks import amendment

HAN = re.compile(r"[\u4e00-\u9fff]")

# A process of its own, because the catalogue knows the errors that other tests have made up, too.
PROGRAM = """
import json
from services.cli import contracts, embedded, standalone
from services.cli.registry import ENTRIES
for entry in ENTRIES:
    entry.load()
from shared.http import catalogue
entries = [each.model_dump() for each in catalogue.catalogue().values()]
print(json.dumps({"clashes": catalogue.clashes(), "entries": entries}))
"""


@pytest.fixture(scope="module")
def told() -> Any:
    """The catalogue of all four services together."""
    done = subprocess.run([sys.executable, "-c", PROGRAM], capture_output=True, check=True)
    return json.loads(done.stdout)


def test_a_code_means_one_thing(told: Any) -> None:
    assert told["clashes"] == []


def test_the_catalogue_holds_every_service(told: Any) -> None:
    codes = {each["code"] for each in told["entries"]}
    assert {"filing_not_found", "no_such_requirement", "slot_taken", "case_not_found"} <= codes


def test_the_catalogue_holds_every_rule_that_a_filing_can_break(told: Any) -> None:
    broken = {rule.code for rule in checks.RULES} | {amendment.FixedAfterAcceptance.code}
    assert len(broken) > 20
    assert broken <= {each["code"] for each in told["entries"]}


def test_every_code_has_its_message_in_english_and_chinese(told: Any) -> None:
    wrong = [
        each["code"]
        for each in told["entries"]
        if HAN.search(each["title"]) or not HAN.search(each["title_zh"])
    ]
    assert wrong == []


def test_every_code_says_how_to_mend_it_in_both_languages(told: Any) -> None:
    wrong = [
        each["code"]
        for each in told["entries"]
        if not each["mend"]["en"]
        or HAN.search(each["mend"]["en"])
        or not HAN.search(each["mend"]["zh"])
    ]
    assert wrong == []
