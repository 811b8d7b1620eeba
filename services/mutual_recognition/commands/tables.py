"""Rule tables: drafted by one supervisor, published once both agencies approve, or rejected."""

import asyncio

from sqlalchemy import RowMapping, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from services.mutual_recognition import backtests
from services.mutual_recognition.commands.desk import Desk
from services.mutual_recognition.decision_tables import check
from services.mutual_recognition.decision_tables.table import Table
from services.mutual_recognition.domain import refusals
from services.mutual_recognition.rulebook import approvals, rule_versions
from shared import errors


async def draft(
    session: AsyncSession, name: str, content: Table, *, author: str, agency: str, desk: Desk
) -> int:
    """Keep a draft as the table's next version; its number.

    Raises `NoSuchTable`, and `Faults` for a malformed table, which is refused whole.
    """
    await require_sound(name, content, desk=desk)
    await session.execute(select(func.pg_advisory_xact_lock(func.hashtext(f"rules {name}"))))
    last = await session.execute(
        select(func.max(rule_versions.c.version)).where(rule_versions.c.name == name)
    )
    number = (last.scalar_one() or 0) + 1
    await session.execute(
        insert(rule_versions).values(
            name=name,
            version=number,
            status="draft",
            valid_from=content.valid_from,
            content=content.model_dump(mode="json", exclude_defaults=True),
            author=author,
            author_agency=agency,
            drafted_at=desk.now,
        )
    )
    return number


async def approve(
    session: AsyncSession, name: str, number: int, *, by: str, agency: str, desk: Desk
) -> bool:
    """Approve a draft for an agency; whether that published it.

    Raises `NoSuchTable`, `NoDraft`, `AuthorCannotApprove`, `AgencyHasApproved`, `UnknownAgency`,
    `TakeoverPassed` if the day on which it should take over is gone, `NoBacktest`, and `Faults` for
    a draft that an earlier program kept and that fails today's checks.
    """
    version = await locked_draft(session, name, number)
    require_taking_part(agency, desk=desk)
    if version["author"] == by:
        raise refusals.AuthorCannotApprove(author=by)
    if version["valid_from"] < desk.on:
        raise refusals.TakeoverPassed(valid_from=version["valid_from"].isoformat())
    content = Table.model_validate(version["content"])
    faults = await _faults(name, content, desk=desk)
    if faults:
        raise errors.Faults(*faults)
    await _require_backtest(session, name, content)
    approved = await approved_by(session, name, number)
    if agency in approved:
        raise refusals.AgencyHasApproved(agency=agency, approved_by=approved[agency])
    await session.execute(
        insert(approvals).values(
            name=name, version=number, agency=agency, approved_by=by, approved_at=desk.now
        )
    )
    if {*approved, agency} != set(desk.book.agencies.names):
        return False
    columns = rule_versions.c
    await session.execute(
        update(rule_versions)
        .where(columns.name == name, columns.version == number)
        .values(status="published", published_at=desk.now)
    )
    return True


async def reject(
    session: AsyncSession, name: str, number: int, *, by: str, agency: str, reason: str, desk: Desk
) -> None:
    """Turn a draft down, also one that the other agency approved; its author takes it back so.

    Raises `NoSuchTable`, `NoDraft`, `UnknownAgency`.
    """
    await locked_draft(session, name, number)
    require_taking_part(agency, desk=desk)
    columns = rule_versions.c
    await session.execute(
        update(rule_versions)
        .where(columns.name == name, columns.version == number)
        .values(status="rejected", rejected_by=by, rejected_at=desk.now, rejected_because=reason)
    )


async def require_sound(name: str, content: Table, *, desk: Desk) -> None:
    """Raise `NoSuchTable`, and `Faults` for a table that could never be published as it is."""
    if name not in desk.book.names:
        raise refusals.NoSuchTable(name=name)
    faults = list(await _faults(name, content, desk=desk))
    if content.valid_from < desk.on:
        faults.append(_in_the_past(desk))
    if faults:
        raise errors.Faults(*faults)


async def _require_backtest(session: AsyncSession, name: str, content: Table) -> None:
    """But for a table's first version: filings that it never took part in cannot be replayed."""
    columns = rule_versions.c
    published = (columns.name == name) & (columns.status == "published")
    if (await session.execute(select(columns.version).where(published).limit(1))).first() is None:
        return
    if await backtests.attached(session, name, content) is None:
        raise refusals.NoBacktest(name=name)


def require_taking_part(agency: str, *, desk: Desk) -> None:
    """Raise `UnknownAgency` for one that takes no part here."""
    if agency not in desk.book.agencies.names:
        raise refusals.UnknownAgency(agency=agency)


async def approved_by(session: AsyncSession, name: str, number: int) -> dict[str, str]:
    """Who approved a version, by agency."""
    found = await session.execute(
        select(approvals.c.agency, approvals.c.approved_by).where(
            approvals.c.name == name, approvals.c.version == number
        )
    )
    return {row.agency: row.approved_by for row in found}


async def locked_draft(session: AsyncSession, name: str, number: int) -> RowMapping:
    """A draft, locked until the transaction ends. Raises `NoSuchTable`, `NoDraft`."""
    columns = rule_versions.c
    wanted = (columns.name == name) & (columns.version == number)
    found = await session.execute(select(rule_versions).where(wanted).with_for_update())
    version = found.mappings().one_or_none()
    if version is None:
        raise refusals.NoSuchTable(name=name, version=number)
    if version["status"] != "draft":
        raise refusals.NoDraft(name=name, version=number)
    return version


async def _faults(name: str, content: Table, *, desk: Desk) -> tuple[errors.Fault, ...]:
    """In a thread of its own: a table of ten thousand rows takes seconds."""
    dictionary, agencies = desk.book.dictionary(name), desk.book.agencies
    return await asyncio.to_thread(
        check.faults, name, content, dictionary=dictionary, agencies=agencies
    )


def _in_the_past(desk: Desk) -> errors.Fault:
    return errors.Fault(
        code=refusals.TakeoverPassed.code,
        pointer="/valid_from",
        en="A table cannot take over on a day that has passed.",
        zh="规则表不能在已过去的日期生效。",
        mend_en="Let it begin today or later.",
        mend_zh="请将生效日期设为今天或以后。",
        facts={"today": desk.on.isoformat()},
    )
