"""A table of what a refused recognition leads to, and what is known of one."""

import json
import tomllib
from datetime import UTC, datetime
from pathlib import Path

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

NAME = "mismatch"
FILE = Path(__file__).parents[2] / "founding" / f"{NAME}.toml"
FOUNDED_AT = datetime(2020, 1, 1, tzinfo=UTC)
SUPERVISORS = {
    "customs": "founding supervisor of customs",
    "quarantine": "founding supervisor of quarantine",
}
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
    """Add the column, and publish the founding table."""
    op.add_column("decisions", sa.Column("mismatch", JSONB))
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
    for agency, by in SUPERVISORS.items():
        connection.execute(APPROVAL, {**of_it, "agency": agency, "by": by})


def downgrade() -> None:
    """Take the column away; what is published stays."""
    op.drop_column("decisions", "mismatch")
