"""What inspections found, of companies and goods; those of before are counted by the service."""

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None

TABLE = "inspection_findings"
TO_COUNT = "status = 'met' AND outcome <> 'held' AND mode <> 'none' AND NOT counted"


def upgrade() -> None:
    """Make the table, whose rows are never changed, and find what is to be counted."""
    op.create_table(
        TABLE,
        sa.Column("requirement_id", sa.Uuid, sa.ForeignKey("requirements.id"), primary_key=True),
        sa.Column("kind", sa.Text, primary_key=True),
        sa.Column("member", sa.Text, primary_key=True),
        sa.Column("found", sa.Boolean, nullable=False),
        sa.CheckConstraint("kind IN ('companies', 'goods')"),
    )
    op.create_index("inspection_findings_of", TABLE, ["kind", "member", "found"])
    op.execute(
        f"CREATE TRIGGER never_changed BEFORE UPDATE OR DELETE ON {TABLE}"
        " FOR EACH ROW EXECUTE FUNCTION never_changed()"
    )
    op.add_column(
        "requirements", sa.Column("counted", sa.Boolean, nullable=False, server_default="false")
    )
    op.create_index(
        "requirements_to_count", "requirements", ["id"], postgresql_where=sa.text(TO_COUNT)
    )


def downgrade() -> None:
    """Take it away; upgraded again, all is counted again."""
    op.drop_index("requirements_to_count")
    op.drop_column("requirements", "counted")
    op.drop_table(TABLE)
