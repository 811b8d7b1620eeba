"""What operators do about stuck events is recorded."""

from shared import migrating

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the table."""
    migrating.create_operator_acts()


def downgrade() -> None:
    """Take it away."""
    migrating.drop_operator_acts()
