"""A device's clock may be wrong by more seconds than an integer counts."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the column wide enough."""
    op.alter_column("rejected_records", "skew_seconds", type_=sa.BigInteger)


def downgrade() -> None:
    """Make it narrow again."""
    op.alter_column("rejected_records", "skew_seconds", type_=sa.Integer)
