"""A refused record that others of its id do not take the place of is kept in a table of its own.

Replicas of before go on with the table that is here, whose key stays.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None

BACK = """
INSERT INTO rejected_records
    (id, office, device, sender, record, problem, skew_seconds, received_at)
    SELECT DISTINCT ON (id, office)
        id, office, device, sender, record, problem, skew_seconds, received_at
    FROM rejected_beside
    ORDER BY id, office, received_at, digest
ON CONFLICT (id, office) DO NOTHING
"""


def upgrade() -> None:
    """Add the table; what is in the other one goes by its id."""
    op.create_table(
        "rejected_beside",
        sa.Column("id", sa.Uuid, primary_key=True),
        sa.Column("office", sa.Text, primary_key=True),
        sa.Column("digest", sa.Text, primary_key=True),
        sa.Column("device", sa.Text, nullable=False),
        sa.Column("sender", sa.Text, nullable=False),
        sa.Column("record", JSONB, nullable=False),
        sa.Column("problem", JSONB, nullable=False),
        sa.Column("skew_seconds", sa.BigInteger, nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
    )
    op.create_index("rejected_beside_office", "rejected_beside", ["office", "received_at", "id"])


def downgrade() -> None:
    """Take it away; the first of each id is kept."""
    op.execute(BACK)
    op.drop_table("rejected_beside")
