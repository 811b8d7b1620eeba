"""Who asked for each content of a filing; a content that was accepted never changes."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

KEEP = (
    """
    CREATE FUNCTION only_grows() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN RAISE EXCEPTION '% only grows', TG_TABLE_NAME USING ERRCODE = 'restrict_violation'; END $$
    """,
    """
    CREATE TRIGGER contents_keep BEFORE UPDATE OR DELETE ON filing_contents
        FOR EACH ROW EXECUTE FUNCTION only_grows()
    """,
    """
    CREATE TRIGGER contents_keep_all BEFORE TRUNCATE ON filing_contents
        FOR EACH STATEMENT EXECUTE FUNCTION only_grows()
    """,
    "ALTER TABLE filing_contents ENABLE ALWAYS TRIGGER contents_keep",
    "ALTER TABLE filing_contents ENABLE ALWAYS TRIGGER contents_keep_all",
)


def upgrade() -> None:
    """Add the column (null in what was accepted before) and the guard."""
    op.add_column("filing_contents", sa.Column("asked_by", sa.Text))
    for statement in KEEP:
        op.execute(statement)


def downgrade() -> None:
    """Take both away."""
    op.execute("DROP TRIGGER contents_keep ON filing_contents")
    op.execute("DROP TRIGGER contents_keep_all ON filing_contents")
    op.execute("DROP FUNCTION only_grows()")
    op.drop_column("filing_contents", "asked_by")
