"""Asking for backtests."""

from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from services.mutual_recognition import backtests
from services.mutual_recognition.commands import tables
from services.mutual_recognition.commands.desk import Desk
from services.mutual_recognition.decision_tables.table import Table
from services.mutual_recognition.domain import refusals


async def ask(
    session: AsyncSession, name: str, content: Table, *, by: str, agency: str, desk: Desk
) -> UUID:
    """Ask for a backtest; the id of it, or of the one of this content that is under way.

    Raises `UnknownAgency`, `NotReplayed`, and what drafting the content would raise.
    """
    if agency not in desk.book.agencies.names:
        raise refusals.UnknownAgency(agency=agency)
    tables.require_replayed(name)
    await tables.require_sound(name, content, desk=desk)
    return await backtests.ask(
        session, desk.ids(), name, content, by=by, agency=agency, now=desk.now
    )
