"""Files take turns between brokers, and one that is broken off again and again fails.

`begun_at` is when a worker last took it, `attempts` how often without anything done since. Kept
answers lose the secrets of webhooks that they told.
"""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

_STATES = "'reading', 'filing', 'done', 'cancelled', 'refused'"
_SECRETS = """
UPDATE idempotency_keys SET body = convert_to(CAST(
    jsonb_set(CAST(convert_from(body, 'UTF8') AS jsonb), '{secret}', 'null') AS text), 'UTF8')
WHERE endpoint LIKE 'POST %/v1/webhooks?%' OR endpoint LIKE 'POST %/v1/webhooks/%/rotate?%'
"""


def upgrade() -> None:
    """Add them."""
    op.add_column("bulk_jobs", sa.Column("begun_at", sa.DateTime(timezone=True)))
    op.add_column(
        "bulk_jobs", sa.Column("attempts", sa.Integer, nullable=False, server_default="0")
    )
    _constrain(f"{_STATES}, 'failed'", why="state IN ('refused', 'failed')")
    op.create_index("bulk_jobs_turns", "bulk_jobs", ["broker", "begun_at"])
    ended = sa.text("ended_at IS NOT NULL")
    op.create_index("bulk_jobs_old", "bulk_jobs", ["ended_at"], postgresql_where=ended)
    op.execute(_SECRETS)


def _constrain(states: str, *, why: str) -> None:
    op.drop_constraint("bulk_jobs_state", "bulk_jobs")
    op.create_check_constraint("bulk_jobs_state", "bulk_jobs", f"state IN ({states})")
    op.drop_constraint("bulk_jobs_refusal", "bulk_jobs")
    op.create_check_constraint("bulk_jobs_refusal", "bulk_jobs", f"({why}) = (refusal IS NOT NULL)")


def downgrade() -> None:
    """Take them away; what failed was refused then."""
    op.execute("UPDATE bulk_jobs SET state = 'refused' WHERE state = 'failed'")
    op.drop_index("bulk_jobs_old")
    op.drop_index("bulk_jobs_turns")
    _constrain(_STATES, why="state = 'refused'")
    op.drop_column("bulk_jobs", "attempts")
    op.drop_column("bulk_jobs", "begun_at")
