"""How each container of a case stands in the yard."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

CAME_IN = """
UPDATE cases SET handled = (
    SELECT coalesce(jsonb_object_agg(each ->> 'container', jsonb_build_object(
        'stage', 'sealed', 'seal', each ->> 'seal', 'resealed', false, 'unpackings', 0)), '{}')
    FROM jsonb_array_elements(gate -> 'seals') AS each)
WHERE inside_yard IS NOT NULL
"""


def upgrade() -> None:
    """Add the column; what is in a yard now stands there sealed, as it came in."""
    op.add_column("cases", sa.Column("handled", JSONB, nullable=False, server_default="{}"))
    op.execute(CAME_IN)


def downgrade() -> None:
    """Take it away."""
    op.drop_column("cases", "handled")
