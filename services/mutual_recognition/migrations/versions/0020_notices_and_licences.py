"""Notices of suspensions, goods under a licence, what recognitions and approvals rest on."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None

NOTICES = "suspension_notices"
TELL = """
    CREATE FUNCTION tell_suspension() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
      IF TG_OP = 'INSERT' THEN
        INSERT INTO suspension_notices (kind, suspension_id, told_at)
        VALUES ('suspended', NEW.id, NEW.suspended_at);
      ELSIF OLD.lifted_at IS NULL AND NEW.lifted_at IS NOT NULL THEN
        INSERT INTO suspension_notices (kind, suspension_id, told_at)
        VALUES ('lifted', NEW.id, NEW.lifted_at);
      END IF;
      RETURN NULL;
    END $$"""
FILL = """
    INSERT INTO suspension_notices (kind, suspension_id, told_at)
    SELECT kind, id, told_at FROM (
      SELECT 'suspended' AS kind, id, suspended_at AS told_at FROM company_suspensions
      UNION ALL SELECT 'lifted', id, lifted_at FROM company_suspensions
      WHERE lifted_at IS NOT NULL) told
    ORDER BY told_at, id, kind DESC"""


def upgrade() -> None:
    """Add them. Who suspends or lifts tells it in the same statement, whichever program it is."""
    op.add_column(
        "recognitions", sa.Column("conclusions", JSONB, nullable=False, server_default="[]")
    )
    op.add_column("rule_versions", sa.Column("agencies", JSONB))
    _registers("'goods', 'authorities', 'producers', 'licences'")
    op.create_table(
        NOTICES,
        sa.Column("number", sa.BigInteger, sa.Identity(always=True), primary_key=True),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column(
            "suspension_id", sa.Uuid, sa.ForeignKey("company_suspensions.id"), nullable=False
        ),
        sa.Column("told_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("kind IN ('suspended', 'lifted')"),
        sa.UniqueConstraint("suspension_id", "kind"),
    )
    op.create_table(
        "suspension_notices_read",
        sa.Column("number", sa.BigInteger, sa.ForeignKey(f"{NOTICES}.number"), primary_key=True),
        sa.Column("office", sa.Text, primary_key=True),
        sa.Column("read_by", sa.Text, nullable=False),
        sa.Column("read_at", sa.DateTime(timezone=True), nullable=False),
    )
    for table in (NOTICES, "suspension_notices_read"):
        op.execute(
            f"CREATE TRIGGER never_changed BEFORE UPDATE OR DELETE ON {table}"
            " FOR EACH ROW EXECUTE FUNCTION never_changed()"
        )
        op.execute(
            f"CREATE TRIGGER never_emptied BEFORE TRUNCATE ON {table}"
            " FOR EACH STATEMENT EXECUTE FUNCTION never_changed()"
        )
    op.execute(FILL)
    op.execute(TELL)
    op.execute(
        "CREATE TRIGGER told AFTER INSERT OR UPDATE ON company_suspensions"
        " FOR EACH ROW EXECUTE FUNCTION tell_suspension()"
    )


def downgrade() -> None:
    """Take them away, and what was entered of licences."""
    op.execute("DROP TRIGGER told ON company_suspensions")
    op.execute("DROP FUNCTION tell_suspension")
    op.drop_table("suspension_notices_read")
    op.drop_table(NOTICES)
    op.execute("ALTER TABLE pilot_entries DISABLE TRIGGER never_changed")
    op.execute("DELETE FROM pilot_entries WHERE kind = 'licences'")
    op.execute("ALTER TABLE pilot_entries ENABLE TRIGGER never_changed")
    _registers("'goods', 'authorities', 'producers'")
    op.drop_column("rule_versions", "agencies")
    op.drop_column("recognitions", "conclusions")


def _registers(kinds: str) -> None:
    op.drop_constraint("pilot_entries_kind_check", "pilot_entries")
    op.create_check_constraint("pilot_entries_kind_check", "pilot_entries", f"kind IN ({kinds})")
