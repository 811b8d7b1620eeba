import asyncio
from datetime import timedelta
from typing import Any

import httpx
import jwt
import pytest

from shared.auth import errors, jwks
from tests.unit.auth import made

URL = "https://id.example.org/keys"
SECOND = timedelta(seconds=1)


class Provider:
    """An identity provider whose next answer the test chooses."""

    def __init__(self, answer: httpx.Response | Exception) -> None:
        self.answer = answer
        self.asked = 0

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.asked += 1
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer

    def source(self) -> jwks.RemoteJwks:
        client = httpx.AsyncClient(transport=httpx.MockTransport(self))
        return jwks.RemoteJwks(URL, client)


ED = made.entry(made.ED, "ed")


def keys(*entries: dict[str, Any]) -> httpx.Response:
    return httpx.Response(200, json={"keys": list(entries)})


def known(kid: str = "ed") -> httpx.Response:
    return keys(made.entry(made.ED, kid))


AWAY = [
    httpx.ConnectError("refused"),
    httpx.ReadTimeout("slow"),
    httpx.Response(500),
    httpx.Response(302, headers={"Location": "http://127.0.0.1/"}),
    httpx.Response(200, text="<html>"),
    httpx.Response(200, json=[]),
    httpx.Response(200, json={"keys": []}),
    httpx.Response(200, content=b"[" * 200_000),
    httpx.Response(200, json={"keys": [ED], "more": "x" * jwks.DOCUMENT_MAX_BYTES}),
]


@pytest.mark.parametrize("answer", AWAY)
async def test_without_any_keys_it_fails_closed(answer: httpx.Response | Exception) -> None:
    with pytest.raises(errors.IdentityProviderUnavailable):
        await Provider(answer).source().find("ed", now=made.NOW)


@pytest.mark.parametrize("answer", AWAY)
async def test_a_failed_refetch_keeps_the_old_keys(answer: httpx.Response | Exception) -> None:
    provider = Provider(known())
    source = provider.source()
    await source.find("ed", now=made.NOW)
    provider.answer = answer
    assert await source.find("ed", now=made.NOW + timedelta(hours=1)) is not None
    assert provider.asked == 2


async def test_keys_are_fetched_again_after_five_minutes() -> None:
    provider = Provider(known())
    source = provider.source()
    for seconds in (0, 1, 299):
        await source.find("ed", now=made.NOW + seconds * SECOND)
    assert provider.asked == 1
    await source.find("ed", now=made.NOW + 300 * SECOND)
    assert provider.asked == 2


async def test_a_withdrawn_key_is_gone_after_the_refetch() -> None:
    provider = Provider(known())
    source = provider.source()
    await source.find("ed", now=made.NOW)
    provider.answer = known("next")
    assert await source.find("ed", now=made.NOW + 300 * SECOND) is None


async def test_an_unknown_key_id_fetches_once_in_thirty_seconds() -> None:
    provider = Provider(known())
    source = provider.source()
    for seconds in (0, 1, 29):
        assert await source.find(f"no-{seconds}", now=made.NOW + seconds * SECOND) is None
    assert provider.asked == 1
    provider.answer = known("rotated")
    assert await source.find("rotated", now=made.NOW + 30 * SECOND) is not None
    assert provider.asked == 2


async def test_a_clock_that_was_set_back_does_not_stop_the_fetching() -> None:
    provider = Provider(known())
    source = provider.source()
    await source.find("ed", now=made.NOW)
    provider.answer = known("rotated")
    assert await source.find("rotated", now=made.NOW - timedelta(hours=2)) is not None


async def test_many_at_once_fetch_once() -> None:
    provider = Provider(known())
    source = provider.source()
    found = await asyncio.gather(*(source.find("ed", now=made.NOW) for _ in range(20)))
    assert all(found)
    assert provider.asked == 1


UNFIT = {
    "symmetric": {"kty": "oct", "k": "c2VjcmV0", "kid": "bad"},
    "for encryption": made.entry(made.EC, "bad", use="enc"),
    "another algorithm": made.entry(made.rsa_key(), "bad", alg="PS256"),
    "weak RSA": made.entry(made.rsa_key(1024), "bad"),
    "no kid": {**made.entry(made.ED, "bad"), "kid": None},
    "another curve": {"kty": "OKP", "crv": "X25519", "x": "AAAA", "kid": "bad"},
    "broken": {"kty": "OKP", "crv": "Ed25519", "x": "AAAA", "kid": "bad"},
    "nonsense": {"kty": ["OKP"], "crv": {}, "kid": "bad"},
    "no object": "bad",
}


@pytest.mark.parametrize("unfit", UNFIT.values(), ids=UNFIT.keys())
def test_unfit_keys_are_left_out_and_the_others_kept(unfit: Any) -> None:
    assert list(jwks.parse({"keys": [unfit, made.entry(made.ED, "ed")]})) == ["ed"]


def test_a_private_key_that_was_published_serves_as_its_public_half() -> None:
    private = jwt.algorithms.OKPAlgorithm.to_jwk(made.ED, as_dict=True)
    key = jwks.parse({"keys": [{**private, "kid": "ed"}]})["ed"]
    assert key.key == made.ED.public_key()
