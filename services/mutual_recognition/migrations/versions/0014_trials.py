"""Drafts that run beside the rules in force; what they would have said never changes."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables, and find decisions by when they were made."""
    op.create_table(
        "rule_trials",
        sa.Column("name", sa.Text, primary_key=True),
        sa.Column("version", sa.Integer, primary_key=True, autoincrement=False),
        *(sa.Column(name, sa.Text, nullable=False) for name in ("started_by", "agency")),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("until", sa.Date, nullable=False),
        sa.Column("seen", sa.DateTime(timezone=True), nullable=False),
        sa.Column("stopped_by", sa.Text),
        sa.Column("stopped_at", sa.DateTime(timezone=True)),
        sa.ForeignKeyConstraint(
            ["name", "version"], ["rule_versions.name", "rule_versions.version"]
        ),
        sa.CheckConstraint("(stopped_at IS NULL) = (stopped_by IS NULL)"),
    )
    op.create_table(
        "rule_trial_verdicts",
        sa.Column("name", sa.Text, primary_key=True),
        sa.Column("version", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("decision_id", sa.Uuid, sa.ForeignKey("decisions.id"), primary_key=True),
        sa.Column("changed", sa.Boolean, nullable=False),
        sa.Column("outcome", JSONB),
        sa.Column("fault", sa.Text),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["name", "version"], ["rule_trials.name", "rule_trials.version"]),
        sa.CheckConstraint("(outcome IS NULL) = (fault IS NOT NULL)"),
    )
    op.execute(
        "CREATE TRIGGER never_changed BEFORE UPDATE OR DELETE ON rule_trial_verdicts"
        " FOR EACH ROW EXECUTE FUNCTION never_changed()"
    )
    op.create_index("decisions_decided_at", "decisions", ["decided_at"])


def downgrade() -> None:
    """Take them away."""
    op.drop_index("decisions_decided_at")
    op.drop_table("rule_trial_verdicts")
    op.drop_table("rule_trials")
