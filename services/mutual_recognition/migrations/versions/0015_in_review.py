"""Versions in review: submitted by their author, their rows changed no more."""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

SETTLED = "OLD.status IN ('published', 'rejected')"
IN_REVIEW = """OLD.status = 'in_review' AND (NEW.status = 'draft'
  OR (NEW.content, NEW.valid_from, NEW.author, NEW.author_agency, NEW.submitted_at)
     IS DISTINCT FROM
     (OLD.content, OLD.valid_from, OLD.author, OLD.author_agency, OLD.submitted_at))"""
UNSEEN = "OLD.status = 'draft' AND NEW.status = 'published'"


def upgrade() -> None:
    """Add the status; what could be approved until now is in review."""
    op.add_column("rule_versions", sa.Column("submitted_at", sa.DateTime(timezone=True)))
    _allow("status IN ('draft', 'in_review', 'published', 'rejected')")
    op.execute(
        "UPDATE rule_versions SET status = 'in_review', submitted_at = drafted_at"
        " WHERE status = 'draft'"
    )
    op.create_check_constraint(
        "rule_versions_submitted_check",
        "rule_versions",
        "status <> 'in_review' OR submitted_at IS NOT NULL",
    )
    op.execute("DROP TRIGGER never_changed ON rule_versions")
    _guard("never_changed", "UPDATE", f"{SETTLED} OR {IN_REVIEW} OR {UNSEEN}")
    _guard("never_deleted", "DELETE", "OLD.status <> 'draft'")


def downgrade() -> None:
    """Take it away: what is in review is a draft again."""
    for trigger in ("never_changed", "never_deleted"):
        op.execute(f"DROP TRIGGER {trigger} ON rule_versions")
    op.drop_constraint("rule_versions_submitted_check", "rule_versions")
    op.execute("UPDATE rule_versions SET status = 'draft' WHERE status = 'in_review'")
    _allow("status IN ('draft', 'published', 'rejected')")
    op.drop_column("rule_versions", "submitted_at")
    _guard("never_changed", "UPDATE OR DELETE", "OLD.status <> 'draft'")


def _allow(condition: str) -> None:
    op.drop_constraint("rule_versions_status_check", "rule_versions")
    op.create_check_constraint("rule_versions_status_check", "rule_versions", condition)


def _guard(trigger: str, acts: str, condition: str) -> None:
    op.execute(
        f"CREATE TRIGGER {trigger} BEFORE {acts} ON rule_versions"
        f" FOR EACH ROW WHEN ({condition}) EXECUTE FUNCTION never_changed()"
    )
