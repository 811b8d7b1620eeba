import hashlib
import hmac
from datetime import timedelta
from typing import Any

import pytest

from shared import errors as refusals
from shared.auth import errors
from shared.auth.principal import Principal, Role
from tests.unit.auth import made

SECOND = timedelta(seconds=1)


async def test_a_good_token_names_its_principal() -> None:
    who = await made.checker().check(made.token(), made.NOW)
    assert who == Principal("wang.li", Role.BROKER, "91350211M000100Y43")


async def test_an_officers_token_names_the_agency() -> None:
    token = made.token(role="officer", agency="quarantine", org="Haicang")
    assert (await made.checker().check(token, made.NOW)).agency == "quarantine"


async def test_the_agency_of_a_broker_means_nothing() -> None:
    who = await made.checker().check(made.token(agency="customs"), made.NOW)
    assert who.agency is None


@pytest.mark.parametrize(
    ("key", "algorithm", "kid"),
    [(made.ED, "EdDSA", "ed"), (made.EC, "ES256", "ec"), (made.rsa_key(), "RS256", "rsa")],
)
async def test_each_allowed_algorithm_is_accepted_with_its_own_kind_of_key(
    key: Any, algorithm: str, kid: str
) -> None:
    token = made.token(key=key, algorithm=algorithm, headers={"kid": kid})
    assert (await made.checker().check(token, made.NOW)).subject == "wang.li"


def _signed_with_the_public_key() -> str:
    """HS256 with the published RSA key as the secret: the classic confusion of algorithms."""
    head = made.segment({"alg": "HS256", "typ": "JWT", "kid": "rsa"})
    signed = f"{head}.{made.segment(made.claims())}"
    mac = hmac.new(made.public_pem(made.rsa_key()), signed.encode(), hashlib.sha256).digest()
    return f"{signed}.{made.segment(mac)}"


def _unsigned(**header: str) -> str:
    return f"{made.segment(header)}.{made.segment(made.claims(role='supervisor'))}."


def _tampered() -> str:
    head, _, signature = made.token().split(".")
    return f"{head}.{made.segment(made.claims(org='91350200M00010002U'))}.{signature}"


def _spoilt_signature() -> str:
    head, body, signature = made.token().split(".")
    return f"{head}.{body}.{'B' if signature[0] == 'A' else 'A'}{signature[1:]}"


def _own_key_in_the_header() -> str:
    headers = {"kid": "ed", "jwk": made.entry(made.OTHER_ED, "ed"), "jku": "https://evil.example"}
    return made.token(key=made.OTHER_ED, headers=headers)


HOSTILE = {
    "empty": ("", errors.TokenMalformed),
    "no token": ("not-a-token", errors.TokenMalformed),
    "two parts": ("a.b", errors.TokenMalformed),
    "four parts": (made.token() + ".x", errors.TokenMalformed),
    "not ASCII": ("é.é.é", errors.TokenMalformed),
    "a lone surrogate": ("\ud800.a.a", errors.TokenMalformed),
    "line break at the end": (made.token() + "\n", errors.TokenMalformed),
    "not ASCII at the end": (made.token() + "é", errors.TokenMalformed),
    "huge": ("a" * 5_000_000, errors.TokenMalformed),
    "huge claims": (made.token(extra="x" * 9000), errors.TokenMalformed),
    "header no JSON": (f"{made.segment(b'{')}.e30.AAAA", errors.TokenMalformed),
    "header a list": (f"{made.segment([])}.e30.AAAA", errors.TokenMalformed),
    "deep header": (f"{made.segment(b'[' * 3000)}.e30.AAAA", errors.TokenMalformed),
    "alg none": (_unsigned(alg="none", kid="ed") + "AAAA", errors.TokenAlgorithmRefused),
    "alg None": (_unsigned(alg="None", kid="ed") + "AAAA", errors.TokenAlgorithmRefused),
    "no alg": (_unsigned(kid="ed") + "AAAA", errors.TokenAlgorithmRefused),
    "alg none, no signature": (_unsigned(alg="none", kid="ed"), errors.TokenMalformed),
    "HS256 with the public key": (_signed_with_the_public_key(), errors.TokenAlgorithmRefused),
    "another kind's algorithm": (
        made.token(key=made.EC, algorithm="ES256", headers={"kid": "rsa"}),
        errors.TokenAlgorithmRefused,
    ),
    "PS256": (
        made.token(key=made.rsa_key(), algorithm="PS256", headers={"kid": "rsa"}),
        errors.TokenAlgorithmRefused,
    ),
    "no kid": (made.token(headers={}), errors.TokenKeyUnknown),
    "unknown kid": (made.token(headers={"kid": "other"}), errors.TokenKeyUnknown),
    "unknown critical extension": (
        made.token(headers={"kid": "ed", "crit": ["b64"], "b64": True}),
        errors.TokenMalformed,
    ),
    "another's key under our kid": (made.token(key=made.OTHER_ED), errors.TokenForged),
    "key brought along": (_own_key_in_the_header(), errors.TokenForged),
    "tampered claims": (_tampered(), errors.TokenForged),
    "spoilt signature": (_spoilt_signature(), errors.TokenForged),
    "foreign issuer": (made.token(iss="https://evil.example"), errors.ForeignIssuer),
    "issuer with a slash": (made.token(iss=made.ISSUER + "/"), errors.ForeignIssuer),
    "foreign audience": (made.token(aud="payroll"), errors.ForeignAudience),
    "foreign audiences": (made.token(aud=["payroll", "mail"]), errors.ForeignAudience),
    "audience a number": (made.token(aud=[1]), errors.ForeignAudience),
}


@pytest.mark.parametrize(("token", "reason"), HOSTILE.values(), ids=HOSTILE.keys())
async def test_a_hostile_token_is_refused_for_its_own_reason(
    token: str, reason: type[refusals.Refused]
) -> None:
    with pytest.raises(refusals.Unauthenticated) as refused:
        await made.checker().check(token, made.NOW)
    assert type(refused.value) is reason


@pytest.mark.parametrize("claim", ["exp", "iat", "iss", "aud", "sub", "role", "org"])
async def test_each_required_claim_is_missed_by_name(claim: str) -> None:
    with pytest.raises(errors.TokenClaimsInvalid) as refused:
        await made.checker().check(made.token(**{claim: None}), made.NOW)
    assert refused.value.facts == {"claim": claim}


BAD_CLAIMS: list[tuple[str, dict[str, Any]]] = [
    ("sub", {"sub": ""}),
    ("sub", {"sub": "a\u202eb"}),
    ("sub", {"sub": "x" * 256}),
    ("sub", {"sub": 7}),
    ("org", {"org": ["91350211M000100Y43"]}),
    ("org", {"org": " 91350211M000100Y43"}),
    ("role", {"role": "admin"}),
    ("role", {"role": ["broker", "supervisor"]}),
    ("agency", {"role": "officer"}),
    ("agency", {"role": "supervisor", "agency": "Customs"}),
    ("agency", {"role": "officer", "agency": ["customs"]}),
    ("exp", {"exp": "2030-01-01"}),
    ("exp", {"exp": True}),
    ("exp", {"exp": float("inf")}),
    ("exp", {"exp": float("nan")}),
    ("nbf", {"nbf": "soon"}),
]


@pytest.mark.parametrize(("claim", "changes"), BAD_CLAIMS)
async def test_a_claim_without_a_valid_value_is_named(claim: str, changes: dict[str, Any]) -> None:
    with pytest.raises(errors.TokenClaimsInvalid) as refused:
        await made.checker().check(made.token(**changes), made.NOW)
    assert refused.value.facts == {"claim": claim}


async def test_a_token_ends_at_its_expiry_plus_the_leeway() -> None:
    token = made.token(exp=int(made.NOW.timestamp()))
    await made.checker().check(token, made.NOW + 29 * SECOND)
    with pytest.raises(errors.TokenExpired):
        await made.checker().check(token, made.NOW + 30 * SECOND)


@pytest.mark.parametrize("claim", ["iat", "nbf"])
async def test_a_token_of_the_future_waits_for_its_time(claim: str) -> None:
    later: dict[str, Any] = {claim: int(made.NOW.timestamp()) + 31}
    token = made.token(**later)
    with pytest.raises(errors.TokenNotYetValid):
        await made.checker().check(token, made.NOW)
    await made.checker().check(token, made.NOW + SECOND)


async def test_one_of_several_audiences_suffices() -> None:
    await made.checker().check(made.token(aud=["mail", "onestop"]), made.NOW)


async def test_no_refusal_repeats_the_token() -> None:
    token = made.token(aud="payroll")
    with pytest.raises(errors.ForeignAudience) as refused:
        await made.checker().check(token, made.NOW)
    assert token not in f"{refused.value} {refused.value.facts}"
