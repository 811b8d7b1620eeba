"""When the first agency's result must have come. Unknown of what is planned already.

A slot that is planned, or a container that is opened from now on, sets the time.
"""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the times, and find those that have passed."""
    op.add_column("requirements", sa.Column("awaited_from", sa.DateTime(timezone=True)))
    op.add_column("recognitions", sa.Column("result_due", sa.DateTime(timezone=True)))
    op.create_index(
        "recognitions_due",
        "recognitions",
        ["result_due"],
        postgresql_where=sa.text("status = 'expected'"),
    )


def downgrade() -> None:
    """Take them away."""
    op.drop_index("recognitions_due")
    op.drop_column("recognitions", "result_due")
    op.drop_column("requirements", "awaited_from")
