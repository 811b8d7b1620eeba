"""Who did what to a filing and when: a table that only grows.

The act of filing has no row: it is told by the first version and the first receipt.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

KEEP = (
    """
    CREATE TRIGGER acts_keep BEFORE UPDATE OR DELETE ON filing_acts
        FOR EACH ROW EXECUTE FUNCTION only_grows()
    """,
    """
    CREATE TRIGGER acts_keep_all BEFORE TRUNCATE ON filing_acts
        FOR EACH STATEMENT EXECUTE FUNCTION only_grows()
    """,
    "ALTER TABLE filing_acts ENABLE ALWAYS TRIGGER acts_keep",
    "ALTER TABLE filing_acts ENABLE ALWAYS TRIGGER acts_keep_all",
)


def upgrade() -> None:
    """Add the table, and the count of a filing's acts to the filing."""
    op.add_column("filings", sa.Column("acts", sa.Integer, nullable=False, server_default="1"))
    op.create_check_constraint("filings_acts", "filings", "acts >= 1")
    op.create_table(
        "filing_acts",
        sa.Column("filing_id", sa.Uuid, sa.ForeignKey("filings.id"), primary_key=True),
        sa.Column("sequence", sa.Integer, primary_key=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("act", sa.Text, nullable=False),
        sa.Column("role", sa.Text, nullable=False),
        sa.Column("organisation", sa.Text, nullable=False),
        sa.Column("agency", sa.Text),
        sa.Column("subject", sa.Text, nullable=False),
        sa.Column("status", sa.Text, nullable=False),
        sa.Column("filing_version", sa.Integer, nullable=False),
        sa.Column("receipts", ARRAY(sa.Integer), nullable=False),
        sa.Column("reason", JSONB),
        sa.Column("cause", sa.Text),
        sa.CheckConstraint("sequence >= 2"),
    )
    for statement in KEEP:
        op.execute(statement)


def downgrade() -> None:
    """Take both away."""
    op.drop_table("filing_acts")
    op.drop_constraint("filings_acts", "filings")
    op.drop_column("filings", "acts")
