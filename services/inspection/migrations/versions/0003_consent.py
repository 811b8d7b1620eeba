"""Whether an officer's consent to an amendment is asked for, or given."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the column."""
    op.add_column("cases", sa.Column("consent", sa.Text))
    op.create_check_constraint("cases_consent", "cases", "consent IN ('asked', 'given')")
    op.create_check_constraint(
        "cases_consent_open", "cases", "consent IS NULL OR status IN ('planned', 'open')"
    )


def downgrade() -> None:
    """Take it away."""
    op.drop_constraint("cases_consent_open", "cases")
    op.drop_constraint("cases_consent", "cases")
    op.drop_column("cases", "consent")
