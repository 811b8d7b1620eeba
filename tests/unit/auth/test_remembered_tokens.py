from datetime import datetime, timedelta
from typing import Any

import jwt
import pytest

from shared.auth import errors, jwks, tokens
from tests.unit.auth import made

MINUTE = timedelta(minutes=1)


class CountedJwks:
    """Counts how often a signature has to be verified: each time asks for the key."""

    def __init__(self) -> None:
        self.inner: jwks.JwksSource = jwks.StaticJwks(made.document())
        self.asked = 0

    async def find(self, kid: str, *, now: datetime) -> jwt.PyJWK | None:
        self.asked += 1
        return await self.inner.find(kid, now=now)


def counted(**options: Any) -> tuple[CountedJwks, tokens.TokenChecker]:
    source = CountedJwks()
    return source, tokens.TokenChecker(source, issuer=made.ISSUER, **options)


async def test_a_signature_is_verified_once_and_not_for_each_request() -> None:
    source, checker = counted()
    token = made.token()
    first = await checker.check(token, made.NOW)
    assert await checker.check(token, made.NOW + MINUTE) == first
    assert source.asked == 1


async def test_a_remembered_token_still_expires() -> None:
    _, checker = counted()
    token = made.token(exp=int(made.NOW.timestamp()) + 60)
    await checker.check(token, made.NOW)
    with pytest.raises(errors.TokenExpired):
        await checker.check(token, made.NOW + 2 * MINUTE)


async def test_a_withdrawn_key_ends_its_remembered_tokens_within_minutes() -> None:
    source, checker = counted()
    token = made.token()
    await checker.check(token, made.NOW)
    source.inner = jwks.StaticJwks({"keys": [made.entry(made.OTHER_ED, "next")]})
    await checker.check(token, made.NOW + 4 * MINUTE)
    with pytest.raises(errors.TokenKeyUnknown):
        await checker.check(token, made.NOW + 5 * MINUTE)


async def test_only_the_most_recently_used_tokens_are_remembered() -> None:
    source, checker = counted(remembered=2)
    one, two, three = (made.token(sub=name) for name in ("one", "two", "three"))
    for token in (one, two, one, three, one):
        await checker.check(token, made.NOW)
    assert source.asked == 3
    await checker.check(two, made.NOW)
    assert source.asked == 4


async def test_a_refused_token_is_not_remembered_as_good() -> None:
    _, checker = counted()
    for _ in range(2):
        with pytest.raises(errors.TokenForged):
            await checker.check(made.token(key=made.OTHER_ED), made.NOW)


async def test_a_remembered_token_does_not_vouch_for_a_tampered_twin() -> None:
    _, checker = counted()
    head, _, signature = made.token().split(".")
    await checker.check(made.token(), made.NOW)
    twin = f"{head}.{made.segment(made.claims(role='auditor'))}.{signature}"
    with pytest.raises(errors.TokenForged):
        await checker.check(twin, made.NOW)
