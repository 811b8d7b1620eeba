"""What the document does not name is refused, not passed over."""

import pytest

from tests.unit.http import sample


async def test_a_parameter_that_there_is_not_is_pointed_at() -> None:
    async with sample.client() as client:
        answer = await client.get("/filings?limit=5&stauts=open&limmit=1")
    found = [(each["code"], each["pointer"]) for each in answer.json()["errors"]]
    assert answer.status_code == 422
    assert found == [("unknown_field", "/query/stauts"), ("unknown_field", "/query/limmit")]


async def test_the_parameters_that_there_are_are_taken() -> None:
    async with sample.client() as client:
        assert (await client.get("/filings?limit=5&cursor=")).json()["errors"][0]["pointer"] == (
            "/query/cursor"
        )
        assert (await client.get("/filings?limit=5")).json() == {"limit": 5, "after": None}


@pytest.mark.parametrize(
    ("raw", "headers", "status", "code"),
    [
        (b"", {}, 200, ""),
        (b"{}", sample.JSON, 200, ""),
        (b'{"slot":1}', sample.JSON, 422, "unknown_field"),
        (b"[]", sample.JSON, 422, "wrong_type"),
        (b"{", sample.JSON, 400, "malformed_json"),
        (b"slot=1", {"Content-Type": "text/plain"}, 415, "unsupported_media_type"),
    ],
)
async def test_an_operation_without_a_body_takes_none_or_an_empty_object(
    raw: bytes, headers: dict[str, str], status: int, code: str
) -> None:
    async with sample.client() as client:
        answer = await client.post("/confirmations", content=raw, headers=headers)
    assert answer.status_code == status
    assert code in ("", *(each["code"] for each in answer.json().get("errors", ())))


async def test_the_body_of_a_reading_request_means_nothing() -> None:
    async with sample.client() as client:
        answer = await client.request("GET", "/filings", content=b"{", headers=sample.JSON)
    assert answer.status_code == 200
