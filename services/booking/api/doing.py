"""What clients change: once for each idempotency key, and again where it lost to somebody else."""

import asyncpg
from fastapi import Request, Response
from sqlalchemy.exc import DBAPIError

from services.booking.desk import Desk
from shared.auth.principal import Principal
from shared.http import idempotency

TRIES = 3
DEADLOCK = asyncpg.DeadlockDetectedError.sqlstate


async def once(request: Request, desk: Desk, who: Principal, work: idempotency.Work) -> Response:
    """Run `work` as `idempotency.once` does.

    Where several bookings wait for each other in a ring PostgreSQL takes one of them back, which
    is then tried again; if that happens each time it is answered as `database_busy`.
    """
    for left in reversed(range(TRIES)):
        try:
            return await idempotency.once(
                request,
                database=desk.kit.database,
                owner=who.office,
                now=desk.kit.clock.wall(),
                work=work,
            )
        except (asyncpg.PostgresError, DBAPIError) as error:
            if not left or _state(error) != DEADLOCK:
                raise
    raise AssertionError("the last try returns or raises")


def _state(error: asyncpg.PostgresError | DBAPIError) -> str | None:
    found: str | None = getattr(getattr(error, "orig", error), "sqlstate", None)
    return found
