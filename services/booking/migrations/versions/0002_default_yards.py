"""The default yards, from a data file; yards that are already there stay as they are."""

import json
from pathlib import Path

import sqlalchemy as sa
from alembic import op

from services.booking import seeding

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

DATA = Path(__file__).parents[2] / "data" / "default_yards.json"


def upgrade() -> None:
    """Add what is missing."""
    seeding.add(op.get_bind(), json.loads(DATA.read_text(encoding="utf-8")))


def downgrade() -> None:
    """Take the data back, if nothing was booked."""
    op.execute(sa.text("DELETE FROM resources"))
    op.execute(sa.text("DELETE FROM yards"))
