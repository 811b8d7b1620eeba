"""The kit's tables, and one that shows in which order events took effect."""

import sqlalchemy as sa
from alembic import op

from shared import migrating

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """The kit's tables and `seen`. An effect may be written twice: that must be visible."""
    migrating.create_kit_tables()
    migrating.create_operator_acts()
    op.create_table(
        "seen",
        sa.Column("number", sa.BigInteger, sa.Identity(), primary_key=True),
        sa.Column("aggregate_id", sa.Uuid, nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("event_id", sa.Uuid, nullable=False),
        sa.Column("type", sa.Text, nullable=False),
    )
