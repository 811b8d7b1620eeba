"""The founding rules once more, as version 2: the same rows, each with its examples.

Not where the agencies have a version of their own already.
"""

import json
import tomllib
from decimal import Decimal
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

FOUNDING = Path(__file__).parents[2] / "founding"
BEFORE = FOUNDING / "before"
"""Tables of which the founding rules have a later version."""
VERSION = sa.text(
    "INSERT INTO rule_versions (name, version, status, valid_from, content, author,"
    " author_agency, drafted_at, published_at) SELECT name, 2, 'published', valid_from,"
    " CAST(:content AS jsonb), author, author_agency, drafted_at, published_at"
    " FROM rule_versions WHERE name = :name AND version = 1 AND NOT EXISTS"
    " (SELECT FROM rule_versions WHERE name = :name AND version > 1)"
)
APPROVALS = sa.text(
    "INSERT INTO rule_approvals (name, version, agency, approved_by, approved_at)"
    " SELECT name, 2, agency, approved_by, approved_at FROM rule_approvals"
    " WHERE name = :name AND version = 1"
)


def upgrade() -> None:
    """Publish the files in `founding`. A change of the rules is a new version, never an edit."""
    connection = op.get_bind()
    for file in sorted(FOUNDING.glob("*.toml")):
        before = BEFORE / file.name
        text = (before if before.exists() else file).read_text(encoding="utf-8")
        content = tomllib.loads(text, parse_float=Decimal)
        named = {"name": file.stem}
        added = connection.execute(VERSION, {**named, "content": _json(content)})
        if added.rowcount:
            connection.execute(APPROVALS, named)


def _json(content: dict[str, Any]) -> str:
    return json.dumps(content, ensure_ascii=False, default=str)


def downgrade() -> None:
    """Nothing: what is published stays."""
