"""What shows a key to be its officer's own is kept; keys that are here have none."""

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the column."""
    op.add_column("officer_keys", sa.Column("proof", sa.Text))


def downgrade() -> None:
    """Take it away."""
    op.drop_column("officer_keys", "proof")
