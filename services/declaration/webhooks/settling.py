"""What becomes of notices: taken, tried again later, given up, driven anew by their broker.

Whoever changes notices of a webhook locks the webhook first, and several in the order of their ids.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ARRAY, DateTime, Integer, RowMapping, Text, Uuid, bindparam, text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncSession

from services.declaration.webhooks.deliveries import GIVE_UP, KEPT, Outcome, delay
from shared.prepared import Statement

LOST = 3
"""After so many failures one after the other an endpoint was away; when it is back, all is due."""
_MOMENT = DateTime(timezone=True)
_IDS = bindparam("ids", type_=ARRAY(Uuid))
_NOW = bindparam("now", type_=_MOMENT)

_LOCK = Statement(
    text(
        "SELECT id, failures FROM webhooks WHERE id = ANY(:ids) ORDER BY id FOR UPDATE"
    ).bindparams(_IDS)
)
_MARK = Statement(
    text("""
UPDATE webhook_deliveries AS d
SET state = told.state, ended_at = CASE told.state WHEN 'open' THEN NULL ELSE told.at END,
    next_at = coalesce(told.retry_at, d.next_at), claim = NULL, claimed_until = NULL,
    last_status = told.status, last_error = told.error
FROM unnest(:ids, :claims, :states, :ats, :retries, :statuses, :errors)
    AS told (id, claim, state, at, retry_at, status, error)
WHERE d.id = told.id AND d.claim = told.claim AND d.state = 'open'
RETURNING d.id
""").bindparams(
        _IDS,
        bindparam("claims", type_=ARRAY(Uuid)),
        bindparam("states", type_=ARRAY(Text)),
        bindparam("ats", type_=ARRAY(_MOMENT)),
        bindparam("retries", type_=ARRAY(_MOMENT)),
        bindparam("statuses", type_=ARRAY(Integer)),
        bindparam("errors", type_=ARRAY(Text)),
    )
)
_WELL = Statement(
    text("""
UPDATE webhooks SET failures = 0, failing_since = NULL, not_before = NULL
WHERE id = ANY(:ids) AND failures > 0 RETURNING id
""").bindparams(_IDS)
)
_AT_ONCE = Statement(
    text("""
UPDATE webhook_deliveries SET next_at = :now
WHERE webhook_id = ANY(:ids) AND state = 'open' AND next_at > :now RETURNING id
""").bindparams(_IDS, _NOW)
)
_ILL = Statement(
    text("""
UPDATE webhooks AS w
SET failures = failures + told.many, failing_since = coalesce(failing_since, told.at),
    not_before = told.not_before
FROM unnest(:ids, :ats, :not_befores, :many) AS told (id, at, not_before, many)
WHERE w.id = told.id RETURNING w.id
""").bindparams(
        _IDS,
        bindparam("ats", type_=ARRAY(_MOMENT)),
        bindparam("not_befores", type_=ARRAY(_MOMENT)),
        bindparam("many", type_=ARRAY(Integer)),
    )
)
_GONE = Statement(
    text("""
WITH ended AS (
    UPDATE webhooks SET status = 'disabled', reason = 'gone', changed_at = :now
    WHERE id = ANY(:ids) RETURNING id
)
UPDATE webhook_deliveries AS d
SET state = 'failed', ended_at = :now, claim = NULL, claimed_until = NULL,
    last_error = coalesce(last_error, 'gone')
FROM ended WHERE d.webhook_id = ended.id AND d.state = 'open' RETURNING d.id
""").bindparams(_IDS, _NOW)
)


async def settle(session: AsyncSession, outcomes: Sequence[Outcome], *, draw: float) -> None:
    """Keep what came of attempts. Of one that was claimed anew meanwhile nothing is kept."""
    ids = sorted({each.webhook for each in outcomes})
    failures = {row["id"]: row["failures"] for row in await _LOCK.run(session, {"ids": ids})}
    await _MARK.run(session, _columns(outcomes))
    well = {each.webhook for each in outcomes if each.error is None}
    if well:
        await _WELL.run(session, {"ids": list(well)})
    back = [each for each in well if failures.get(each, 0) >= LOST]
    if back:
        now = max(each.at for each in outcomes)
        await _AT_ONCE.run(session, {"ids": back, "now": now})
    ill = {each.webhook: each.at for each in outcomes if each.webhook not in well}
    if ill:
        wait = {each: delay(failures.get(each, 0) + 1, draw=draw) for each in ill}
        values = {
            "ids": list(ill),
            "ats": list(ill.values()),
            "not_befores": [at + wait[each] for each, at in ill.items()],
            "many": [sum(one.webhook == each for one in outcomes) for each in ill],
        }
        await _ILL.run(session, values)
    gone = {each.webhook: each.at for each in outcomes if each.gone}
    if gone:
        await _GONE.run(session, {"ids": list(gone), "now": max(gone.values())})


def _columns(outcomes: Sequence[Outcome]) -> dict[str, list[Any]]:
    return {
        "ids": [each.delivery for each in outcomes],
        "claims": [each.claim for each in outcomes],
        "states": [_state(each) for each in outcomes],
        "ats": [each.at for each in outcomes],
        "retries": [each.retry_at for each in outcomes],
        "statuses": [each.status for each in outcomes],
        "errors": [each.error for each in outcomes],
    }


def _state(outcome: Outcome) -> str:
    if outcome.error is None:
        return "delivered"
    return "open" if outcome.retry_at is not None else "failed"


_EXPIRE = Statement(
    text("""
WITH w AS MATERIALIZED (
    SELECT id FROM webhooks WHERE failing_since <= :since ORDER BY id FOR UPDATE SKIP LOCKED
)
UPDATE webhook_deliveries AS d SET state = 'failed', ended_at = :now, claim = NULL,
    claimed_until = NULL, last_error = coalesce(last_error, 'unreachable')
FROM w
WHERE w.id = d.webhook_id AND d.state = 'open'
    AND d.created_at <= :since AND (d.claimed_until IS NULL OR d.claimed_until <= :now)
RETURNING d.id
""").bindparams(_NOW, bindparam("since", type_=_MOMENT))
)
_PRUNE = Statement(
    text("""
DELETE FROM webhook_deliveries WHERE id = ANY(ARRAY(
    SELECT id FROM webhook_deliveries WHERE state = 'delivered' AND ended_at < :before
    ORDER BY ended_at LIMIT 10000
)) RETURNING id
""").bindparams(bindparam("before", type_=_MOMENT))
)


async def tidy(session: AsyncSession, *, now: datetime) -> None:
    """Give up what waits for an endpoint that has been away for a day; forget what is long done."""
    await _EXPIRE.run(session, {"now": now, "since": now - GIVE_UP})
    await _PRUNE.run(session, {"before": now - KEPT})


_REDRIVE = Statement(
    text("""
WITH wanted AS (
    SELECT filing_id, max(sequence) AS last FROM webhook_deliveries
    WHERE webhook_id = :webhook AND state = 'failed'
        AND (CAST(:delivery AS uuid) IS NULL OR id = :delivery)
        AND (CAST(:since AS timestamptz) IS NULL OR created_at >= :since)
        AND (CAST(:until AS timestamptz) IS NULL OR created_at < :until)
    GROUP BY filing_id
)
UPDATE webhook_deliveries AS d
SET state = 'open', ended_at = NULL, first_at = NULL, attempts = 0, next_at = :now
FROM wanted
WHERE d.webhook_id = :webhook AND d.state = 'failed' AND d.filing_id = wanted.filing_id
    AND d.sequence <= wanted.last
RETURNING d.id
""").bindparams(
        _NOW,
        bindparam("webhook", type_=Uuid),
        bindparam("delivery", type_=Uuid),
        bindparam("since", type_=_MOMENT),
        bindparam("until", type_=_MOMENT),
    )
)


async def redrive(
    session: AsyncSession,
    webhook_id: UUID,
    *,
    now: datetime,
    delivery: UUID | None = None,
    since: datetime | None = None,
    until: datetime | None = None,
) -> int:
    """Send what was given up again; how many notices.

    All of it, or one, or those of receipts from `since` on and before `until`; with each the
    earlier ones of its filing, which it would have to wait for.
    """
    await _LOCK.run(session, {"ids": [webhook_id]})
    asked = {
        "webhook": webhook_id,
        "delivery": delivery,
        "since": since,
        "until": until,
        "now": now,
    }
    driven = await _REDRIVE.run(session, asked)
    await _WELL.run(session, {"ids": [webhook_id]})
    return len(driven)


_FAILED = text("""
SELECT d.id, d.filing_id, d.sequence, d.attempts, d.created_at, d.ended_at, d.last_status,
    d.last_error, r.kind, r.number
FROM webhook_deliveries AS d
JOIN filing_receipts AS r ON (r.filing_id, r.sequence) = (d.filing_id, d.sequence)
WHERE d.webhook_id = :webhook AND d.state = 'failed'
    AND (CAST(:at AS timestamptz) IS NULL OR (d.ended_at, d.id) > (:at, :id))
ORDER BY d.ended_at, d.id LIMIT :limit
""").bindparams(
    bindparam("webhook", type_=Uuid),
    bindparam("at", type_=_MOMENT),
    bindparam("id", type_=Uuid),
    bindparam("limit", type_=Integer),
)


async def failed(
    connection: AsyncConnection,
    webhook_id: UUID,
    *,
    after: tuple[datetime, UUID] | None,
    limit: int,
) -> Sequence[RowMapping]:
    """What was given up, the first one first, from a place in that order on."""
    at, id_ = after or (None, None)
    asked = {"webhook": webhook_id, "at": at, "id": id_, "limit": limit}
    return (await connection.execute(_FAILED, asked)).mappings().all()
