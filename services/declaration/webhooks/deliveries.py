"""Notices on their way: one row each, from the receipt to the endpoint's answer.

What is due is claimed for a while by whoever sends it, so that what a process had in hand when it
was killed is sent again, under the same id. Of a filing, a webhook gets one notice after the other:
a later one waits until the earlier one was taken.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import ARRAY, Boolean, DateTime, Integer, Text, Uuid, bindparam, text
from sqlalchemy.ext.asyncio import AsyncSession

from shared.ids import Ids
from shared.prepared import Row, Statement

LEASE = timedelta(seconds=30)
"""Longer than an attempt can take (`settings.webhook_seconds`)."""
EACH, PROBING = 4, 1
"""How many notices of one webhook are under way at once; of one that failed lately."""
GONE = 410
GIVE_UP = timedelta(hours=24)
FIRST_DELAY, LONGEST_DELAY = timedelta(seconds=5), timedelta(hours=1)
KEPT = timedelta(days=30)
_MOMENT = DateTime(timezone=True)

# The webhooks are locked in the order of their ids, as by all who lock several (see `settling`).
_ANNOUNCE = Statement(
    text("""
WITH w AS MATERIALIZED (
    SELECT id, broker FROM webhooks WHERE broker = ANY(:brokers) AND status = 'active'
    ORDER BY id FOR KEY SHARE
)
INSERT INTO webhook_deliveries
    (id, webhook_id, filing_id, sequence, state, attempts, created_at, next_at)
SELECT gen_random_uuid(), w.id, fresh.filing_id, fresh.sequence, 'open', 0, :now, :now
FROM unnest(:brokers, :filings, :sequences) AS fresh (broker, filing_id, sequence)
JOIN w USING (broker)
ON CONFLICT (webhook_id, filing_id, sequence) DO NOTHING
RETURNING id
""").bindparams(
        bindparam("now", type_=_MOMENT),
        bindparam("brokers", type_=ARRAY(Text)),
        bindparam("filings", type_=ARRAY(Uuid)),
        bindparam("sequences", type_=ARRAY(Integer)),
    )
)
# In an order that no webhook can count on, so that none is always the last to be looked at.
_CLAIM = Statement(
    text("""
WITH busy AS (
    SELECT webhook_id, count(*) AS many FROM webhook_deliveries
    WHERE claim IS NOT NULL AND claimed_until > :now GROUP BY webhook_id
), room AS (
    SELECT w.id, least(:each, coalesce(:each - many, :each)) AS places
    FROM webhooks AS w LEFT JOIN busy ON webhook_id = w.id
    WHERE w.status = 'active' AND (w.failures > 0) = :failing
        AND (w.not_before IS NULL OR w.not_before <= :now)
    ORDER BY md5(CAST(w.id AS text) || CAST(:claim AS text))
), due AS (
    SELECT head.id FROM room CROSS JOIN LATERAL (
        SELECT d.id FROM webhook_deliveries AS d
        WHERE d.webhook_id = room.id AND d.state = 'open' AND d.next_at <= :now
            AND (d.claimed_until IS NULL OR d.claimed_until <= :now)
            AND NOT EXISTS (
                SELECT FROM webhook_deliveries AS before
                WHERE (before.webhook_id, before.filing_id) = (d.webhook_id, d.filing_id)
                    AND before.sequence < d.sequence AND before.state <> 'delivered'
            )
        ORDER BY d.next_at, d.filing_id
        LIMIT greatest(room.places, 0)
        FOR UPDATE SKIP LOCKED
    ) AS head
    LIMIT :most
)
UPDATE webhook_deliveries AS d
SET claim = :claim, claimed_until = :until, attempts = attempts + 1,
    first_at = coalesce(first_at, :now)
FROM due, webhooks AS w, filing_receipts AS r, filings AS f
WHERE d.id = due.id AND w.id = d.webhook_id AND f.id = d.filing_id
    AND (r.filing_id, r.sequence) = (d.filing_id, d.sequence)
RETURNING d.id, d.webhook_id, d.claim, d.claimed_until, d.attempts, d.first_at, w.url, w.secret,
    w.old_secret, w.old_until, w.failures, r.filing_id, r.sequence, r.number, r.kind, r.state,
    r.channel, r.at, r.text_en, r.text_zh, r.facts, f.receipt_number
""").bindparams(
        bindparam("now", type_=_MOMENT),
        bindparam("until", type_=_MOMENT),
        bindparam("claim", type_=Uuid),
        bindparam("each", type_=Integer),
        bindparam("most", type_=Integer),
        bindparam("failing", type_=Boolean),
    )
)

_AFRESH = Statement(
    text("""
UPDATE webhook_deliveries SET first_at = NULL, attempts = 0, next_at = :now
WHERE webhook_id = :webhook AND state = 'open' RETURNING id
""").bindparams(bindparam("now", type_=_MOMENT), bindparam("webhook", type_=Uuid))
)


@dataclass(frozen=True)
class Outcome:
    """What came of an attempt; `error` None: it was taken. Times are wall time.

    `retry_at` None: it is given up. `gone`: the endpoint wants nothing any more (410).
    """

    delivery: UUID
    webhook: UUID
    claim: UUID
    at: datetime
    status: int | None = None
    error: str | None = None
    retry_at: datetime | None = None

    @property
    def gone(self) -> bool:
        """Whether the webhook ends with it."""
        return self.status == GONE


def delay(attempts: int, *, draw: float) -> timedelta:
    """How long to wait after so many attempts: doubling from 5 s to an hour, at least half of it.

    `draw` is random between 0 and 1, so that what failed together does not come back together.
    """
    longest = min(FIRST_DELAY * float(2 ** min(attempts - 1, 16)), LONGEST_DELAY)
    return longest * (0.5 + draw / 2)


async def announce(session: AsyncSession, fresh: Sequence[Row], *, now: datetime) -> int:
    """Make the notices of receipts to the active webhooks of their brokers; how many there are.

    What comes while one is paused is in its broker's feed alone.
    """
    if not fresh:
        return 0
    values = {
        "now": now,
        "brokers": [each["broker"] for each in fresh],
        "filings": [each["filing_id"] for each in fresh],
        "sequences": [each["sequence"] for each in fresh],
    }
    return len(await _ANNOUNCE.run(session, values))


async def afresh(session: AsyncSession, webhook_id: UUID, *, now: datetime) -> None:
    """Begin anew with what is open of a webhook, locked before: it was moved, or goes on."""
    await _AFRESH.run(session, {"webhook": webhook_id, "now": now})


async def claim(
    session: AsyncSession, *, most: int, failing: bool, ids: Ids, now: datetime
) -> list[Row]:
    """Take due notices, of webhooks that failed lately or of the others; at most so many."""
    values: dict[str, Any] = {
        "now": now,
        "until": now + LEASE,
        "claim": ids(),
        "each": PROBING if failing else EACH,
        "most": most,
        "failing": failing,
    }
    return await _CLAIM.run(session, values) if most > 0 else []
