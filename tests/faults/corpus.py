"""What hostile clients send: bodies, values, headers, addresses. Each must be refused.

The lists are data alone, for the tests of one model, of every operation, and for the fuzzer.
"""

import gzip
from functools import cache
from typing import Any

DEEP = 100_000
MEGABYTE = 2**20

MALFORMED = {
    "100,000 arrays": b"[" * DEEP,
    "100,000 objects": b'{"notes":' * DEEP,
    "33 levels": b'{"name":"a","notes":' + b'{"a":' * 32 + b"1" + b"}" * 33,
    "NaN": b'{"name":"a","weight":NaN}',
    "Infinity": b'{"name":"a","weight":-Infinity}',
    "10,000 digits": b'{"name":"a","boxes":' + b"9" * 10_000 + b"}",
    "10,000 digits of a decimal": b'{"name":"a","weight":' + b"9" * 10_000 + b"}",
    "lone surrogate": b'{"name":"\\ud800"}',
    "raw NUL": b'{"name":"a\x00"}',
    "NUL in a key": b'{"name":"a","a\\u0000":1}',
    "duplicate key": b'{"name":"a","name":"b"}',
    "nested duplicate key": b'{"name":"a","notes":{"x":1,"x":2}}',
    "bad UTF-8": b'{"name":"\xff"}',
    "overlong UTF-8": b'{"name":"\xc0\xaf"}',
    "UTF-16": '{"name":"a"}'.encode("utf-16"),
    "byte order mark": b'\xef\xbb\xbf{"name":"a"}',
    "nothing": b"",
    "two documents": b'{"name":"a"} {}',
    "cut off": b'{"name":"a',
    "single quotes": b"{'name':'a'}",
    "comment": b'{"name":"a"} // a',
    "XML": b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]><a>&b;</a>',
}
"""Bytes that are no JSON which every reader would read alike: 400."""

TOO_LARGE = {
    "three megabytes of spaces": b"{" + b" " * 3 * MEGABYTE + b"}",
    "a million lines": b'{"lines":[' + b"{},\n" * 999_999 + b"{}]}",
    "two hundred thousand and one values": b"[" + b"1," * 200_000 + b"1]",
}
"""Bodies over a cap: 413."""

SHAPES: dict[str, Any] = {
    "a list": [],
    "null": None,
    "a number": 1,
    "a text": "{}",
    "a list of it": [{}],
}
"""What is sent in the place of an object: 422."""

UNREADABLE = {
    "NUL": "a\0b",
    "escape": "a\x1b[2Jb",
    "right-to-left override": "a\u202eb",
    "isolate": "a\u2066b",
    "zero-width space": "a\u200bb",
    "zero-width joiner": "a\u200db",
    "byte order mark within": "\ufeffab",
    "soft hyphen": "a\u00adb",
    "line separator": "a\u2028b",
    "tag character": "a\U000e0041b",
    "blank letter": "a\u3164b",
    "spaces alone": " \u3000 ",
    "nothing at all": "",
    "ten thousand characters": "a" * 10_000,
}
"""Texts that no field takes: 422, each field named."""

NUMERIC = (
    *("NaN", "-Infinity", "1E+999999", "1e5", "0x10", "1_000", "１２", "٣", "+1", "1.123456"),
    *(".5", "5.", "1,5", "", " 1", "1" * 31, "-1", "1'; DROP TABLE outbox; --"),
)
"""Texts that no decimal number takes: 422."""

INTEGERS = (1.5, -1, 2**31, 2**63, 10**30, "1", "１")
"""What no count takes: 422."""

MOMENTS = {
    "date-time": (
        "0001-01-01T00:00:00Z",
        "9999-12-31T23:59:59-23:59",
        "2026-02-30T00:00:00Z",
        "2026-07-01T25:00:00Z",
        "2026-07-01T08:30:00",
        "2026-07-01",
        "1700000000",
        "２０２６-07-01T08:30:00Z",
        "now",
    ),
    "date": (
        "0001-01-01",
        "9999-12-31",
        "2026-02-30",
        "2026-07-01T00:00:00Z",
        "1700006400",
        "２０２６-07-01",
        "2026-W01-1",
    ),
}
"""What no moment and no day takes, by the format of JSON Schema: 422."""

TYPES: dict[str, Any] = {
    "null": None,
    "boolean": True,
    "number": 5,
    "string": "a text that no list of values has",
    "array": [[]],
    "object": {"$ne": None},
}
"""One value of each JSON type, by the name that JSON Schema has for it."""

SMUGGLED = (
    "id",
    "status",
    "version",
    "revision",
    "role",
    "org",
    "organisation",
    "owner",
    "is_admin",
    "accepted_at",
    "__proto__",
    "constructor",
    "$where",
    "naﾒe",
)
"""Fields that are nobody's to set: 422, each named."""

MEDIA_TYPES = (
    "",
    "text/plain",
    "text/json",
    "application/xml",
    "application/x-www-form-urlencoded",
    "multipart/form-data; boundary=a",
    "application/json; charset=utf-16",
    "application/json; charset=utf-7",
    "application/json, text/plain",
    "application/jsonx",
)
ENCODINGS = ("gzip", "deflate", "br", "identity, gzip", "x-unknown")

KEYS = {
    "too long": "k" * 256,
    "empty": "",
    "quoted nothing": '""',
    "unclosed": '"open',
    "two words": "a b",
    "a list": "a,b",
    "control character": "a\tb",
    "not ASCII": "clé",
    "megabyte": "k" * 60_000,
}
"""Idempotency keys that are none: 400."""

IDS = (
    "x",
    "0",
    "-1",
    "' OR 1=1 --",
    "1; DROP TABLE outbox",
    "..",
    "%2e%2e%2fetc%2fpasswd",
    "..%2f..%2f..%2fetc%2fpasswd",
    "%ff%fe",
    "%00",
    "%0d%0aX-Injected:%201",
    "１２３",
    "00000000-0000-0000-0000-00000000000g",
    "{00000000-0000-0000-0000-000000000000",
    "a" * 300,
    "a" * 9_000,
)
"""What comes in the place of an identifier in an address: 400, 404, 414 or 422."""

QUERIES = (
    "' OR '1'='1",
    "1; DROP TABLE outbox; --",
    "id) UNION SELECT body FROM idempotency_keys --",
    "%",
    "\u202e",
    "１",
    "-1",
    "1e9",
    "9" * 400,
    "null",
    "[]",
    "\ud7ff\U0010ffff",
)
"""What comes in the place of a query parameter's value: refused, or an empty list."""


@cache
def bomb() -> bytes:
    """50 MB in 50 kB; made when it is first sent, as that takes a quarter of a second."""
    return gzip.compress(b" " * 50 * MEGABYTE)
