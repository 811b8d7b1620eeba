"""Rule tables: drafted by one supervisor, reviewed by both agencies, published or rejected."""

import asyncio

from sqlalchemy import RowMapping, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from services.mutual_recognition import backtests
from services.mutual_recognition.commands.desk import Desk
from services.mutual_recognition.decision_tables import check, kinds
from services.mutual_recognition.decision_tables.table import Table
from services.mutual_recognition.domain import refusals, versions
from services.mutual_recognition.domain.versions import Act, Status
from services.mutual_recognition.rulebook import approvals, rule_versions
from shared import errors


class NotReplayed(errors.Conflict):
    """Replaying filings says nothing of this table: it decides what suspends a company alone."""

    zh = "该表不决定报关单，只决定何时暂停企业，重放报关单不能说明其效果。"
    mend = "Have the draft reviewed without: its rows' examples show what it catches and spares."
    mend_zh = "请直接送审；各行示例已说明其命中与放过的情形。"


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
            status=Status.DRAFT,
            valid_from=content.valid_from,
            content=content.model_dump(mode="json", exclude_defaults=True),
            author=author,
            author_agency=agency,
            drafted_at=desk.now,
        )
    )
    return number


async def replace(
    session: AsyncSession, name: str, number: int, content: Table, *, by: str, desk: Desk
) -> None:
    """Give a draft another content, by its author.

    Raises `NoSuchTable`, `NotTheAuthor`, `InReview`, `NoDraft`, and `Faults`.
    """
    await _locked_by_author(session, name, number, Act.REPLACE, by=by)
    await require_sound(name, content, desk=desk)
    await _change(
        session,
        name,
        number,
        valid_from=content.valid_from,
        content=content.model_dump(mode="json", exclude_defaults=True),
        drafted_at=desk.now,
    )


async def submit(session: AsyncSession, name: str, number: int, *, by: str, desk: Desk) -> None:
    """Have a draft reviewed: from now on it is approved or turned down as it is.

    Raises `NoSuchTable`, `NotTheAuthor`, `InReview`, `NoDraft`.
    """
    _, status = await _locked_by_author(session, name, number, Act.SUBMIT, by=by)
    await _change(session, name, number, status=status, submitted_at=desk.now)


async def approve(
    session: AsyncSession, name: str, number: int, *, by: str, agency: str, desk: Desk
) -> bool:
    """Approve a version in review for an agency; whether that published it.

    Raises `NoSuchTable`, `NotInReview`, `NoDraft`, `AuthorCannotApprove`, `AgencyHasApproved`,
    `UnknownAgency`, `TakeoverPassed` if the day on which it should take over is gone, `NoBacktest`,
    and `Faults` for a draft that an earlier program kept and that fails today's checks.
    """
    version, _ = await locked(session, name, number, Act.APPROVE)
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
    told = sorted(desk.book.agencies.names)
    now = desk.now
    await _change(session, name, number, status=Status.PUBLISHED, published_at=now, agencies=told)
    await desk.book.versions(session, {name: number})
    return True


async def reject(
    session: AsyncSession, name: str, number: int, *, by: str, agency: str, reason: str, desk: Desk
) -> None:
    """Turn a draft down, also one that the other agency approved; its author takes it back so.

    Raises `NoSuchTable`, `NoDraft`, `UnknownAgency`.
    """
    _, status = await locked(session, name, number, Act.REJECT)
    require_taking_part(agency, desk=desk)
    await _change(
        session,
        name,
        number,
        status=status,
        rejected_by=by,
        rejected_at=desk.now,
        rejected_because=reason,
    )


async def _change(session: AsyncSession, name: str, number: int, **values: object) -> None:
    columns = rule_versions.c
    await session.execute(
        update(rule_versions).where(columns.name == name, columns.version == number).values(values)
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
    """But for a table that takes no part in deciding filings."""
    if kinds.is_replayed(name) and await backtests.attached(session, name, content) is None:
        raise refusals.NoBacktest(name=name)


def require_replayed(name: str) -> None:
    """Raise `NotReplayed` for a table of which neither a backtest nor a trial says anything."""
    if not kinds.is_replayed(name):
        raise NotReplayed(name=name)


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


async def locked(
    session: AsyncSession, name: str, number: int, act: Act
) -> tuple[RowMapping, Status]:
    """A version, locked until the transaction ends, and its status after the act.

    Raises `NoSuchTable`, and what `versions.moved` raises.
    """
    columns = rule_versions.c
    wanted = (columns.name == name) & (columns.version == number)
    found = await session.execute(select(rule_versions).where(wanted).with_for_update())
    version = found.mappings().one_or_none()
    if version is None:
        raise refusals.NoSuchTable(name=name, version=number)
    return version, versions.moved(Status(version["status"]), act, name=name, number=number)


async def _locked_by_author(
    session: AsyncSession, name: str, number: int, act: Act, *, by: str
) -> tuple[RowMapping, Status]:
    version, status = await locked(session, name, number, act)
    if version["author"] != by:
        raise refusals.NotTheAuthor(author=version["author"])
    return version, status


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
