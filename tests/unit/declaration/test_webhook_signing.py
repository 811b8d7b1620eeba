"""Notices are signed after the Standard Webhooks specification."""

import base64
from datetime import UTC, datetime

import pytest

from services.declaration.webhooks import signing

# The example of the specification's reference libraries.
SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
ID, AT, BODY = "msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330, b'{"test": 2432232314}'
SIGNATURE = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


def test_the_signature_is_that_of_the_specification() -> None:
    now = datetime.fromtimestamp(AT, UTC)
    assert signing.headers(ID, BODY, secrets=[SECRET], now=now) == {
        "webhook-id": ID,
        "webhook-timestamp": str(AT),
        "webhook-signature": SIGNATURE,
    }


def test_two_secrets_make_two_signatures() -> None:
    other = signing.new_secret(lambda count: bytes(range(count)))
    now = datetime.fromtimestamp(AT, UTC)
    first, second = signing.headers(ID, BODY, secrets=[other, SECRET], now=now)[
        "webhook-signature"
    ].split(" ")
    assert second == SIGNATURE
    assert first.startswith("v1,")
    assert first != second


def test_a_new_secret_has_the_prefix_and_enough_random_bytes() -> None:
    assert signing.key_of(signing.new_secret(lambda count: b"x" * count)) == b"x" * 32


@pytest.mark.parametrize(
    "secret",
    [
        *("", "whsec_", "whsec_AAAA", "whsec_!!!!", SECRET.removeprefix("whsec_"), "Whsec_" * 9),
        "whsec_" + base64.b64encode(bytes(65)).decode(),
    ],
)
def test_what_is_no_secret_is_refused(secret: str) -> None:
    with pytest.raises(ValueError, match="not a secret"):
        signing.key_of(secret)
