"""What is made from the code is committed as it is made now."""

from pathlib import Path

import pytest

from shared.contracts import catalogue
from tests import generate


@pytest.fixture
def one_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A tree in which one file is generated, with the content `new`."""
    wanted = tmp_path / "docs" / "api" / "made.json"
    monkeypatch.setattr(generate, "ROOT", tmp_path)
    monkeypatch.setattr(generate, "API", wanted.parent)
    monkeypatch.setattr(generate, "FOLDERS", (wanted.parent,))
    monkeypatch.setattr(generate, "expected", lambda: {wanted: "new"})
    return wanted


def test_every_generated_file_is_current() -> None:
    assert generate.stale() == []


def test_check_names_what_differs_and_writes_nothing(
    one_file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    one_file.parent.mkdir(parents=True)
    one_file.write_text("old")
    left_over = one_file.with_name("left.json")
    left_over.write_text("{}")
    with pytest.raises(SystemExit) as leaving:
        generate.main(["--check"])
    assert leaving.value.code == 1
    told = capsys.readouterr().err
    assert "docs/api/made.json" in told
    assert "docs/api/left.json" in told
    assert one_file.read_text() == "old"
    assert left_over.exists()


def test_writing_makes_what_is_missing_and_removes_what_is_left_over(one_file: Path) -> None:
    one_file.parent.mkdir(parents=True)
    left_over = one_file.with_name("left.json")
    left_over.write_text("{}")
    generate.main([])
    assert one_file.read_text() == "new"
    assert not left_over.exists()
    with pytest.raises(SystemExit) as leaving:
        generate.main(["--check"])
    assert leaving.value.code == 0


def test_every_service_has_an_openapi_document_and_every_state_table_is_told() -> None:
    files = generate.expected()
    for service in catalogue.SERVICES:
        assert f"openapi-{service}.json" in {path.name for path in files}
    told = files[generate.STATES]
    for title, moves in generate.MOVES.items():
        assert f"## {title}" in told
        for status, act in moves:
            assert f"`{status.value}`" in told
            assert act.value in told
