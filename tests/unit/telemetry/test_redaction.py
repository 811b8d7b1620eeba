import time
from typing import Any
from uuid import UUID

import pytest
from pydantic import BaseModel, ValidationError

from shared.telemetry import redaction

JWT = "eyJhbGciOiJFZERTQSJ9.eyJzdWIiOiJ3YW5nIn0.c2lnbmF0dXJl"


NAMES = [
    "password",
    "PGPASSWORD",
    "passwd",
    "db_pwd",
    "token",
    "access_token",
    "Authorization",
    "client_secret",
    "Cookie",
    "set-cookie",
    "api_key",
    "apiKey",
    "private_key",
    "credentials",
]


@pytest.mark.parametrize("name", NAMES)
def test_a_field_with_a_secrets_name_is_hidden(name: str) -> None:
    assert redaction.fields({name: "s3cret", "bay": "B1"}) == {name: "[redacted]", "bay": "B1"}


@pytest.mark.parametrize(
    "value",
    [
        {"headers": {"authorization": "s3cret"}},
        {"list": [{"token": "s3cret"}]},
        {"pair": ({"password": "s3cret"},)},
        {"header": "Bearer s3cret-s3cret"},
        {"header": "authorization: basic czNjcmV0OnMzY3JldA=="},
        {"address": "postgresql+asyncpg://onestop:s3cret@db:5432/onestop"},
        {"address": "nats://:s3cret@127.0.0.1:4222 refused"},
        {"address": "nats://u:p@s3cret@127.0.0.1:4222"},
        {"raw": b"s3cret"},
        {"error": ValueError("postgresql://a:s3cret@b/c")},
        {"key": "-----BEGIN PRIVATE KEY-----\ns3cret\n-----END PRIVATE KEY-----"},
        {"key": "-----BEGIN EC PRIVATE KEY-----\ns3cret"},
    ],
)
def test_a_secret_is_found_wherever_it_hides(value: dict[str, Any]) -> None:
    shown = str(redaction.fields(value))
    assert "s3cret" not in shown
    assert "czNj" not in shown


def test_a_token_in_the_middle_of_a_text_is_hidden() -> None:
    assert redaction.text(f"refused {JWT}, sorry") == "refused [redacted], sorry"


def test_what_is_no_secret_stays_as_it_is() -> None:
    harmless = {
        "event": "booking.confirmed 09:30 at http://127.0.0.1:8080/v1/filings",
        "n": 3,
        "ok": True,
        "none": None,
        "rows": ["a@b.example", 1.5],
        "id": UUID(int=7),
    }
    assert redaction.fields(harmless) == {**harmless, "id": str(UUID(int=7))}


def test_a_value_that_holds_itself_comes_to_an_end() -> None:
    value: dict[str, Any] = {}
    value["self"] = value
    assert "…" in str(redaction.fields(value))


@pytest.mark.parametrize("start", ["", "://", "-----BEGIN "])
@pytest.mark.parametrize("piece", ["eyJ-", ":", "://:", "Bearer ", "-----BEGIN ", "A", "eyJa."])
def test_a_hostile_text_takes_no_long_time(start: str, piece: str) -> None:
    begun = time.perf_counter()
    redaction.text(start + piece * 20_000)
    assert time.perf_counter() - begun < 1


class _Declared(BaseModel):
    quantity: int


def _refusal() -> ValidationError:
    with pytest.raises(ValidationError) as refused:
        _Declared.model_validate({"quantity": "frozen squid\nof 4711 USD"})
    return refused.value


def test_what_pydantic_quotes_is_hidden_in_logs() -> None:
    told = redaction.text(f"Traceback ...\n{_refusal()}")
    assert "squid" not in told
    assert "quantity" in told
    assert "input_value=[redacted], input_type=str" in told


@pytest.mark.parametrize(
    ("failed", "told"),
    [
        (ValueError("invalid literal: 'frozen squid'"), "a value is not accepted"),
        (RuntimeError("a\nbug"), "a bug"),
        (TimeoutError(), "TimeoutError"),
    ],
)
def test_an_error_is_told_on_one_line_without_what_was_declared(
    failed: Exception, told: str
) -> None:
    assert redaction.error(failed) == told


def test_an_error_of_pydantic_is_told_by_place_and_rule() -> None:
    assert redaction.error(_refusal()) == "quantity: int_parsing"
