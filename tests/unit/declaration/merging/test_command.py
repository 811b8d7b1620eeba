"""`onestop merge`: the filing, the report and the conflicts, in JSON and for people."""

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from services.cli.benching import items
from services.cli.main import app
from tests.unit.declaration.merging.pairs import EXAMPLES, example

FORMS = [str(EXAMPLES / f"legacy_{form}.json") for form in ("customs", "inspection")]


def run(*arguments: str, code: int = 0) -> str:
    ran = CliRunner().invoke(app, ["merge", *arguments])
    assert ran.exit_code == code, ran.output
    return ran.output


def printed(*arguments: str) -> dict[str, Any]:
    document: dict[str, Any] = json.loads(run("--json", *arguments).splitlines()[-1])
    return document


def written(folder: Path, name: str, document: Any) -> str:
    path = folder / name
    path.write_text(json.dumps(document), encoding="utf-8")
    return str(path)


def test_the_last_line_is_the_filing_the_report_and_the_conflicts() -> None:
    document = printed(*FORMS)
    assert document["conflicts"] == 1
    assert [each["place"] for each in document["report"] if each["rule"] == "conflict"] == [
        "/arrival"
    ]
    assert len(document["filing"]["lines"]) == 2
    assert document["groups"][0]["customs"] == [1]


def test_answers_are_taken_from_a_file(tmp_path: Path) -> None:
    answers = [
        {"place": "/arrival", "take": "inspection"},
        {"place": "/reference", "value": "REF-1"},
        {"place": "/colour", "value": "red"},
    ]
    told = run("--json", *FORMS, "--answers", written(tmp_path, "answers.json", answers))
    document = json.loads(told.splitlines()[-1])
    assert document["conflicts"] == 0
    assert document["filing"]["reference"] == "REF-1"
    assert "/colour" in told


def test_standing_instructions_are_taken_from_a_file(tmp_path: Path) -> None:
    given = [
        {"item": "arrival", "take": "customs"},
        {"item": "arrival", "take": "inspection", "valid_from": "2026-03-01"},
        {"item": "colour", "take": "customs"},
    ]
    path = written(tmp_path, "instructions.json", given)
    told = run("--json", *FORMS, "--instructions", path, "--at", "2026-03-02")
    document = json.loads(told.splitlines()[-1])
    (arrival,) = (each for each in document["report"] if each["place"] == "/arrival")
    assert (document["conflicts"], arrival["instruction"]["version"]) == (0, 2)
    assert arrival["chosen"] == "2026-03-03T16:00:00Z"
    assert "colour" in told
    before = run("--json", *FORMS, "--instructions", path, "--at", "2026-02-28")
    assert '"version": 1' in before.splitlines()[-1] or '"version":1' in before.splitlines()[-1]


def test_a_file_of_instructions_that_cannot_be_read_is_told(tmp_path: Path) -> None:
    path = written(tmp_path, "instructions.json", [{"item": "arrival", "take": "broker"}])
    assert "/0/take" in run(*FORMS, "--instructions", path, code=2)


def test_people_read_where_the_forms_differ() -> None:
    told = run(*FORMS).splitlines()
    assert told[-1].split() == ["conflicts", "1"]
    assert any(line.startswith("/arrival") and line.endswith("[conflict, real]") for line in told)
    assert "lines 1, 2: customs 1, inspection 2, 1" in told


def test_a_customs_form_alone_is_merged() -> None:
    assert printed(FORMS[0])["conflicts"] == 0


def test_all_faults_of_a_form_are_told_with_their_places(tmp_path: Path) -> None:
    broken = example("customs") | {"packages": "many", "colour": "red"}
    told = run(written(tmp_path, "broken.json", broken), FORMS[1], code=2)
    assert "/packages" in told
    assert "/colour" in told


def test_a_form_that_makes_no_sense_is_told(tmp_path: Path) -> None:
    odd = example("customs")
    odd["containers"][0]["container_lines"] = [7]
    told = run(written(tmp_path, "odd.json", odd), FORMS[1], code=2)
    assert "/containers/0/container_lines/0" in told


@pytest.mark.parametrize(
    "arguments", [("missing.json",), (FORMS[0], "--at", "2018-07-31"), (__file__,)]
)
def test_what_cannot_be_merged_is_told(arguments: tuple[str, ...]) -> None:
    run(*arguments, code=2)


def test_readme_shows_what_is_printed() -> None:
    readme = (EXAMPLES.parents[1] / "README.md").read_text(encoding="utf-8")
    shown = readme.partition("$ .venv/bin/onestop merge ")[2].partition("```")[0].splitlines()
    assert "--at 2026-03-02 | grep -v 'format_only]'" in shown[0]
    told = run(*FORMS, "--at", "2026-03-02").splitlines()
    assert shown[1:] == [line for line in told if "format_only]" not in line]
    figures = items.run()
    assert f"{figures['fewer_percent']}% fewer over the eight kinds" in readme
    assert f"{figures['fewer_percent_without_inspection']}% fewer over the two" in readme
