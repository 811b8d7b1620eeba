"""The two forms of a merged filing, its merge report and the broker's answers."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the table."""
    op.create_table(
        "filing_merges",
        sa.Column("filing_id", sa.Uuid, sa.ForeignKey("filings.id"), primary_key=True),
        sa.Column("customs", JSONB, nullable=False),
        sa.Column("inspection", JSONB),
        sa.Column("answers", JSONB, nullable=False),
        sa.Column("report", JSONB, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
    )


def downgrade() -> None:
    """Take it away."""
    op.drop_table("filing_merges")
