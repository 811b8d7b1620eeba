import base64
from datetime import UTC, datetime
from uuid import UUID

import pytest
from pydantic import TypeAdapter

from shared import errors
from shared.http import paging

KEY = TypeAdapter(tuple[paging.KeyMoment, UUID])
NO_MOMENTS = ("0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-12:00", "2026-07-01T08:30:00")
LAST = (datetime(2026, 7, 1, 8, 30, 0, 123_456, tzinfo=UTC), UUID(int=7))


def _encoded(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def test_a_cursor_comes_back_as_the_sort_key() -> None:
    assert paging.decode_cursor(paging.encode_cursor(LAST), KEY) == LAST
    assert paging.decode_cursor(None, KEY) is None


def test_a_cursor_needs_no_escaping_in_an_address() -> None:
    assert paging.encode_cursor("~~~???>>>").isascii()
    assert not set(paging.encode_cursor("~~~???>>>")) & set("+/=&?#")


@pytest.mark.parametrize(
    "cursor",
    [
        "",
        "!",
        "abc",
        "ü",
        _encoded(b"[1,2]"),
        _encoded(b'["2026-07-01T08:30:00Z"]'),
        _encoded(b'["2026-07-01T08:30:00Z","x"]'),
        _encoded(b"[" * 10_000),
        _encoded(b"\xff"),
        *(_encoded(f'["{at}","{UUID(int=7)}"]'.encode()) for at in NO_MOMENTS),
    ],
)
def test_a_cursor_that_is_not_ours_is_a_fault(cursor: str) -> None:
    with pytest.raises(errors.Faults) as refused:
        paging.decode_cursor(cursor, KEY)
    (fault,) = refused.value.faults
    assert (fault.code, fault.pointer) == ("bad_cursor", "/query/cursor")


def test_nul_in_a_cursor_is_a_fault() -> None:
    with pytest.raises(errors.Faults):
        paging.decode_cursor(_encoded(b'"a\\u0000"'), TypeAdapter(str))


def test_a_page_names_the_next_one_until_the_last() -> None:
    first = paging.page([1, 2, 3], limit=2, key=lambda row: row)
    assert (first.items, first.next) == ([1, 2], paging.encode_cursor(2))
    last = paging.page([3], limit=2, key=lambda row: row)
    assert (last.items, last.next) == ([3], None)
