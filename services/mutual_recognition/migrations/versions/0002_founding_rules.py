"""The founding rules: version 1 of each table, approved by both agencies' supervisors."""

import json
from datetime import UTC, datetime
from pathlib import Path

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

FOUNDING = Path(__file__).parents[2] / "founding"
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
    """Publish the files in `founding`. A change of the rules is a new version, never an edit."""
    connection = op.get_bind()
    for file in sorted(FOUNDING.glob("*.json")):
        content = json.loads(file.read_text(encoding="utf-8"))
        connection.execute(
            VERSION,
            {
                "name": file.stem,
                "valid_from": datetime.fromisoformat(content["valid_from"]).date(),
                "content": json.dumps(content, ensure_ascii=False),
                "at": FOUNDED_AT,
            },
        )
        for agency, supervisor in SUPERVISORS.items():
            connection.execute(
                APPROVAL,
                {"name": file.stem, "agency": agency, "by": supervisor, "at": FOUNDED_AT},
            )
