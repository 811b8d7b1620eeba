"""Each row of occupancy says which transaction wrote it: a copy in memory asks for those alone."""

from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the column and its index."""
    op.execute(
        "ALTER TABLE occupancy ADD COLUMN changed xid8 NOT NULL DEFAULT pg_current_xact_id()"
    )
    op.execute("CREATE INDEX occupancy_changed ON occupancy (changed)")
    op.execute(
        """
        CREATE FUNCTION occupancy_changes() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN NEW.changed := pg_current_xact_id(); RETURN NEW; END $$
        """
    )
    op.execute(
        """
        CREATE TRIGGER occupancy_changes BEFORE UPDATE ON occupancy
        FOR EACH ROW EXECUTE FUNCTION occupancy_changes()
        """
    )


def downgrade() -> None:
    """Take them away."""
    op.execute("DROP TRIGGER occupancy_changes ON occupancy")
    op.execute("DROP FUNCTION occupancy_changes()")
    op.execute("ALTER TABLE occupancy DROP COLUMN changed")
