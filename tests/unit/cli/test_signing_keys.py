"""The private key of an agency's own process."""

from pathlib import Path

import pytest

from services.cli import signing


def test_a_key_is_made_once_and_read_by_its_owner_alone(tmp_path: Path) -> None:
    path = tmp_path / "customs.pem"
    made, again = signing.key_of(path), signing.key_of(path)
    assert made.private_bytes_raw() == again.private_bytes_raw()
    assert path.stat().st_mode & 0o777 == 0o600


def test_a_key_that_others_can_read_or_that_is_none_signs_nothing(tmp_path: Path) -> None:
    path = tmp_path / "customs.pem"
    signing.key_of(path)
    path.chmod(0o640)
    with pytest.raises(signing.NotSigned, match="read by others"):
        signing.key_of(path)
    path.chmod(0o600)
    path.write_text("no key")
    with pytest.raises(signing.NotSigned, match="no private key"):
        signing.key_of(path)
