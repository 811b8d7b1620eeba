"""A decision says what was drawn for; one without a key was drawn for its filing's id."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the column. Decisions are never changed, so old ones stay without."""
    op.add_column("decisions", sa.Column("draw_key", sa.Text))


def downgrade() -> None:
    """Take the column away."""
    op.drop_column("decisions", "draw_key")
