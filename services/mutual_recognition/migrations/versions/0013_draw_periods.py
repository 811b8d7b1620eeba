"""Periods of the draw, each with a seed that is committed before and revealed after it."""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

TABLE = "draw_periods"


def upgrade() -> None:
    """Make the table; its rows are never changed, and no day is in two of them."""
    op.create_table(
        TABLE,
        sa.Column("id", sa.Text, primary_key=True),
        sa.Column("valid_from", sa.Date, nullable=False),
        sa.Column("valid_to", sa.Date, nullable=False),
        sa.Column("standing", sa.Text, nullable=False),
        sa.Column("secret", sa.LargeBinary, nullable=False),
        *(
            sa.Column(name, sa.Text, nullable=False)
            for name in ("commitment", "agency", "committed_by")
        ),
        sa.Column("committed_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("valid_to >= valid_from"),
    )
    op.execute(
        f"ALTER TABLE {TABLE} ADD CONSTRAINT draw_periods_apart"
        " EXCLUDE USING gist (daterange(valid_from, valid_to, '[]') WITH &&)"
    )
    op.execute(
        f"CREATE TRIGGER never_changed BEFORE UPDATE OR DELETE ON {TABLE}"
        " FOR EACH ROW EXECUTE FUNCTION never_changed()"
    )
    op.execute(
        f"CREATE TRIGGER never_emptied BEFORE TRUNCATE ON {TABLE}"
        " FOR EACH STATEMENT EXECUTE FUNCTION never_changed()"
    )
    op.create_index("decisions_drawn", "decisions", ["draw_key", "decided_at"])


def downgrade() -> None:
    """Take them away."""
    op.drop_index("decisions_drawn", "decisions")
    op.drop_table(TABLE)
