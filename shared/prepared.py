"""Statements of the hot paths: compiled once, run on the driver within a session's transaction.

SQLAlchemy's way from an expression to the wire costs some five times what the driver does. What
runs for every filing and every event is therefore written as a constant, in the same expression
language, and executed here; all else goes through the session as usual. Both share a transaction.

    INSERT = Statement(insert(FILINGS), columns=FILINGS.columns.keys())
    await INSERT.run(session, row)
"""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, TypeAlias

import asyncpg
from pydantic import BaseModel
from sqlalchemy import Delete, Insert, Table, Update, bindparam, insert, select
from sqlalchemy.dialects.postgresql.asyncpg import PGDialect_asyncpg
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncSession
from sqlalchemy.sql.elements import ClauseElement

from shared.database import DRIVER, dumps, hide_values

Row = Mapping[Any, Any]
Values = Mapping[str, Any]
On: TypeAlias = "AsyncSession | AsyncConnection | asyncpg.Connection"
"""A session or connection of `Database`, or one of the driver's own."""

_DIALECT: Any = PGDialect_asyncpg(  # type: ignore[no-untyped-call]  # SQLAlchemy types none of them
    json_serializer=dumps, json_deserializer=json.loads
)


class Json(str):
    """A document that is JSON text already, for a JSONB column."""

    __slots__ = ()


def json_of(value: BaseModel) -> Json:
    """The model's JSON, made in one step."""
    return Json(value.model_dump_json())


class Statement:
    """One constant statement. `columns` names the values of an INSERT or UPDATE without `.values`.

    Running it raises asyncpg's errors, without the values that were sent.
    """

    def __init__(self, expression: ClauseElement, *, columns: Iterable[str] | None = None) -> None:
        named = None if columns is None else list(columns)
        compiled: Any = expression.compile(dialect=_DIALECT, column_keys=named)
        self.sql = str(compiled)
        names = compiled.positiontup or ()
        kinds = (compiled.binds[name].type.dialect_impl(_DIALECT) for name in names)
        self._binds = [
            (name, kind.bind_processor(_DIALECT)) for name, kind in zip(names, kinds, strict=True)
        ]
        # Constants inside of the expression; what has to be given is not among them.
        self._fixed = {
            name: bind.value for name, bind in compiled.binds.items() if not bind.required
        }

    async def run(self, on: On, values: Values | None = None) -> list[Row]:
        """Execute it; the rows it returns, JSON decoded. Raises KeyError for a missing value."""
        arguments = self._arguments(values or {})
        with _hidden():
            rows: list[Row] = await _driver(on).fetch(self.sql, *arguments)
        return rows

    async def run_many(self, on: On, many: Sequence[Values]) -> list[Row]:
        """Execute it for each of the values, in their order and in one round trip; all rows."""
        if len(many) == 1:
            return await self.run(on, many[0])
        arguments = [self._arguments(values) for values in many]
        with _hidden():
            rows: list[Row] = await _driver(on).fetchmany(self.sql, arguments) if many else []
        return rows

    def _arguments(self, values: Values) -> list[Any]:
        arguments = []
        for name, process in self._binds:
            value = values[name] if name in values else self._fixed[name]
            if process is not None and type(value) is not Json:
                value = process(value)
            arguments.append(value)
        return arguments


@contextmanager
def _hidden() -> Iterator[None]:
    try:
        yield
    except (asyncpg.PostgresError, asyncpg.InterfaceError, ValueError) as error:
        hide_values(error)
        raise


def _driver(on: On) -> asyncpg.Connection:
    if isinstance(on, AsyncSession | AsyncConnection):
        found: asyncpg.Connection = on.info[DRIVER]
        return found
    return on


def insertion(
    table: Table, *, columns: Iterable[str] | None = None, prefix: str = "", rows: int = 1
) -> Insert:
    """An INSERT of so many rows, in their order; the values' names are made by `named`."""
    names = list(table.columns.keys() if columns is None else columns)
    return insert(table).values(
        [
            {name: bindparam(f"{prefix}{name}_{row}", type_=table.c[name].type) for name in names}
            for row in range(rows)
        ]
    )


def together(first: Insert | Update, *others: Insert | Delete) -> Statement:
    """Several writes as one statement, in one round trip. Returns the rows that `first` returns.

    The order among them is PostgreSQL's to choose. The others are done whether or not `first`
    finds its row: who needs it must then raise.
    """
    parts = (part.cte(f"part_{number}") for number, part in enumerate(others))
    return Statement(select(first.cte("first")).add_cte(*parts))


def named(rows: Sequence[Values], *, prefix: str = "") -> dict[str, Any]:
    """The values of the rows of one `insertion`, by the names that it gave them."""
    return {
        f"{prefix}{name}_{number}": value
        for number, row in enumerate(rows)
        for name, value in row.items()
    }
