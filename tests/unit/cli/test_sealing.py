"""What `onestop up` seals with, and where the codes on its notices lead."""

from pathlib import Path

import pytest
import typer

from services.cli import embedded
from services.declaration.settings import Settings

URL = "http://127.0.0.1:8650"


@pytest.mark.parametrize(
    ("host", "told"),
    [
        ("192.0.2.7", "http://192.0.2.7:8650"),
        ("0.0.0.0", URL),  # noqa: S104 - nobody listens
        ("::", "http://[::1]:8650"),
        ("2001:db8::7", "http://[2001:db8::7]:8650"),
    ],
)
def test_the_address_that_is_told_leads_somewhere(host: str, told: str) -> None:
    assert embedded.address(host, 8650) == told


def test_a_key_of_the_data_folder_that_others_can_read_is_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    key = tmp_path / "secrets" / "seal.pem"
    key.parent.mkdir()
    made = embedded.with_seal(Settings(), tmp_path, url=URL)
    assert (made.seal_key, made.public_url) == (key, f"{URL}/declaration")
    key.chmod(0o640)
    with pytest.raises(typer.Exit):
        embedded.with_seal(Settings(), tmp_path, url=URL)
    assert f"{key} can be read by others" in capsys.readouterr().err
    assert embedded.with_seal(Settings(seal_key=key), tmp_path, url=URL).seal_key == key
