"""What takes part in the pilot: goods, and overseas authorities and producers that count."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

TABLE = "pilot_entries"


def upgrade() -> None:
    """Make the table; its rows are never changed."""
    op.create_table(
        TABLE,
        sa.Column("id", sa.Uuid, primary_key=True),
        *(_text(name) for name in ("kind", "code", "name", "agency")),
        sa.Column("counts", sa.Boolean, nullable=False),
        sa.Column("valid_from", sa.Date, nullable=False),
        sa.Column("valid_to", sa.Date),
        *(_text(name) for name in ("grounds", "given_by")),
        sa.Column("given_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("kind IN ('goods', 'authorities', 'producers')"),
        sa.CheckConstraint("valid_to IS NULL OR valid_to >= valid_from"),
    )
    op.create_index("pilot_entries_of", TABLE, ["kind", "code", "agency", "given_at"])
    op.execute(
        f"CREATE TRIGGER never_changed BEFORE UPDATE OR DELETE ON {TABLE}"
        " FOR EACH ROW EXECUTE FUNCTION never_changed()"
    )
    op.execute(
        f"CREATE TRIGGER never_emptied BEFORE TRUNCATE ON {TABLE}"
        " FOR EACH STATEMENT EXECUTE FUNCTION never_changed()"
    )


def _text(name: str) -> sa.Column[object]:
    return sa.Column(name, sa.Text, nullable=False)


def downgrade() -> None:
    """Take it away."""
    op.drop_table(TABLE)
