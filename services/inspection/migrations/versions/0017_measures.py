"""What is measured of filings and inspections; since when each agency was at an opening.

Cases that are here are measured by a job; filings of before come with their events, sent again.
"""

from datetime import datetime

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

CAME = """
UPDATE case_openings o SET came = (
    SELECT jsonb_object_agg(agency, coalesce(
        (SELECT r.payload ->> 'joined_at' FROM case_records r
            WHERE r.case_id = o.case_id AND r.kind = 'joined'
            AND r.payload ->> 'agency' = agency
            AND CAST(r.payload ->> 'opening' AS integer) = o.number),
        to_jsonb(o.opened_at) #>> '{}'))
    FROM jsonb_array_elements_text(o.present) AS agency)
"""


def upgrade() -> None:
    """Add the tables, and say of each opening what its records have."""
    empty = sa.text("'{}'")
    op.add_column("case_openings", sa.Column("came", JSONB, nullable=False, server_default=empty))
    op.execute(CAME)
    _filings()
    _inspections()
    _agencies()


def _filings() -> None:
    op.create_table(
        "measured_filings",
        sa.Column("filing_id", sa.Uuid, primary_key=True),
        _moment("accepted_at", nullable=False),
        *(_text(name) for name in ("direction", "broker", "company", "goods")),
        sa.Column("containers", sa.Integer, nullable=False),
        sa.Column("teu", sa.Numeric, nullable=False),
        sa.Column("proposed", JSONB),
        _moment("first_released_at"),
        sa.Column("outcome", sa.Text),
        _moment("ended_at"),
        sa.CheckConstraint("(outcome IS NULL) = (ended_at IS NULL)"),
    )
    op.create_index("measured_filings_accepted", "measured_filings", ["accepted_at", "filing_id"])
    op.create_index("measured_filings_broker", "measured_filings", ["broker", "accepted_at"])


def _inspections() -> None:
    avoided = ("moves", "moves_avoided", "unpackings", "unpackings_avoided")
    op.create_table(
        "measured_inspections",
        sa.Column("filing_id", sa.Uuid, primary_key=True),
        sa.Column("case_id", sa.Uuid, sa.ForeignKey("cases.id"), nullable=False, unique=True),
        sa.Column("mode", sa.Text),
        sa.Column("yard", sa.Text),
        sa.Column("slots", sa.Integer, nullable=False),
        *(_moment(name) for name in ("selected_at", "booked_at", "slot_starts", "gate_in_at")),
        *(_moment(name) for name in ("opened_at", "concluded_at", "completed_at")),
        sa.Column("openings", sa.Integer, nullable=False),
        sa.Column("working_minutes", sa.Integer, nullable=False),
        sa.Column("m2_hours", sa.Numeric),
        *(sa.Column(name, sa.Integer) for name in avoided),
        sa.Column("saved_cny", sa.Numeric),
    )


def _agencies() -> None:
    op.create_table(
        "measured_agencies",
        sa.Column(
            "filing_id", sa.Uuid, sa.ForeignKey("measured_inspections.filing_id"), primary_key=True
        ),
        sa.Column("agency", sa.Text, primary_key=True),
        sa.Column("inspects", sa.Boolean, nullable=False),
        _text("scope"),
        *(_moment(name) for name in ("selected_at", "came_at", "concluded_at")),
        sa.Column("team_minutes", sa.Integer, nullable=False),
    )


def _moment(name: str, *, nullable: bool = True) -> sa.Column[datetime]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable)


def _text(name: str) -> sa.Column[str]:
    return sa.Column(name, sa.Text, nullable=False)


def downgrade() -> None:
    """Take them away."""
    op.drop_table("measured_agencies")
    op.drop_table("measured_inspections")
    op.drop_table("measured_filings")
    op.drop_column("case_openings", "came")
