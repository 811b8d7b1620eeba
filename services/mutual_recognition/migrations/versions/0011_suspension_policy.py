"""Companies are suspended by a policy too: what led to that, and the founding policy."""

import json
import tomllib
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

SUSPENSIONS, NAME = "company_suspensions", "suspension"
FILE = Path(__file__).parents[2] / "founding" / f"{NAME}.toml"
FOUNDED_AT = datetime(2020, 1, 1, tzinfo=UTC)
SUPERVISORS = {
    "customs": "founding supervisor of customs",
    "quarantine": "founding supervisor of quarantine",
}
ADDED: dict[str, Any] = {
    "filing_id": sa.Uuid(),
    "conclusion": sa.Integer(),
    "policy": sa.Integer(),
    "policy_row": sa.Text(),
    "known": JSONB(),
    "liftable_from": sa.Date(),
    "suspended_on": sa.Date(),
}
LIFTED_ONCE = """
CREATE OR REPLACE FUNCTION lifted_once() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF OLD.lifted_at IS NOT NULL
     OR to_jsonb(OLD) - '{lifted_at,lifted_by,lifted_because}'::text[]
        <> to_jsonb(NEW) - '{lifted_at,lifted_by,lifted_because}'::text[]
  THEN
    RAISE EXCEPTION 'a suspension is never changed but lifted, once' USING ERRCODE = '23514';
  END IF;
  RETURN NEW;
END $$
"""
VERSION = sa.text(
    "INSERT INTO rule_versions (name, version, status, valid_from, content, author,"
    " author_agency, drafted_at, published_at) VALUES (:name, 1, 'published', :valid_from,"
    " CAST(:content AS jsonb), 'founding commission', 'customs', :at, :at)"
)
APPROVAL = sa.text(
    "INSERT INTO rule_approvals (name, version, agency, approved_by, approved_at)"
    " VALUES (:name, 1, :agency, :by, :at)"
)


def upgrade() -> None:
    """Add the columns, let the database keep them, and publish the founding policy."""
    for name, kind in ADDED.items():
        op.add_column(SUSPENSIONS, sa.Column(name, kind))
    op.create_check_constraint(
        "company_suspensions_policy_check",
        SUSPENSIONS,
        f"num_nulls({', '.join(ADDED)}) IN (0, {len(ADDED)})",
    )
    _once("lifted_at IS NULL AND policy IS NULL")
    by = ["filing_id", "agency", "conclusion"]
    op.create_index("company_suspended_by", SUSPENSIONS, by, unique=True)
    op.create_index("company_suspensions_of", SUSPENSIONS, ["uscc", "suspended_at"])
    op.execute(LIFTED_ONCE)
    content = tomllib.loads(FILE.read_text(encoding="utf-8"))
    of_it = {"name": NAME, "at": FOUNDED_AT}
    connection = op.get_bind()
    connection.execute(
        VERSION,
        {
            **of_it,
            "valid_from": content["valid_from"],
            "content": json.dumps(content, ensure_ascii=False, default=str),
        },
    )
    for agency, by_whom in SUPERVISORS.items():
        connection.execute(APPROVAL, {**of_it, "agency": agency, "by": by_whom})


def _once(where: str) -> None:
    op.drop_index("company_suspended_once", SUSPENSIONS)
    op.create_index(
        "company_suspended_once",
        SUSPENSIONS,
        ["uscc", "agency"],
        unique=True,
        postgresql_where=sa.text(where),
    )


def downgrade() -> None:
    """Take the columns and the founding policy away, if nothing was suspended by the policy."""
    _once("lifted_at IS NULL")
    for index in ("company_suspended_by", "company_suspensions_of"):
        op.drop_index(index, SUSPENSIONS)
    op.drop_constraint("company_suspensions_policy_check", SUSPENSIONS)
    for name in ADDED:
        op.drop_column(SUSPENSIONS, name)
    for table in ("rule_approvals", "rule_versions"):
        op.execute(f"ALTER TABLE {table} DISABLE TRIGGER never_changed")
        rows = sa.table(table, sa.column("name"), sa.column("version"))
        op.execute(sa.delete(rows).where(rows.c.name == NAME, rows.c.version == 1))
        op.execute(f"ALTER TABLE {table} ENABLE TRIGGER never_changed")
