"""`onestop dictionary`: counts that agree with what is listed, in JSON and for people."""

import json
from typing import Any

import pytest
from typer.testing import CliRunner

from services.cli.main import app


def run(*arguments: str, code: int = 0) -> str:
    ran = CliRunner().invoke(app, ["dictionary", *arguments])
    assert ran.exit_code == code, ran.output
    return ran.output


def printed(*arguments: str) -> dict[str, Any]:
    document: dict[str, Any] = json.loads(run("--json", *arguments).splitlines()[-1])
    return document


def test_the_reform_s_dictionary_is_printed_unless_a_day_is_named() -> None:
    document = printed()
    scalars = {name: document[name] for name in ("merged", "customs", "inspection")}
    assert scalars == {"merged": 105, "customs": 73, "inspection": 96}
    assert document["shared"] + document["dropped"] == 64
    assert document == printed("--at", "2018-08-01")


def test_the_counts_are_those_of_what_is_listed() -> None:
    document = printed()
    forms = document["legacy_customs"], document["legacy_inspection"]
    assert [len(form) for form in forms] == [document["customs"], document["inspection"]]
    assert len(document["items"]) == document["merged"]
    for form in forms:
        assert sum(entry["fate"] == "shared" for entry in form) == document["shared"]
    dropped = sum(entry["fate"] == "dropped" for form in forms for entry in form)
    assert dropped == document["dropped"]


def test_every_item_tells_what_a_broker_must_know() -> None:
    keys = {"number", "id", "zh", "en", "group", "nodes", "origin", "agency", "obligation"}
    for item in printed()["items"]:
        assert keys <= item.keys()
        assert item["nodes"]
        for field in item["fields"]:
            assert {"pointer", "type", "obligation", "zh", "en"} <= field.keys()
            assert (field["obligation"] == "conditional") == ("required_when" in field)


def test_a_later_day_has_the_items_of_that_day() -> None:
    then, now = printed(), printed("--at", "2026-03-02")
    ids = [{item["id"] for item in document["items"]} for document in (then, now)]
    assert "combined_inspection" in ids[1] - ids[0]
    assert "port_authority" in ids[0] - ids[1]
    assert now["merged"] == len(now["items"])
    assert now["legacy_customs"] == then["legacy_customs"]


def test_people_are_told_each_item_and_each_reason() -> None:
    told = run()
    for item in printed()["items"]:
        assert f"{item['number']:>3}  {item['zh']}  {item['en']}" in told
    assert "  通关单号  Number of the clearance form  [dropped -> -]: " in told


@pytest.mark.parametrize("at", ["2018-07-31", "yesterday"])
def test_a_day_without_a_dictionary_is_refused(at: str) -> None:
    run("--at", at, code=2)
