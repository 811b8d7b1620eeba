"""The Merkle tree over all cases, its checkpoints and the agencies' signatures of them."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

TABLES = ("ledger_leaves", "ledger_nodes", "checkpoints", "checkpoint_signatures")
REFUSE = """
CREATE FUNCTION refuse_change_of_ledger() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'the ledger is never changed (%)', TG_OP USING ERRCODE = '42501';
END $$
"""
KEEP = (
    """
    CREATE TRIGGER {0}_keep BEFORE UPDATE OR DELETE ON {0}
        FOR EACH ROW EXECUTE FUNCTION refuse_change_of_ledger()
    """,
    """
    CREATE TRIGGER {0}_keep_all BEFORE TRUNCATE ON {0}
        FOR EACH STATEMENT EXECUTE FUNCTION refuse_change_of_ledger()
    """,
    "ALTER TABLE {0} ENABLE ALWAYS TRIGGER {0}_keep",
    "ALTER TABLE {0} ENABLE ALWAYS TRIGGER {0}_keep_all",
    "REVOKE UPDATE, DELETE, TRUNCATE ON {0} FROM CURRENT_USER",
)


def upgrade() -> None:
    """Add the tables, which take inserts alone.

    They have no foreign keys: to look at the other row takes the right to lock it, which nobody
    has on tables that take inserts alone. `onestop verify` looks.
    """
    op.create_table(
        "ledger_leaves",
        sa.Column("index", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("case_id", sa.Uuid, nullable=False),
        sa.Column("seq", sa.Integer, nullable=False),
        sa.Column("hash", sa.Text, nullable=False),
        sa.UniqueConstraint("case_id", "seq"),
    )
    op.create_table(
        "ledger_nodes",
        sa.Column("level", sa.SmallInteger, primary_key=True, autoincrement=False),
        sa.Column("position", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("hash", sa.LargeBinary, nullable=False),
    )
    op.create_table(
        "checkpoints",
        sa.Column("number", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("day", sa.Date, nullable=False),
        sa.Column("size", sa.BigInteger, nullable=False, unique=True),
        sa.Column("root", sa.LargeBinary, nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
    )
    op.create_table(
        "checkpoint_signatures",
        sa.Column("number", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("agency", sa.Text, primary_key=True),
        sa.Column("public", sa.Text, nullable=False),
        sa.Column("signature", sa.Text, nullable=False),
        sa.Column("signed_at", sa.DateTime(timezone=True), nullable=False),
    )
    op.execute(REFUSE)
    for table in TABLES:
        for statement in KEEP:
            op.execute(statement.format(table))


def downgrade() -> None:
    """Take them away."""
    for table in reversed(TABLES):
        op.drop_table(table)
    op.execute("DROP FUNCTION refuse_change_of_ledger")
