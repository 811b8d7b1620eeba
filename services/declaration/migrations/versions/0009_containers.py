"""What is known of a filing's containers one by one, and whether its inspection has begun."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

BEGUN = """
UPDATE filings SET opened = true
WHERE EXISTS (SELECT FROM filing_receipts r
              WHERE r.filing_id = filings.id AND r.kind = 'inspection_opened')
"""
DECIDED_ONCE = """
CREATE FUNCTION decided_once() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF EXISTS (SELECT FROM jsonb_each(OLD.told) e
             WHERE e.value ->> 'outcome' <> 'held' AND NEW.told -> e.key IS DISTINCT FROM e.value)
  THEN
    RAISE EXCEPTION 'what was decided of a container is never changed' USING ERRCODE = '23514';
  END IF;
  RETURN NEW;
END $$
"""


def upgrade() -> None:
    """Add the columns, and let the database keep what was decided of a container."""
    op.add_column(
        "filings", sa.Column("opened", sa.Boolean, nullable=False, server_default=sa.false())
    )
    op.add_column("filings", sa.Column("told", JSONB, nullable=False, server_default="{}"))
    op.execute(BEGUN)
    op.execute(DECIDED_ONCE)
    op.execute(
        "CREATE TRIGGER decided_once BEFORE UPDATE ON filings FOR EACH ROW"
        " WHEN (OLD.told <> '{}') EXECUTE FUNCTION decided_once()"
    )


def downgrade() -> None:
    """Take them away."""
    op.execute("DROP TRIGGER decided_once ON filings")
    op.execute("DROP FUNCTION decided_once")
    op.drop_column("filings", "told")
    op.drop_column("filings", "opened")
