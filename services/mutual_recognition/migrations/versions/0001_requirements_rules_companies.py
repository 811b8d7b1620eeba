"""Requirements with their decisions, recognitions and conclusions; rule tables; companies."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

from shared import migrating

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

NEVER_CHANGED = """
CREATE FUNCTION never_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'rows of % are never changed', TG_TABLE_NAME USING ERRCODE = '23514';
END $$
"""
GUARDED = {
    "decisions": "",
    "requirement_conclusions": "",
    "company_ratings": "",
    "rule_approvals": "",
    "rule_versions": "WHEN (OLD.status = 'published')",
}


def upgrade() -> None:
    """Make the tables."""
    migrating.create_kit_tables()
    _requirements()
    _decisions()
    _recognitions()
    _conclusions()
    _companies()
    _rules()
    op.execute(NEVER_CHANGED)
    for table, when in GUARDED.items():
        op.execute(
            f"CREATE TRIGGER never_changed BEFORE UPDATE OR DELETE ON {table}"
            f" FOR EACH ROW {when} EXECUTE FUNCTION never_changed()"
        )
        op.execute(
            f"CREATE TRIGGER never_emptied BEFORE TRUNCATE ON {table}"
            " FOR EACH STATEMENT EXECUTE FUNCTION never_changed()"
        )


def _text(name: str, *, nullable: bool = False) -> sa.Column[object]:
    return sa.Column(name, sa.Text, nullable=nullable)


def _json(name: str, *, nullable: bool = False) -> sa.Column[object]:
    return sa.Column(name, JSONB, nullable=nullable)


def _number(name: str) -> sa.Column[object]:
    return sa.Column(name, sa.Integer, nullable=False)


def _uuid(name: str, *, unique: bool = False) -> sa.Column[object]:
    return sa.Column(name, sa.Uuid, nullable=False, unique=unique)


def _day(name: str, *, nullable: bool = False) -> sa.Column[object]:
    return sa.Column(name, sa.Date, nullable=nullable)


def _moment(name: str, *, nullable: bool = False) -> sa.Column[object]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable)


def _requirements() -> None:
    op.create_table(
        "requirements",
        sa.Column("id", sa.Uuid, primary_key=True),
        _uuid("filing_id", unique=True),
        _number("filing_version"),
        _number("revision"),
        _number("version"),
        _text("status"),
        _text("mode"),
        _text("broker"),
        _json("consignment"),
        _json("determination"),
        _uuid("decision_id"),
        _json("pending", nullable=True),
        _text("outcome", nullable=True),
        _json("reason", nullable=True),
        _moment("created_at"),
        _moment("changed_at"),
        sa.CheckConstraint("status IN ('determined', 'revised', 'met', 'void')"),
        sa.CheckConstraint("mode IN ('none', 'single', 'joint', 'recognition')"),
        sa.CheckConstraint("(status = 'met') = (outcome IS NOT NULL)"),
        sa.CheckConstraint("outcome IN ('released', 'refused_entry', 'held')"),
        sa.CheckConstraint("version >= revision AND revision >= 1 AND filing_version >= 1"),
    )
    op.create_index("requirements_broker", "requirements", ["broker", "filing_id"])


def _decisions() -> None:
    op.create_table(
        "decisions",
        sa.Column("id", sa.Uuid, primary_key=True),
        sa.Column("requirement_id", sa.Uuid, sa.ForeignKey("requirements.id"), nullable=False),
        _uuid("filing_id"),
        _number("filing_version"),
        _number("revision"),
        _text("cause"),
        _day("decided_on"),
        _moment("decided_at"),
        _json("inputs"),
        _json("tables"),
        _text("seed_id"),
        _json("draws"),
        _json("orders"),
        sa.Column("recognition_refused", sa.Boolean, nullable=False),
        _json("outcome"),
        sa.UniqueConstraint("requirement_id", "revision"),
    )


def _recognitions() -> None:
    op.create_table(
        "recognitions",
        sa.Column("id", sa.Uuid, primary_key=True),
        sa.Column(
            "requirement_id",
            sa.Uuid,
            sa.ForeignKey("requirements.id"),
            nullable=False,
            unique=True,
        ),
        _uuid("filing_id", unique=True),
        _number("version"),
        _text("status"),
        _text("agency_primary"),
        _text("agency_secondary"),
        _json("terms"),
        _json("verdicts"),
        _json("reason", nullable=True),
        _moment("changed_at"),
        sa.CheckConstraint("status IN ('expected', 'granted', 'refused', 'lapsed')"),
        sa.CheckConstraint("agency_primary <> agency_secondary"),
    )


def _conclusions() -> None:
    op.create_table(
        "requirement_conclusions",
        sa.Column("requirement_id", sa.Uuid, sa.ForeignKey("requirements.id"), primary_key=True),
        sa.Column("agency", sa.Text, primary_key=True),
        sa.Column("number", sa.Integer, primary_key=True),
        _number("revision"),
        _text("scope"),
        _text("verdict"),
        _json("content"),
        _moment("received_at"),
    )


def _companies() -> None:
    op.create_table(
        "companies",
        sa.Column("uscc", sa.Text, primary_key=True),
        _text("name"),
        _text("registered_by"),
        _moment("registered_at"),
    )
    op.create_table(
        "company_ratings",
        sa.Column("id", sa.Uuid, primary_key=True),
        sa.Column("uscc", sa.Text, sa.ForeignKey("companies.uscc"), nullable=False),
        _text("agency"),
        _text("grade"),
        _day("valid_from"),
        _day("valid_to", nullable=True),
        _text("grounds"),
        _text("given_by"),
        _moment("given_at"),
        sa.CheckConstraint("grade IN ('high', 'ordinary', 'low')"),
        sa.CheckConstraint("valid_to IS NULL OR valid_to >= valid_from"),
    )
    op.create_index("company_ratings_of", "company_ratings", ["uscc", "agency", "given_at"])


def _rules() -> None:
    op.create_table(
        "rule_versions",
        sa.Column("name", sa.Text, primary_key=True),
        sa.Column("version", sa.Integer, primary_key=True, autoincrement=False),
        _text("status"),
        _day("valid_from"),
        _json("content"),
        _text("author"),
        _text("author_agency"),
        _moment("drafted_at"),
        _moment("published_at", nullable=True),
        sa.CheckConstraint("status IN ('draft', 'published')"),
        sa.CheckConstraint("(status = 'published') = (published_at IS NOT NULL)"),
    )
    op.create_table(
        "rule_approvals",
        sa.Column("name", sa.Text, primary_key=True),
        sa.Column("version", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("agency", sa.Text, primary_key=True),
        _text("approved_by"),
        _moment("approved_at"),
        sa.ForeignKeyConstraint(
            ["name", "version"], ["rule_versions.name", "rule_versions.version"]
        ),
    )
