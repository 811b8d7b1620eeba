"""A record that was refused since its id was taken is kept beside the other of that id."""

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None

KEY = "rejected_records_pkey"
BESIDE = "DELETE FROM rejected_records WHERE digest <> ''"


def upgrade() -> None:
    """Tell such records apart by their digests; those that are here are the first of their ids."""
    digest = sa.Column("digest", sa.Text, nullable=False, server_default="")
    op.add_column("rejected_records", digest)
    op.drop_constraint(KEY, "rejected_records")
    op.create_primary_key(KEY, "rejected_records", ["id", "office", "digest"])


def downgrade() -> None:
    """Keep the first of each id alone."""
    op.execute(BESIDE)
    op.drop_constraint(KEY, "rejected_records")
    op.create_primary_key(KEY, "rejected_records", ["id", "office"])
    op.drop_column("rejected_records", "digest")
