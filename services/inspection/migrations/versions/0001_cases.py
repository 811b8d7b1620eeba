"""Cases, their sections and openings, and the chain of records."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

from shared import migrating

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

APPEND_ONLY = (
    """
    CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        RAISE EXCEPTION 'records of a case are never changed (%)', TG_OP USING ERRCODE = '42501';
    END $$
    """,
    """
    CREATE TRIGGER case_records_keep BEFORE UPDATE OR DELETE ON case_records
        FOR EACH ROW EXECUTE FUNCTION refuse_change()
    """,
    """
    CREATE TRIGGER case_records_keep_all BEFORE TRUNCATE ON case_records
        FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()
    """,
    "ALTER TABLE case_records ENABLE ALWAYS TRIGGER case_records_keep",
    "ALTER TABLE case_records ENABLE ALWAYS TRIGGER case_records_keep_all",
    "REVOKE UPDATE, DELETE, TRUNCATE ON case_records FROM CURRENT_USER",
)


def upgrade() -> None:
    """Create everything."""
    migrating.create_kit_tables()
    _cases()
    _sections()
    _openings()
    _records()


def _moment(name: str, *, nullable: bool = False) -> sa.Column[object]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable)


def _text(name: str, *, nullable: bool = False) -> sa.Column[str]:
    return sa.Column(name, sa.Text, nullable=nullable)


def _facts(name: str, *, nullable: bool = False) -> sa.Column[object]:
    return sa.Column(name, JSONB, nullable=nullable)


def _of_case() -> sa.Column[object]:
    return sa.Column("case_id", sa.Uuid, sa.ForeignKey("cases.id"), primary_key=True)


def _cases() -> None:
    op.create_table(
        "cases",
        sa.Column("id", sa.Uuid, primary_key=True),
        sa.Column("filing_id", sa.Uuid, nullable=False),
        sa.Column("requirement_id", sa.Uuid, nullable=False, unique=True),
        sa.Column("version", sa.Integer, nullable=False),
        _text("status"),
        _text("mode", nullable=True),
        _text("broker", nullable=True),
        _facts("required", nullable=True),
        _facts("slot", nullable=True),
        _text("yard", nullable=True),
        _text("inside_yard", nullable=True),
        sa.Column("attempts", sa.Integer, nullable=False),
        _facts("waiting", nullable=True),
        _moment("waiting_until", nullable=True),
        _text("leave", nullable=True),
        _facts("gate", nullable=True),
        _facts("recognition", nullable=True),
        _facts("counts", nullable=True),
        sa.Column("head_seq", sa.Integer, nullable=False),
        _text("head_hash"),
        _moment("created_at"),
        sa.CheckConstraint("version >= 0 AND head_seq >= version"),
        sa.CheckConstraint(
            "status IN ('planned', 'open', 'awaiting_recognition', 'awaiting_laboratory',"
            " 'completed', 'void')"
        ),
        sa.CheckConstraint("mode IN ('none', 'single', 'joint', 'recognition')"),
        sa.CheckConstraint("leave IN ('amend', 'withdraw')"),
        sa.CheckConstraint("leave IS NULL OR status = 'planned'"),
        sa.CheckConstraint("waiting_until IS NULL OR status IN ('open', 'awaiting_recognition')"),
        sa.CheckConstraint("(counts IS NOT NULL) = (status = 'completed')"),
    )
    _index("cases", ["created_at", "id"])
    _index("cases", ["filing_id"])
    _index("cases", ["broker", "created_at", "id"])
    _index("cases", ["waiting_until"], where="waiting_until IS NOT NULL")


def _index(table: str, columns: list[str], *, where: str | None = None) -> None:
    condition = sa.text(where) if where else None
    op.create_index(f"{table}_{'_'.join(columns)}", table, columns, postgresql_where=condition)


def _sections() -> None:
    op.create_table(
        "case_sections",
        _of_case(),
        sa.Column("agency", sa.Text, primary_key=True),
        sa.Column("needed", sa.Boolean, nullable=False),
        _text("scope"),
        _moment("joined_at", nullable=True),
        _facts("findings"),
        _facts("conclusions"),
        sa.CheckConstraint("scope IN ('documents', 'scan', 'unpack', 'sample')"),
        sa.CheckConstraint("needed OR jsonb_array_length(conclusions) = 0"),
    )


def _openings() -> None:
    op.create_table(
        "case_openings",
        _of_case(),
        sa.Column("number", sa.Integer, primary_key=True, autoincrement=False),
        _moment("opened_at"),
        _moment("closed_at", nullable=True),
        _facts("present"),
        _facts("slot"),
        _facts("reason", nullable=True),
        sa.CheckConstraint("number = 1 OR (number > 1 AND reason IS NOT NULL)"),
        sa.CheckConstraint("closed_at >= opened_at"),
        sa.CheckConstraint("jsonb_array_length(present) > 0"),
    )
    op.create_index(
        "case_openings_one_open",
        "case_openings",
        ["case_id"],
        unique=True,
        postgresql_where=sa.text("closed_at IS NULL"),
    )


def _records() -> None:
    op.create_table(
        "case_records",
        _of_case(),
        sa.Column("seq", sa.Integer, primary_key=True, autoincrement=False),
        _text("kind"),
        _text("actor_subject"),
        _text("actor_role"),
        _text("actor_agency", nullable=True),
        _moment("wall"),
        _moment("yard"),
        _facts("payload"),
        _text("prev_hash"),
        _text("hash"),
        sa.CheckConstraint("seq >= 1"),
        sa.CheckConstraint("hash ~ '^[0-9a-f]{64}$' AND prev_hash ~ '^[0-9a-f]{64}$'"),
        sa.UniqueConstraint("case_id", "prev_hash"),
    )
    for statement in APPEND_ONLY:
        op.execute(statement)
