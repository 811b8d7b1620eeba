"""Treatments that conclusions ordered, and the agencies' own editions of finding codes.

What was to be treated before has no order; what was found before keeps its code.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None

GUARD = (
    """
    CREATE TRIGGER finding_code_editions_keep BEFORE UPDATE OR DELETE ON finding_code_editions
        FOR EACH ROW EXECUTE FUNCTION refuse_change_of_edition()
    """,
    """
    CREATE TRIGGER finding_code_editions_keep_all BEFORE TRUNCATE ON finding_code_editions
        FOR EACH STATEMENT EXECUTE FUNCTION refuse_change_of_edition()
    """,
    "ALTER TABLE finding_code_editions ENABLE ALWAYS TRIGGER finding_code_editions_keep",
    "ALTER TABLE finding_code_editions ENABLE ALWAYS TRIGGER finding_code_editions_keep_all",
    "REVOKE UPDATE, DELETE, TRUNCATE ON finding_code_editions FROM CURRENT_USER",
)
"""Editions are added, never changed, as those of checklists are."""


def upgrade() -> None:
    """Add the column and both tables. Treatments' records are in the chain."""
    moment = sa.DateTime(timezone=True)
    empty = sa.text("'[]'")
    op.add_column(
        "case_sections", sa.Column("treatments", JSONB, nullable=False, server_default=empty)
    )
    op.create_table(
        "treatments",
        sa.Column("case_id", sa.Uuid, sa.ForeignKey("cases.id"), primary_key=True),
        sa.Column("agency", sa.Text, primary_key=True),
        sa.Column("number", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("yard", sa.Text),
        sa.Column("due", moment, nullable=False),
        sa.Column("settled_at", moment),
        sa.Column("overdue_at", moment),
        sa.Column("treatment", JSONB, nullable=False),
    )
    op.create_index("treatments_listed", "treatments", ["due", "case_id", "agency", "number"])
    op.create_index(
        "treatments_open",
        "treatments",
        ["due"],
        postgresql_where=sa.text("settled_at IS NULL AND overdue_at IS NULL"),
    )
    op.create_table(
        "finding_code_editions",
        sa.Column("agency", sa.Text, primary_key=True),
        sa.Column("code", sa.Text, primary_key=True),
        sa.Column("version", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("valid_from", sa.Date, nullable=False),
        sa.Column("withdrawn", sa.Boolean, nullable=False),
        sa.Column("entry", JSONB, nullable=False),
        sa.Column("author", sa.Text, nullable=False),
        sa.Column("written_at", moment, nullable=False),
    )
    for statement in GUARD:
        op.execute(statement)


def downgrade() -> None:
    """Take them away."""
    op.drop_table("finding_code_editions")
    op.drop_table("treatments")
    op.drop_column("case_sections", "treatments")
