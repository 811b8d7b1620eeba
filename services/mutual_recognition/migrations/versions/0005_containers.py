"""The containers whose outcome was told before the whole requirement was met."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

DECIDED_ONCE = """
CREATE FUNCTION decided_once() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF EXISTS (SELECT FROM jsonb_each(OLD.ends) e
             WHERE e.value ->> 'outcome' <> 'held' AND NEW.ends -> e.key IS DISTINCT FROM e.value)
  THEN
    RAISE EXCEPTION 'what was decided of a container is never changed' USING ERRCODE = '23514';
  END IF;
  RETURN NEW;
END $$
"""


def upgrade() -> None:
    """Add the column, and let the database keep what was decided of a container."""
    op.add_column("requirements", sa.Column("ends", JSONB, nullable=False, server_default="{}"))
    op.execute(DECIDED_ONCE)
    op.execute(
        "CREATE TRIGGER decided_once BEFORE UPDATE ON requirements FOR EACH ROW"
        " WHEN (OLD.ends <> '{}') EXECUTE FUNCTION decided_once()"
    )


def downgrade() -> None:
    """Take them away."""
    op.execute("DROP TRIGGER decided_once ON requirements")
    op.execute("DROP FUNCTION decided_once")
    op.drop_column("requirements", "ends")
