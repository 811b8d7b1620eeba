"""Standing instructions as rows, which are only ever added to."""

from datetime import date, datetime
from typing import Any

import asyncpg
from sqlalchemy import RowMapping, Text, bindparam, select, text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncSession

from services.declaration.domain.instruction import Instruction
from services.declaration.tables import INSTRUCTIONS
from shared import errors
from shared.prepared import Statement

_NEXT = Statement(
    text("""
    INSERT INTO standing_instructions (broker, item, version, take, valid_from, given_by, given_at)
    SELECT :broker, :item, coalesce(max(version), 0) + 1, :take, :valid_from, :given_by, :given_at
    FROM standing_instructions WHERE broker = :broker AND item = :item
    RETURNING version
""").bindparams(
        *(bindparam(name, type_=Text) for name in ("broker", "item", "take", "given_by")),
        bindparam("valid_from", type_=INSTRUCTIONS.c.valid_from.type),
        bindparam("given_at", type_=INSTRUCTIONS.c.given_at.type),
    )
)


class InstructionNotFound(errors.NotFound):
    """You have given no standing instruction for this item."""

    zh = "您未就该项目作出长期指示。"
    mend = "Give one with PUT, or read the list of those you gave."
    mend_zh = "请以 PUT 作出指示，或查询已作出的指示。"


async def of_broker(
    connection: AsyncConnection | AsyncSession, broker: str, *, item: str | None = None
) -> list[RowMapping]:
    """Every version that a broker gave, of one item or all, by item and version."""
    chosen = select(INSTRUCTIONS).where(INSTRUCTIONS.c.broker == broker)
    if item is not None:
        chosen = chosen.where(INSTRUCTIONS.c.item == item)
    ordered = chosen.order_by(INSTRUCTIONS.c.item, INSTRUCTIONS.c.version)
    return list((await connection.execute(ordered)).mappings())


async def give(
    session: AsyncSession,
    *,
    broker: str,
    item: str,
    take: str | None,
    valid_from: date,
    given_by: str,
    now: datetime,
) -> bool:
    """Add the next version, unless the newest says the same; whether it was added.

    Raises InstructionNotFound where nothing is there to be taken back, StaleVersion where somebody
    else gave the next one at the same time.
    """
    rows = await of_broker(session, broker, item=item)
    newest = rows[-1] if rows else None
    if take is None and (newest is None or newest["take"] is None):
        raise InstructionNotFound(item=item)
    if newest is not None and (newest["take"], newest["valid_from"]) == (take, valid_from):
        return False
    values: dict[str, Any] = {"broker": broker, "item": item, "take": take}
    values |= {"valid_from": valid_from, "given_by": given_by, "given_at": now}
    try:
        await _NEXT.run(session, values)
    except asyncpg.UniqueViolationError as error:
        raise errors.StaleVersion(item=item) from error
    return True


def of(row: RowMapping) -> Instruction:
    """The instruction in a row."""
    return Instruction(row["item"], row["version"], row["take"], row["valid_from"])
