"""The containers of a case that were decided before the others."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the column."""
    op.add_column("cases", sa.Column("decided", JSONB, nullable=False, server_default="{}"))


def downgrade() -> None:
    """Take it away."""
    op.drop_column("cases", "decided")
