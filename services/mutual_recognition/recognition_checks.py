"""Every granted recognition again: what was found against what was declared, as both are stored."""

import asyncio
from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import RowMapping, select
from sqlalchemy.ext.asyncio import AsyncConnection

from services.mutual_recognition import store
from services.mutual_recognition.decisions import decisions
from services.mutual_recognition.domain.recognition import Status
from services.mutual_recognition.domain.settle import Conclusion
from services.mutual_recognition.rules import settling
from shared.contracts.recognition import ElementVerdict
from shared.contracts.values import Element

BATCH = 200


async def compared_again(connection: AsyncConnection) -> list[str]:
    """The granted recognitions whose verdicts do not follow from what is stored."""
    broken: list[str] = []
    after = UUID(int=0)
    while rows := await _batch(connection, after):
        broken += [str(row["id"]) for row in rows if not await _holds(connection, row)]
        after = rows[-1]["id"]
        await asyncio.sleep(0)
    return broken


async def _batch(connection: AsyncConnection, after: UUID) -> Sequence[RowMapping]:
    table = store.recognitions
    granted = select(table).where(table.c.status == Status.GRANTED, table.c.id > after)
    return (await connection.execute(granted.order_by(table.c.id).limit(BATCH))).mappings().all()


async def _holds(connection: AsyncConnection, row: RowMapping) -> bool:
    """Words and codes are compared by the dated data of a day on which it was decided.

    One that was granted before there were their numbers tells no conclusions.
    """
    table, concluded = store.requirements, store.conclusions_table
    requirement = row["requirement_id"]
    found = await connection.execute(select(table).where(table.c.id == requirement))
    required = store.requirement_of(found.mappings().one())
    contents = await connection.scalars(
        select(concluded.c.content).where(
            concluded.c.requirement_id == requirement,
            concluded.c.received_at <= row["changed_at"],
        )
    )
    conclusions = [Conclusion.model_validate(each) for each in contents]
    days = await connection.scalars(
        select(decisions.c.decided_on).where(decisions.c.requirement_id == requirement).distinct()
    )
    granted = store.recognition_of(row)
    said = settling.by_primary(conclusions, granted)
    ready, terms = required.recognised, granted.terms
    rests_on = settling.rests_on(required, said, granted, ready)
    if granted.conclusions not in ((), rests_on):
        return False
    return any(
        _figures(settling.compared(required, said, ready, terms=terms, on=day))
        == _figures(granted.verdicts)
        for day in days
    )


def _figures(verdicts: Sequence[ElementVerdict]) -> list[ElementVerdict]:
    """Without how a name was spelled that agrees: of two containers either may have been told."""
    return [
        each.model_copy(update={"found": ""})
        if each.agrees and each.element is Element.NAME
        else each
        for each in verdicts
    ]
