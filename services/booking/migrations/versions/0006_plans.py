"""Orders for plans, and what became of them."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "plans",
        sa.Column("id", sa.Uuid, primary_key=True),
        sa.Column("yards", JSONB, nullable=False),
        sa.Column("terms", JSONB, nullable=False),
        sa.Column("asked_by", sa.Text, nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("stage", sa.Text, nullable=False),
        sa.Column("tries", sa.Integer, nullable=False),
        sa.Column("due_back", sa.DateTime(timezone=True)),
        sa.Column("proposal", JSONB),
        sa.Column("applied", JSONB),
        sa.Column("failure", sa.Text),
        sa.CheckConstraint(
            "stage IN ('asked', 'running', 'proposed', 'applied', 'failed', 'cancelled')",
            name="plans_stage",
        ),
        sa.CheckConstraint("(stage = 'running') = (due_back IS NOT NULL)", name="plans_running"),
        sa.CheckConstraint(
            "proposal IS NOT NULL OR stage NOT IN ('proposed', 'applied')", name="plans_proposal"
        ),
        sa.CheckConstraint("(stage = 'applied') = (applied IS NOT NULL)", name="plans_applied"),
        sa.CheckConstraint("(stage = 'failed') = (failure IS NOT NULL)", name="plans_failure"),
    )
    op.create_index(
        "plans_under_way",
        "plans",
        ["yards"],
        unique=True,
        postgresql_where=sa.text("stage IN ('asked', 'running')"),
    )


def downgrade() -> None:
    """Take the table away."""
    op.drop_table("plans")
