"""asyncpg's connection, which asks the server less."""

from collections.abc import Sequence
from typing import Any, NamedTuple

import asyncpg
from sqlalchemy import make_url

FIXED = 10_000
"""Below are PostgreSQL's own types, the same in every database (`FirstGenbkiObjectId`)."""

_OF_SQLALCHEMY = frozenset(
    {
        "async_fallback",
        "async_creator_fn",
        "prepared_statement_cache_size",
        "prepared_statement_name_func",
    }
)
"""What SQLAlchemy keeps to itself of an address."""


def address(given: str) -> dict[str, Any]:
    """What asyncpg connects with, by an address as SQLAlchemy takes it: `?ssl=require` is a word of
    its own, which asyncpg's addresses do not have.
    """
    url = make_url(given)
    _, told = url.get_dialect()().create_connect_args(url)
    return {name: value for name, value in told.items() if name not in _OF_SQLALCHEMY}


class _Asked(NamedTuple):
    """In the place of the statement that asked: none did, so none was forgotten for it."""

    name: str = "none"


_KNOWN: dict[frozenset[int], Any] = {}


class Driver(asyncpg.Connection):  # type: ignore[misc]  # asyncpg types nothing
    """Looks up each of PostgreSQL's own types once a process.

    asyncpg knows single values by heart. Arrays of them it looks up, once a connection, with a
    recursive statement that takes the server some 10 ms: more than all else until then.
    """

    async def _introspect_types(self, oids: Sequence[int], seconds: float | None) -> Any:
        asked = frozenset(oids)
        if asked not in _KNOWN:
            found = await super()._introspect_types(oids, seconds)
            if max(asked) >= FIXED:
                return found
            _KNOWN[asked], _ = found
        return _KNOWN[asked], _Asked()
