"""Settings: defaults that work, a broken value that says what is wrong."""

from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from pydantic import ValidationError

from services.declaration.settings import Settings
from shared import keyfile


def test_the_calendar_day_is_that_of_the_yards_zone() -> None:
    new_year_in_shanghai = datetime(2026, 12, 31, 16, 0, tzinfo=UTC)
    assert Settings().day_of(new_year_in_shanghai) == date(2027, 1, 1)
    assert Settings(time_zone="UTC").day_of(new_year_in_shanghai) == date(2026, 12, 31)


@pytest.mark.parametrize("name", ["Asia/Shanghia", "", "../etc/passwd", "/etc/localtime"])
def test_an_unknown_zone_is_refused_with_an_example(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ONESTOP_DECLARATION_TIME_ZONE", name)
    with pytest.raises(ValidationError, match="Asia/Shanghai"):
        Settings()


def test_a_file_without_a_key_to_seal_with_is_refused(tmp_path: Path) -> None:
    broken = tmp_path / "seal.pem"
    broken.write_text("no key")
    other = tmp_path / "other.pem"
    form = (Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    other.write_bytes(X25519PrivateKey.generate().private_bytes(*form))
    for each in (broken, other, tmp_path / "missing.pem", tmp_path):
        with pytest.raises(ValidationError, match=str(each)):
            Settings(seal_key=each)
    keyfile.make(tmp_path / "good.pem")
    assert Settings(seal_key=tmp_path / "good.pem").seal_key == tmp_path / "good.pem"


@pytest.mark.parametrize(
    "url", ["onestop.example.org", "https://a.b/?x", "https://a.b/", "ftp://a"]
)
def test_an_address_that_no_code_can_lead_to_is_refused(url: str) -> None:
    with pytest.raises(ValidationError, match="public_url"):
        Settings(public_url=url)
