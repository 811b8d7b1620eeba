"""Drafts that a reviewer turned down, with the reason; they never change either."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

ADDED: dict[str, Any] = {
    "rejected_by": sa.Text,
    "rejected_at": sa.DateTime(timezone=True),
    "rejected_because": sa.Text,
}


def upgrade() -> None:
    """Add the status and its columns."""
    for name, kind in ADDED.items():
        op.add_column("rule_versions", sa.Column(name, kind))
    _allow("status IN ('draft', 'published', 'rejected')")
    op.create_check_constraint(
        "rule_versions_rejected_check",
        "rule_versions",
        "(status = 'rejected') = (rejected_because IS NOT NULL)",
    )
    _guard("OLD.status <> 'draft'")


def downgrade() -> None:
    """Take them away, if nothing was rejected."""
    _guard("OLD.status = 'published'")
    op.drop_constraint("rule_versions_rejected_check", "rule_versions")
    _allow("status IN ('draft', 'published')")
    for name in ADDED:
        op.drop_column("rule_versions", name)


def _allow(condition: str) -> None:
    op.drop_constraint("rule_versions_status_check", "rule_versions")
    op.create_check_constraint("rule_versions_status_check", "rule_versions", condition)


def _guard(condition: str) -> None:
    op.execute("DROP TRIGGER never_changed ON rule_versions")
    op.execute(
        "CREATE TRIGGER never_changed BEFORE UPDATE OR DELETE ON rule_versions"
        f" FOR EACH ROW WHEN ({condition}) EXECUTE FUNCTION never_changed()"
    )
