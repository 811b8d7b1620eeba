"""Webhooks as rows: made, read, changed, taken away; each is one broker's own."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import RowMapping, delete, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncSession

from services.declaration.tables import WEBHOOKS
from shared import errors

MOST = 10
OVERLAP = timedelta(hours=24)
"""How long notices are signed with the old secret as well once there is a new one."""
WELL = {"failures": 0, "failing_since": None, "not_before": None}


class Status(StrEnum):
    """`paused` by its broker; `disabled` by us, since its endpoint said that it is gone (410)."""

    ACTIVE = "active"
    PAUSED = "paused"
    DISABLED = "disabled"


class WebhookNotFound(errors.NotFound):
    """You have no such webhook."""

    zh = "您没有此回调。"


class TooManyWebhooks(errors.Conflict):
    """A company has at most ten webhooks."""

    zh = "每家企业最多可设十个回调。"
    mend = "Delete one that is not needed any more."
    mend_zh = "请先删除不再需要的回调。"


async def of_broker(connection: AsyncConnection, broker: str) -> Sequence[RowMapping]:
    """All webhooks of a broker, the oldest first."""
    chosen = select(WEBHOOKS).where(WEBHOOKS.c.broker == broker).order_by(WEBHOOKS.c.id)
    return (await connection.execute(chosen)).mappings().all()


async def get(
    on: AsyncConnection | AsyncSession, webhook_id: UUID, *, broker: str, lock: bool = False
) -> RowMapping:
    """A broker's webhook. Raises WebhookNotFound."""
    chosen = select(WEBHOOKS).where(WEBHOOKS.c.id == webhook_id, WEBHOOKS.c.broker == broker)
    found = (await on.execute(chosen.with_for_update() if lock else chosen)).mappings().first()
    if found is None:
        raise WebhookNotFound(webhook_id=webhook_id)
    return found


async def add(
    session: AsyncSession,
    *,
    webhook_id: UUID,
    url: str,
    secret: str,
    of: tuple[str, str],
    now: datetime,
) -> RowMapping:
    """A new webhook `of` a broker and the subject of its token. Raises TooManyWebhooks."""
    broker, subject = of
    lock = func.pg_advisory_xact_lock(func.hashtext("webhooks"), func.hashtext(broker))
    await session.execute(select(lock))
    counted = select(func.count()).select_from(WEBHOOKS).where(WEBHOOKS.c.broker == broker)
    if (await session.execute(counted)).scalar_one() >= MOST:
        raise TooManyWebhooks(most=MOST)
    values = {
        "id": webhook_id,
        "broker": broker,
        "url": url,
        "status": Status.ACTIVE.value,
        "secret": secret,
        "failures": 0,
        "created_by": subject,
        "created_at": now,
        "changed_at": now,
    }
    made = (await session.execute(insert(WEBHOOKS).values(values).returning(WEBHOOKS))).mappings()
    row: RowMapping = made.one()
    return row


async def change(session: AsyncSession, webhook_id: UUID, **values: Any) -> RowMapping:
    """Change a webhook that is locked."""
    changed = update(WEBHOOKS).where(WEBHOOKS.c.id == webhook_id).values(values)
    row: RowMapping = (await session.execute(changed.returning(WEBHOOKS))).mappings().one()
    return row


async def rotate(
    session: AsyncSession, webhook_id: UUID, *, broker: str, secret: str, now: datetime
) -> RowMapping:
    """Give it a new secret; the old one signs too for a day. Raises WebhookNotFound."""
    found = await get(session, webhook_id, broker=broker, lock=True)
    return await change(
        session,
        webhook_id,
        secret=secret,
        old_secret=found["secret"],
        old_until=now + OVERLAP,
        changed_at=now,
    )


async def remove(session: AsyncSession, webhook_id: UUID, *, broker: str) -> RowMapping:
    """Take it away with all notices that it has not got. Raises WebhookNotFound."""
    found = await get(session, webhook_id, broker=broker, lock=True)
    await session.execute(delete(WEBHOOKS).where(WEBHOOKS.c.id == webhook_id))
    return found


def secrets(webhook: Any, *, now: datetime) -> list[str]:
    """Those that a notice is signed with at `now`, the new one first."""
    old = webhook["old_secret"] if webhook["old_until"] and now < webhook["old_until"] else None
    return [webhook["secret"], *([old] if old else [])]
