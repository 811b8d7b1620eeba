"""What becomes of a delivery, and what an error says about that."""

from dataclasses import dataclass

import asyncpg
from sqlalchemy.exc import InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from shared import errors
from shared.messaging import inbox
from shared.telemetry import redaction

FIRST_DELAY = 0.1
LONGEST_DELAY = 30.0
PATIENCE = 8
# PostgreSQL's classes of errors that pass: connection, rolled back, resources, locks, operator.
AGAIN_CLASSES = frozenset({"08", "40", "53", "55", "57"})
AWAY = OperationalError | InterfaceError | PoolTimeout | OSError | asyncpg.InterfaceError


@dataclass(frozen=True)
class Ack:
    """The event took effect, or had before."""

    result: str


@dataclass(frozen=True)
class Retry:
    """The event comes again after a while."""

    reason: str


@dataclass(frozen=True)
class Terminal:
    """The event can never be applied as it is: a dead letter."""

    reason: str


Outcome = Ack | Retry | Terminal


def judge(error: Exception, *, unknown_before: int) -> Outcome:
    """What follows from an error: once more, or never.

    A domain refusal is final. A fault of database or network is retried for ever, an unknown
    one a few times, since it may be a bug that the next release mends. `unknown_before` counts
    the event's earlier unknown errors: its other retries say nothing about a bug.
    """
    reason = f"{type(error).__name__}: {redaction.error(error)}"
    if isinstance(error, inbox.Undecodable):
        return Terminal(reason)
    if passes(error):
        return Retry(reason)
    if isinstance(error, errors.Refused):
        return Terminal(reason)
    return Retry(reason) if unknown_before + 1 < PATIENCE else Terminal(reason)


def passes(error: Exception) -> bool:
    """Whether it is a fault of order, database or network, which says nothing about a bug."""
    passing = inbox.Gap | errors.StaleVersion | errors.Unavailable | AWAY
    return isinstance(error, passing) or _sqlstate(error)[:2] in AGAIN_CLASSES


def _sqlstate(error: Exception) -> str:
    """Of SQLAlchemy's error, or of asyncpg's own, which connecting raises. Empty for others."""
    return getattr(getattr(error, "orig", error), "sqlstate", None) or ""


def delay(deliveries: int) -> float:
    """Seconds before the next delivery: doubling from 0.1 to 30."""
    return float(min(FIRST_DELAY * 2 ** min(deliveries - 1, 16), LONGEST_DELAY))
