"""Webhooks of brokers, and one row for each notice to each of them."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def _moment(name: str, *, nullable: bool = True) -> "sa.Column[object]":
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable)


def upgrade() -> None:
    """Add the tables."""
    op.create_table(
        "webhooks",
        sa.Column("id", sa.Uuid, primary_key=True),
        sa.Column("broker", sa.Text, nullable=False),
        sa.Column("url", sa.Text, nullable=False),
        sa.Column("status", sa.Text, nullable=False),
        sa.Column("reason", sa.Text),
        sa.Column("secret", sa.Text, nullable=False),
        sa.Column("old_secret", sa.Text),
        _moment("old_until"),
        sa.Column("failures", sa.Integer, nullable=False),
        _moment("failing_since"),
        _moment("not_before"),
        sa.Column("created_by", sa.Text, nullable=False),
        _moment("created_at", nullable=False),
        _moment("changed_at", nullable=False),
        sa.CheckConstraint("status IN ('active', 'paused', 'disabled')"),
        sa.CheckConstraint("(status = 'disabled') = (reason IS NOT NULL)"),
        sa.CheckConstraint("(old_secret IS NULL) = (old_until IS NULL)"),
        sa.CheckConstraint("failures >= 0 AND (failures = 0) = (failing_since IS NULL)"),
    )
    op.create_index("webhooks_of_broker", "webhooks", ["broker", "id"])
    _deliveries()


def _deliveries() -> None:
    op.create_table(
        "webhook_deliveries",
        sa.Column("id", sa.Uuid, primary_key=True),
        sa.Column(
            "webhook_id",
            sa.Uuid,
            sa.ForeignKey("webhooks.id", ondelete="CASCADE"),
            nullable=False,
        ),
        sa.Column("filing_id", sa.Uuid, nullable=False),
        sa.Column("sequence", sa.Integer, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("attempts", sa.Integer, nullable=False),
        _moment("created_at", nullable=False),
        _moment("first_at"),
        _moment("next_at", nullable=False),
        sa.Column("claim", sa.Uuid),
        _moment("claimed_until"),
        _moment("ended_at"),
        sa.Column("last_status", sa.Integer),
        sa.Column("last_error", sa.Text),
        sa.ForeignKeyConstraint(
            ["filing_id", "sequence"], ["filing_receipts.filing_id", "filing_receipts.sequence"]
        ),
        sa.UniqueConstraint("webhook_id", "filing_id", "sequence"),
        sa.CheckConstraint("state IN ('open', 'delivered', 'failed')"),
        sa.CheckConstraint("(state = 'open') = (ended_at IS NULL)"),
        sa.CheckConstraint("(claim IS NULL) = (claimed_until IS NULL)"),
        sa.CheckConstraint("claim IS NULL OR state = 'open'"),
    )
    for state, columns in (
        ("open", ["webhook_id", "next_at"]),
        ("failed", ["webhook_id", "ended_at", "id"]),
        ("delivered", ["ended_at"]),
    ):
        where = sa.text(f"state = '{state}'")
        name = f"webhook_deliveries_{state}"
        op.create_index(name, "webhook_deliveries", columns, postgresql_where=where)


def downgrade() -> None:
    """Take them away."""
    op.drop_table("webhook_deliveries")
    op.drop_table("webhooks")
