"""The pilot's registers: each agency enters what counts for it, and takes it out again."""

from datetime import date
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from services.mutual_recognition import pilots
from services.mutual_recognition.commands.desk import Desk
from services.mutual_recognition.domain import refusals
from services.mutual_recognition.domain.pilots import CODES, Register, normal


async def enter(
    session: AsyncSession,
    register: Register,
    code: str,
    *,
    name: str,
    counts: bool,
    valid_from: date,
    valid_to: date | None,
    grounds: str,
    agency: str,
    by: str,
    desk: Desk,
) -> dict[str, Any]:
    """Say whether something counts for an agency, both days included; the entry as it is kept.

    It holds for filings that are determined on from then on, until a later entry for the same
    days. Raises `UnknownAgency`, `NotACode` and `PeriodEndsBeforeItBegins`.
    """
    if agency not in desk.book.agencies.names:
        raise refusals.UnknownAgency(agency=agency)
    if CODES[register].fullmatch(code) is None:
        raise refusals.NotACode(pointer="/code", register=register, code=code)
    if valid_to is not None and valid_to < valid_from:
        raise refusals.PeriodEndsBeforeItBegins(pointer="/valid_to")
    entry = {
        "id": desk.ids(),
        "kind": register,
        "code": normal(register, code),
        "name": name,
        "agency": agency,
        "counts": counts,
        "valid_from": valid_from,
        "valid_to": valid_to,
        "grounds": grounds,
        "given_by": by,
        "given_at": desk.now,
    }
    await pilots.add(session, entry)
    return entry
