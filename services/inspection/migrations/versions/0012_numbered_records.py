"""A number for each record among those of all cases, by which streams go on."""

from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Number what is there, and whatever comes."""
    op.execute("ALTER TABLE case_records ADD COLUMN number bigint GENERATED ALWAYS AS IDENTITY")
    op.create_index("case_records_number", "case_records", ["number"], unique=True)


def downgrade() -> None:
    """Take the numbers away."""
    op.drop_column("case_records", "number")
