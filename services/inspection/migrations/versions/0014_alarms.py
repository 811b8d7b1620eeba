"""Alarms, and which agency has acknowledged them."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add both tables. Their records are in the chain: they have foreign keys to cases alone."""
    moment = sa.DateTime(timezone=True)
    op.create_table(
        "alarms",
        sa.Column("case_id", sa.Uuid, sa.ForeignKey("cases.id"), primary_key=True),
        sa.Column("record", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("yard", sa.Text),
        sa.Column("agency", sa.Text, nullable=False),
        sa.Column("findings", JSONB, nullable=False),
        sa.Column("found_at", moment, nullable=False),
        sa.Column("acknowledge_by", moment, nullable=False),
        sa.Column("overdue_at", moment),
        sa.Column("settled_at", moment),
        sa.CheckConstraint("overdue_at >= acknowledge_by"),
    )
    op.create_index("alarms_found", "alarms", ["found_at", "case_id", "record"])
    op.create_index(
        "alarms_open",
        "alarms",
        ["acknowledge_by"],
        postgresql_where=sa.text("settled_at IS NULL AND overdue_at IS NULL"),
    )
    op.create_table(
        "alarm_acknowledgements",
        sa.Column("case_id", sa.Uuid, primary_key=True),
        sa.Column("record", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("agency", sa.Text, primary_key=True),
        sa.Column("subject", sa.Text, nullable=False),
        sa.Column("at", moment, nullable=False),
        sa.ForeignKeyConstraint(["case_id", "record"], ["alarms.case_id", "alarms.record"]),
    )


def downgrade() -> None:
    """Take them away."""
    op.drop_table("alarm_acknowledgements")
    op.drop_table("alarms")
