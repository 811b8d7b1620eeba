import stat
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from shared.auth import errors, issuer, jwks, tokens
from shared.auth.principal import Principal, Role
from tests.unit.auth import made


def opened(data: Path) -> issuer.Issuer:
    return issuer.Issuer.open(data, embedded=True)


def checker(of: issuer.Issuer) -> tokens.TokenChecker:
    return tokens.TokenChecker(jwks.StaticJwks(of.jwks()), issuer=issuer.ISSUER)


async def test_what_it_mints_its_own_instance_accepts(tmp_path: Path) -> None:
    ours = opened(tmp_path)
    token = ours.mint(
        Role.OFFICER, organisation="Haicang", agency="customs", subject="chen", now=made.NOW
    )
    who = await checker(ours).check(token, made.NOW)
    assert who == Principal("chen", Role.OFFICER, "Haicang", "customs")


async def test_its_tokens_end_after_twelve_hours(tmp_path: Path) -> None:
    ours = opened(tmp_path)
    token = ours.mint(Role.YARD, organisation="YARD1", agency=None, subject="lin", now=made.NOW)
    await checker(ours).check(token, made.NOW + timedelta(hours=12))
    with pytest.raises(errors.TokenExpired):
        await checker(ours).check(token, made.NOW + timedelta(hours=12, seconds=30))


async def test_another_data_folders_token_is_refused(tmp_path: Path) -> None:
    ours, theirs = opened(tmp_path / "ours"), opened(tmp_path / "theirs")
    token = theirs.mint(Role.AUDITOR, organisation="x", agency=None, subject="x", now=made.NOW)
    with pytest.raises(errors.TokenKeyUnknown):
        await checker(ours).check(token, made.NOW)


def test_the_key_is_made_once_and_for_its_owner_alone(tmp_path: Path) -> None:
    first = opened(tmp_path)
    path = tmp_path / "secrets" / "issuer.pem"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    assert opened(tmp_path).kid == first.kid
    assert list(path.parent.iterdir()) == [path]


def test_of_many_that_start_at_once_all_get_the_same_key(tmp_path: Path) -> None:
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(opened, [tmp_path] * 8))
    assert len({each.kid for each in found}) == 1


def test_it_refuses_to_start_outside_embedded_mode(tmp_path: Path) -> None:
    with pytest.raises(errors.IssuerOnlyEmbedded):
        issuer.Issuer.open(tmp_path, embedded=False)
    assert list(tmp_path.iterdir()) == []


def test_a_key_file_that_others_can_read_is_refused(tmp_path: Path) -> None:
    opened(tmp_path)
    (tmp_path / "secrets" / "issuer.pem").chmod(0o640)
    with pytest.raises(errors.IssuerKeyUnsafe) as refused:
        opened(tmp_path)
    assert refused.value.facts["file"].endswith("issuer.pem")


@pytest.mark.parametrize("content", ["", "-----BEGIN PRIVATE KEY-----\n", "an RSA key"])
def test_a_broken_key_file_is_refused_and_named(tmp_path: Path, content: str) -> None:
    path = tmp_path / "secrets" / "issuer.pem"
    path.parent.mkdir()
    path.write_bytes(_rsa_pem() if content == "an RSA key" else content.encode())
    path.chmod(0o600)
    with pytest.raises(errors.IssuerKeyUnsafe):
        opened(tmp_path)


def _rsa_pem() -> bytes:
    return made.rsa_key().private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )


@pytest.mark.parametrize(
    ("role", "agency"),
    [(Role.OFFICER, None), (Role.SUPERVISOR, "Customs"), (Role.BROKER, "customs")],
)
def test_it_mints_for_no_caller_that_cannot_be(
    tmp_path: Path, role: Role, agency: str | None
) -> None:
    with pytest.raises(ValueError, match="agency"):
        opened(tmp_path).mint(role, organisation="x", agency=agency, subject="x", now=made.NOW)


def test_it_publishes_the_public_half_alone(tmp_path: Path) -> None:
    (published,) = opened(tmp_path).jwks()["keys"]
    assert set(published) == {"kty", "crv", "x", "kid", "use", "alg"}


def test_the_key_id_is_the_keys_thumbprint() -> None:
    """The example of RFC 8037, appendix A.3."""
    raw = "nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A"
    key = Ed25519PrivateKey.from_private_bytes(made.unsegment(raw))
    assert issuer.Issuer(key).kid == "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k"
