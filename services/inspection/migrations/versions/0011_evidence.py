"""The key that links to evidence are signed with, and evidence found by its file."""

import secrets

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

BY_FILE = """
CREATE INDEX case_records_file ON case_records ((payload ->> 'sha256')) WHERE kind = 'evidence'
"""


def upgrade() -> None:
    """Add the table with a key of this database's own, and the index."""
    table = op.create_table(
        "link_keys",
        sa.Column("number", sa.SmallInteger, primary_key=True, autoincrement=False),
        sa.Column("secret", sa.LargeBinary, nullable=False),
        sa.CheckConstraint("number = 1"),
    )
    op.bulk_insert(table, [{"number": 1, "secret": secrets.token_bytes(32)}])
    op.execute(BY_FILE)


def downgrade() -> None:
    """Take both away."""
    op.drop_index("case_records_file", "case_records")
    op.drop_table("link_keys")
