"""Samples of a section, editions of checklists, and ids that a client gave its records."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

APPEND_ONLY = (
    """
    CREATE FUNCTION refuse_change_of_edition() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        RAISE EXCEPTION 'editions of checklists are never changed (%)', TG_OP
            USING ERRCODE = '42501';
    END $$
    """,
    """
    CREATE TRIGGER checklist_editions_keep BEFORE UPDATE OR DELETE ON checklist_editions
        FOR EACH ROW EXECUTE FUNCTION refuse_change_of_edition()
    """,
    """
    CREATE TRIGGER checklist_editions_keep_all BEFORE TRUNCATE ON checklist_editions
        FOR EACH STATEMENT EXECUTE FUNCTION refuse_change_of_edition()
    """,
    "ALTER TABLE checklist_editions ENABLE ALWAYS TRIGGER checklist_editions_keep",
    "ALTER TABLE checklist_editions ENABLE ALWAYS TRIGGER checklist_editions_keep_all",
    "REVOKE UPDATE, DELETE, TRUNCATE ON checklist_editions FROM CURRENT_USER",
)
CLIENT_IDS = """
CREATE UNIQUE INDEX case_records_client_id ON case_records ((payload ->> 'id'))
WHERE payload ? 'id'
"""


def upgrade() -> None:
    """Add all three."""
    op.add_column("case_sections", sa.Column("samples", JSONB, nullable=False, server_default="[]"))
    op.create_table(
        "checklist_editions",
        sa.Column("agency", sa.Text, primary_key=True),
        sa.Column("code", sa.Text, primary_key=True),
        sa.Column("version", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("valid_from", sa.Date, nullable=False),
        sa.Column("withdrawn", sa.Boolean, nullable=False),
        sa.Column("item", JSONB, nullable=False),
        sa.Column("author", sa.Text, nullable=False),
        sa.Column("written_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("version >= 1"),
    )
    for statement in APPEND_ONLY:
        op.execute(statement)
    op.execute(CLIENT_IDS)


def downgrade() -> None:
    """Take them away."""
    op.drop_index("case_records_client_id", "case_records")
    op.drop_table("checklist_editions")
    op.execute("DROP FUNCTION refuse_change_of_edition")
    op.drop_column("case_sections", "samples")
