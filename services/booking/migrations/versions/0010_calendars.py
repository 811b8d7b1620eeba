"""Calendars that can be subscribed to by an address, which can be taken back."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "calendars",
        sa.Column("id", sa.Uuid, primary_key=True),
        sa.Column("digest", sa.LargeBinary, nullable=False, unique=True),
        sa.Column("sort", sa.Text, nullable=False),
        sa.Column("yard", sa.Text, sa.ForeignKey("yards.code")),
        sa.Column("code", sa.Text),
        sa.Column("owner", sa.Text, nullable=False),
        sa.Column("made_by", sa.Text, nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("revoked_at", sa.DateTime(timezone=True)),
        sa.Column("revoked_by", sa.Text),
        sa.CheckConstraint("sort IN ('yard', 'team', 'broker')", name="calendars_sort"),
        sa.CheckConstraint("(yard IS NULL) = (sort = 'broker')", name="calendars_yard"),
        sa.CheckConstraint("(code IS NULL) = (sort = 'yard')", name="calendars_code"),
        sa.CheckConstraint("(revoked_at IS NULL) = (revoked_by IS NULL)", name="calendars_revoked"),
    )
    op.create_index(
        "calendars_owner",
        "calendars",
        ["owner"],
        postgresql_where=sa.text("revoked_at IS NULL"),
    )


def downgrade() -> None:
    """Take the table away."""
    op.drop_table("calendars")
