"""Officers' public keys, and which record of a case each agency has signed."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add both."""
    op.add_column("case_sections", sa.Column("signed", JSONB))
    op.create_table(
        "officer_keys",
        sa.Column("id", sa.Uuid, primary_key=True),
        sa.Column("subject", sa.Text, nullable=False),
        sa.Column("agency", sa.Text, nullable=False),
        sa.Column("public", sa.Text, nullable=False, unique=True),
        sa.Column("registered_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("revoked_at", sa.DateTime(timezone=True)),
    )
    op.create_index("officer_keys_agency", "officer_keys", ["agency", "id"])


def downgrade() -> None:
    """Take them away."""
    op.drop_table("officer_keys")
    op.drop_column("case_sections", "signed")
