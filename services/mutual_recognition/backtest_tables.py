"""The rows of backtests, and the constraints that hold whatever the code does."""

from datetime import datetime
from typing import Any, ClassVar
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, Text, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field, SQLModel

from shared.messaging.tables import moment

_JSON: Any = JSONB(none_as_null=True)


class BacktestRow(SQLModel, table=True):
    """Stored filings replayed under a table's content. Once it ended it never changes.

    Who took it gives it back at `due_back` (wall time); `done` of `filings` are replayed.
    """

    __tablename__ = "rule_backtests"
    __table_args__: ClassVar[Any] = (
        CheckConstraint("status IN ('waiting', 'running', 'done', 'failed')"),
        CheckConstraint("(status = 'done') = (report IS NOT NULL)"),
        CheckConstraint("(status = 'failed') = (failure IS NOT NULL)"),
        Index("rule_backtests_of", "name", "sha256", "finished_at"),
        Index(
            "rule_backtest_once",
            "name",
            "sha256",
            unique=True,
            postgresql_where=text("status IN ('waiting', 'running')"),
        ),
    )

    id: UUID = Field(primary_key=True)
    name: str = Field(sa_type=Text)
    sha256: str = Field(sa_type=Text)
    content: dict[str, Any] = Field(sa_type=JSONB)
    status: str = Field(sa_type=Text)
    asked_by: str = Field(sa_type=Text)
    agency: str = Field(sa_type=Text)
    asked_at: datetime = moment()
    tries: int = Field(default=0)
    due_back: datetime | None = moment(nullable=True)
    filings: int | None = Field(default=None)
    done: int = Field(default=0)
    compared_with: dict[str, int] | None = Field(default=None, sa_type=_JSON)
    report: dict[str, Any] | None = Field(default=None, sa_type=_JSON)
    failure: str | None = Field(default=None, sa_type=Text)
    finished_at: datetime | None = moment(nullable=True)
