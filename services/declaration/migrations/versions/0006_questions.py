"""Questions that officers ask about a filing. What was asked, and how it ended, never changes."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

KEEP = (
    """
    CREATE TRIGGER questions_keep BEFORE UPDATE ON filing_questions FOR EACH ROW
        WHEN (OLD.status <> 'open' OR
            (OLD.filing_id, OLD.number, OLD.agency, OLD.filing_version, OLD.text, OLD.pointers,
                OLD.asked_by, OLD.asked_at)
            IS DISTINCT FROM
            (NEW.filing_id, NEW.number, NEW.agency, NEW.filing_version, NEW.text, NEW.pointers,
                NEW.asked_by, NEW.asked_at))
        EXECUTE FUNCTION only_grows()
    """,
    """
    CREATE TRIGGER questions_stay BEFORE DELETE ON filing_questions
        FOR EACH ROW EXECUTE FUNCTION only_grows()
    """,
    """
    CREATE TRIGGER questions_stay_all BEFORE TRUNCATE ON filing_questions
        FOR EACH STATEMENT EXECUTE FUNCTION only_grows()
    """,
    "ALTER TABLE filing_questions ENABLE ALWAYS TRIGGER questions_keep",
    "ALTER TABLE filing_questions ENABLE ALWAYS TRIGGER questions_stay",
    "ALTER TABLE filing_questions ENABLE ALWAYS TRIGGER questions_stay_all",
)


def upgrade() -> None:
    """Add the table, and to the filing how many were asked and which are open."""
    op.add_column("filings", sa.Column("questions", sa.Integer, nullable=False, server_default="0"))
    op.add_column(
        "filings",
        sa.Column("open_questions", ARRAY(sa.Integer), nullable=False, server_default="{}"),
    )
    op.create_table(
        "filing_questions",
        sa.Column("filing_id", sa.Uuid, sa.ForeignKey("filings.id"), primary_key=True),
        sa.Column("number", sa.Integer, primary_key=True),
        sa.Column("agency", sa.Text, nullable=False),
        sa.Column("filing_version", sa.Integer, nullable=False),
        sa.Column("text", sa.Text, nullable=False),
        sa.Column("pointers", JSONB, nullable=False),
        sa.Column("asked_by", sa.Text, nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("status", sa.Text, nullable=False),
        sa.Column("answer", sa.Text),
        sa.Column("reason", sa.Text),
        sa.Column("ended_by", sa.Text),
        sa.Column("ended_at", sa.DateTime(timezone=True)),
        sa.CheckConstraint("status IN ('open', 'answered', 'closed')"),
        sa.CheckConstraint("(status = 'answered') = (answer IS NOT NULL)"),
        sa.CheckConstraint("(status = 'closed') = (reason IS NOT NULL)"),
        sa.CheckConstraint("(status = 'open') = (ended_at IS NULL)"),
        sa.CheckConstraint("(ended_by IS NULL) = (ended_at IS NULL)"),
        sa.CheckConstraint("number >= 1"),
    )
    for statement in KEEP:
        op.execute(statement)


def downgrade() -> None:
    """Take them away."""
    op.drop_table("filing_questions")
    op.drop_column("filings", "open_questions")
    op.drop_column("filings", "questions")
