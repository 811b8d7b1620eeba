"""What follows from an error in a consumer: once more, or never."""

from uuid import UUID

import asyncpg
import pytest
from sqlalchemy.exc import DBAPIError, IntegrityError, OperationalError

from shared import errors
from shared.messaging import inbox
from shared.messaging.outcome import PATIENCE, Retry, Terminal, delay, judge


class _Driver(Exception):
    """An error of the driver, with PostgreSQL's code."""

    def __init__(self, sqlstate: str) -> None:
        super().__init__(sqlstate)
        self.sqlstate = sqlstate


PASSING = [
    inbox.Gap("3 came after 1"),
    errors.StaleVersion(),
    errors.Unavailable(),
    OSError("no route"),
    TimeoutError(),
    OperationalError("SELECT 1", {}, _Driver("08006")),
    DBAPIError("SELECT 1", {}, _Driver("40P01")),
    DBAPIError("SELECT 1", {}, _Driver("53100")),
    asyncpg.CannotConnectNowError("the database system is starting up"),
    asyncpg.TooManyConnectionsError("sorry, too many clients already"),
    asyncpg.InterfaceError("connection is closed"),
]
FINAL = [
    inbox.Undecodable("unknown event type"),
    errors.Conflict(),
    errors.NotFound(id=UUID(int=1)),
    errors.Invalid(),
]
PERHAPS_A_BUG = [
    RuntimeError("a bug"),
    KeyError("a bug"),
    IntegrityError("INSERT", {}, _Driver("23505")),
]


@pytest.mark.parametrize("error", PASSING, ids=repr)
def test_a_fault_of_the_surroundings_is_retried_for_ever(error: Exception) -> None:
    assert isinstance(judge(error, unknown_before=0), Retry)
    assert isinstance(judge(error, unknown_before=10_000), Retry)


@pytest.mark.parametrize("error", FINAL, ids=repr)
def test_a_refusal_is_final_at_once(error: Exception) -> None:
    assert isinstance(judge(error, unknown_before=0), Terminal)


@pytest.mark.parametrize("error", PERHAPS_A_BUG, ids=repr)
def test_an_unknown_error_is_retried_a_few_times(error: Exception) -> None:
    assert isinstance(judge(error, unknown_before=PATIENCE - 2), Retry)
    assert isinstance(judge(error, unknown_before=PATIENCE - 1), Terminal)


def test_the_reason_names_the_error() -> None:
    outcome = judge(RuntimeError("a bug"), unknown_before=PATIENCE - 1)
    assert outcome == Terminal("RuntimeError: a bug")


def test_the_delay_doubles_up_to_half_a_minute() -> None:
    assert [delay(deliveries) for deliveries in (1, 2, 3, 9, 10, 10_000)] == [
        0.1,
        0.2,
        0.4,
        25.6,
        30.0,
        30.0,
    ]
