"""The rows of what inspections found."""

from typing import Any, ClassVar
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, Text
from sqlmodel import Field, SQLModel


class InspectionFindingRow(SQLModel, table=True):
    """What an inspection that ended says of its company, or of goods by their HS code.

    Of its first six digits; of four where it was counted before. Never changed.
    """

    __tablename__ = "inspection_findings"
    __table_args__: ClassVar[Any] = (
        CheckConstraint("kind IN ('companies', 'goods')"),
        Index("inspection_findings_of", "kind", "member", "found"),
    )

    requirement_id: UUID = Field(primary_key=True, foreign_key="requirements.id")
    kind: str = Field(primary_key=True, sa_type=Text)
    member: str = Field(primary_key=True, sa_type=Text)
    found: bool
