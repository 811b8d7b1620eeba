"""Decisions that several seeds draw for: cargo whose first seed was revealed."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the column: until now one seed drew for each decision."""
    further = sa.Column("further_draws", JSONB, nullable=False, server_default="[]")
    op.add_column("decisions", further)


def downgrade() -> None:
    """Take it away."""
    op.drop_column("decisions", "further_draws")
