"""The founding recognition table as version 3: goods that both agencies have named.

Not where the agencies have a version of their own already, be it a draft, nor where goods are in a
register already: then it is theirs to draft, to try on what is stored, and to approve. Where there
are none it decides as version 2 does.
"""

import json
import tomllib
from decimal import Decimal
from pathlib import Path

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None

FILE = Path(__file__).parents[2] / "founding" / "recognition.toml"
VERSION = sa.text(
    "INSERT INTO rule_versions (name, version, status, valid_from, content, author,"
    " author_agency, drafted_at, published_at) SELECT name, 3, 'published', valid_from,"
    " CAST(:content AS json), author, author_agency, drafted_at, published_at"
    " FROM rule_versions WHERE name = 'recognition' AND version = 2"
    " AND author = 'founding commission' AND NOT EXISTS"
    " (SELECT FROM rule_versions WHERE name = 'recognition' AND version > 2)"
    " AND NOT EXISTS (SELECT FROM pilot_entries WHERE kind = 'goods')"
)
APPROVALS = sa.text(
    "INSERT INTO rule_approvals (name, version, agency, approved_by, approved_at)"
    " SELECT name, 3, agency, approved_by, approved_at FROM rule_approvals"
    " WHERE name = 'recognition' AND version = 2"
)


def upgrade() -> None:
    """Publish the table. A change of the rules is a new version, never an edit."""
    content = tomllib.loads(FILE.read_text(encoding="utf-8"), parse_float=Decimal)
    text = json.dumps(content, ensure_ascii=False, default=str)
    connection = op.get_bind()
    if connection.execute(VERSION, {"content": text}).rowcount:
        connection.execute(APPROVALS)


def downgrade() -> None:
    """Nothing: what is published stays."""
