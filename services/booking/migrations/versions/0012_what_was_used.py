"""What a completed booking used stays on record, apart from what is taken."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

KEEP = """
    UPDATE occupancy o
       SET used = true,
           during = tstzrange(least(lower(o.during), ended - interval '1 minute'), ended)
      FROM (SELECT DISTINCT ON (t.booking_id, t.resource) t.id,
                   least(upper(t.during),
                         CAST(e.envelope -> 'data' ->> 'completed_at' AS timestamptz)) AS ended
              FROM bookings b
              JOIN outbox e ON e.aggregate = 'booking' AND e.aggregate_id = b.id
                           AND e.aggregate_version = b.version
              JOIN occupancy t ON t.booking_id = b.id AND NOT t.active
              JOIN resources r ON r.id = t.resource AND r.yard = b.slot ->> 'yard'
             WHERE b.status = 'completed'
               AND t.during && tstzrange(CAST(b.slot ->> 'starts' AS timestamptz),
                                         CAST(b.slot ->> 'ends' AS timestamptz))
               AND (r.sort, r.code) IN (
                   SELECT 'bay', b.slot ->> 'bay'
                   UNION SELECT 'bay', jsonb_array_elements_text(b.slot -> 'beside')
                   UNION SELECT 'gear', jsonb_array_elements_text(b.slot -> 'gear')
                   UNION SELECT 'team', each ->> 'team'
                     FROM jsonb_array_elements(b.slot -> 'teams') each)
             ORDER BY t.booking_id, t.resource, t.id DESC) last
     WHERE o.id = last.id
"""
"""Of what a booking took of its last slot in turn, the last: it was made longer meanwhile."""


def upgrade() -> None:
    """Add the mark, the indexes by which a day is found, and what is completed already."""
    op.add_column(
        "occupancy", sa.Column("used", sa.Boolean, nullable=False, server_default=sa.text("false"))
    )
    op.create_check_constraint("occupancy_over", "occupancy", "NOT (active AND used)")
    op.execute(KEEP)
    op.create_index(
        "occupancy_used", "occupancy", ["during"],
        postgresql_using="gist", postgresql_where=sa.text("used"),
    )  # fmt: skip
    op.create_index(
        "occupancy_used_by", "occupancy", ["booking_id"], postgresql_where=sa.text("used")
    )


def downgrade() -> None:
    """Take them away; what was cut short stays so."""
    op.drop_column("occupancy", "used")
