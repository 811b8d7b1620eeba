"""Release notices and the keys that sealed them: tables that only grow."""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

TABLES = ("seal_keys", "release_notices")


def upgrade() -> None:
    """Add both."""
    op.create_table(
        "seal_keys",
        sa.Column("id", sa.Text, primary_key=True),
        sa.Column("public", sa.Text, nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
    )
    op.create_table(
        "release_notices",
        sa.Column("filing_id", sa.Uuid, sa.ForeignKey("filings.id"), primary_key=True),
        sa.Column("number", sa.Integer, primary_key=True),
        sa.Column("code", sa.Text, nullable=False, unique=True),
        sa.Column("address", sa.Text, nullable=False),
        sa.Column("text", sa.Text, nullable=False),
        sa.Column("seal", sa.Text, nullable=False),
        sa.Column("key_id", sa.Text, sa.ForeignKey("seal_keys.id"), nullable=False),
        sa.Column("issued_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("number >= 1", name="release_notices_number"),
    )
    for table in TABLES:
        _keep(table)


def _keep(table: str) -> None:
    op.execute(
        f"CREATE TRIGGER {table}_keep BEFORE UPDATE OR DELETE ON {table}"
        " FOR EACH ROW EXECUTE FUNCTION only_grows()"
    )
    op.execute(
        f"CREATE TRIGGER {table}_keep_all BEFORE TRUNCATE ON {table}"
        " FOR EACH STATEMENT EXECUTE FUNCTION only_grows()"
    )
    for trigger in (f"{table}_keep", f"{table}_keep_all"):
        op.execute(f"ALTER TABLE {table} ENABLE ALWAYS TRIGGER {trigger}")


def downgrade() -> None:
    """Take both away, with every notice: papers that are out there can be looked up no more."""
    for table in reversed(TABLES):
        op.drop_table(table)
