"""Backtests of tables; one that ended never changes."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

TABLE = "rule_backtests"
ENDED = """
CREATE FUNCTION backtest_ended() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF OLD.status IN ('done', 'failed')
     OR (OLD.id, OLD.name, OLD.sha256, OLD.content, OLD.asked_by, OLD.agency, OLD.asked_at)
        IS DISTINCT FROM
        (NEW.id, NEW.name, NEW.sha256, NEW.content, NEW.asked_by, NEW.agency, NEW.asked_at)
  THEN
    RAISE EXCEPTION 'a backtest that ended is never changed' USING ERRCODE = '23514';
  END IF;
  RETURN NEW;
END $$
"""


def upgrade() -> None:
    """Make the table, and let the database keep what ended."""
    op.create_table(
        TABLE,
        sa.Column("id", sa.Uuid, primary_key=True),
        *(sa.Column(name, sa.Text, nullable=False) for name in ("name", "sha256")),
        sa.Column("content", JSONB, nullable=False),
        *(sa.Column(name, sa.Text, nullable=False) for name in ("status", "asked_by", "agency")),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("tries", sa.Integer, nullable=False, server_default="0"),
        sa.Column("due_back", sa.DateTime(timezone=True)),
        sa.Column("filings", sa.Integer),
        sa.Column("done", sa.Integer, nullable=False, server_default="0"),
        sa.Column("compared_with", JSONB),
        sa.Column("report", JSONB),
        sa.Column("failure", sa.Text),
        sa.Column("finished_at", sa.DateTime(timezone=True)),
        sa.CheckConstraint("status IN ('waiting', 'running', 'done', 'failed')"),
        sa.CheckConstraint("(status = 'done') = (report IS NOT NULL)"),
        sa.CheckConstraint("(status = 'failed') = (failure IS NOT NULL)"),
    )
    op.create_index("rule_backtests_of", TABLE, ["name", "sha256", "finished_at"])
    op.create_index(
        "rule_backtest_once",
        TABLE,
        ["name", "sha256"],
        unique=True,
        postgresql_where=sa.text("status IN ('waiting', 'running')"),
    )
    op.execute(ENDED)
    op.execute(
        f"CREATE TRIGGER backtest_ended BEFORE UPDATE ON {TABLE}"
        " FOR EACH ROW EXECUTE FUNCTION backtest_ended()"
    )
    op.execute(
        f"CREATE TRIGGER never_deleted BEFORE DELETE ON {TABLE}"
        " FOR EACH ROW EXECUTE FUNCTION never_changed()"
    )


def downgrade() -> None:
    """Take it away."""
    op.drop_table(TABLE)
    op.execute("DROP FUNCTION backtest_ended")
