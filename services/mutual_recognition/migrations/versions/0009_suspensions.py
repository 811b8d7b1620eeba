"""Companies that an agency has suspended; a suspension is lifted once, and else never changed."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

TABLE = "company_suspensions"
LIFTED_ONCE = """
CREATE FUNCTION lifted_once() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF OLD.lifted_at IS NOT NULL
     OR (OLD.id, OLD.uscc, OLD.agency, OLD.grounds, OLD.way_back, OLD.suspended_by,
         OLD.suspended_at)
        IS DISTINCT FROM
        (NEW.id, NEW.uscc, NEW.agency, NEW.grounds, NEW.way_back, NEW.suspended_by,
         NEW.suspended_at)
  THEN
    RAISE EXCEPTION 'a suspension is never changed but lifted, once' USING ERRCODE = '23514';
  END IF;
  RETURN NEW;
END $$
"""


def upgrade() -> None:
    """Make the table, and let the database keep what is in it."""
    op.create_table(
        TABLE,
        sa.Column("id", sa.Uuid, primary_key=True),
        sa.Column("uscc", sa.Text, sa.ForeignKey("companies.uscc"), nullable=False),
        *(
            sa.Column(name, sa.Text, nullable=False)
            for name in ("agency", "grounds", "way_back", "suspended_by")
        ),
        sa.Column("suspended_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("lifted_by", sa.Text),
        sa.Column("lifted_at", sa.DateTime(timezone=True)),
        sa.Column("lifted_because", sa.Text),
        sa.CheckConstraint("(lifted_at IS NULL) = (lifted_because IS NULL)"),
        sa.CheckConstraint("lifted_by <> suspended_by"),
    )
    op.create_index(
        "company_suspended_once",
        TABLE,
        ["uscc", "agency"],
        unique=True,
        postgresql_where=sa.text("lifted_at IS NULL"),
    )
    op.execute(LIFTED_ONCE)
    op.execute(
        f"CREATE TRIGGER lifted_once BEFORE UPDATE ON {TABLE}"
        " FOR EACH ROW EXECUTE FUNCTION lifted_once()"
    )
    op.execute(
        f"CREATE TRIGGER never_deleted BEFORE DELETE ON {TABLE}"
        " FOR EACH ROW EXECUTE FUNCTION never_changed()"
    )


def downgrade() -> None:
    """Take it away."""
    op.drop_table(TABLE)
    op.execute("DROP FUNCTION lifted_once")
