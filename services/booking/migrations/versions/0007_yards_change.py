"""Yards change from a day on, and close at short notice: versions, closures, and a stamp."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

BAY_OR_TEAM = """
    CASE sort WHEN 'bay' THEN kind IS NOT NULL AND agency IS NULL
    WHEN 'team' THEN kind IS NULL AND agency IS NOT NULL AND shift IS NOT NULL
    ELSE false END
"""
GUARDS = """
CREATE FUNCTION yard_versions_stay() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION 'a version of a yard is never changed'; END $$;

CREATE TRIGGER yard_versions_stay BEFORE UPDATE OR DELETE ON yard_versions
FOR EACH ROW EXECUTE FUNCTION yard_versions_stay();

CREATE FUNCTION yard_closures_stay() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' AND OLD.lifted_at IS NULL AND NEW.lifted_at IS NOT NULL
       AND to_jsonb(OLD) - 'lifted_at' - 'lifted_by' = to_jsonb(NEW) - 'lifted_at' - 'lifted_by'
    THEN RETURN NEW; END IF;
    RAISE EXCEPTION 'a closure is never changed, but lifted once';
END $$;

CREATE TRIGGER yard_closures_stay BEFORE UPDATE OR DELETE ON yard_closures
FOR EACH ROW EXECUTE FUNCTION yard_closures_stay();

CREATE TABLE yard_stamp (one boolean PRIMARY KEY DEFAULT true CHECK (one), stamp bigint NOT NULL);

INSERT INTO yard_stamp (stamp) VALUES (1);

CREATE FUNCTION yards_shared() RETURNS bigint LANGUAGE plpgsql VOLATILE AS $$
BEGIN
    PERFORM pg_advisory_xact_lock_shared(hashtext('booking.yards'), hashtext(current_schema()));
    RETURN (SELECT stamp FROM yard_stamp);
END $$;

CREATE FUNCTION yards_alone() RETURNS bigint LANGUAGE plpgsql VOLATILE AS $$
BEGIN
    PERFORM pg_advisory_xact_lock(hashtext('booking.yards'), hashtext(current_schema()));
    RETURN (SELECT stamp FROM yard_stamp);
END $$
"""
"""In a function each statement sees what was committed before it: the lock, then the stamp."""


def upgrade() -> None:
    """Make the tables; what is there is each yard's first version."""
    op.add_column(
        "resources",
        sa.Column("founding", sa.Boolean, nullable=False, server_default=sa.text("true")),
    )
    op.drop_constraint("resources_bay_or_team", "resources")
    op.create_check_constraint(
        "resources_bay_or_team",
        "resources",
        f"{BAY_OR_TEAM} OR (NOT founding AND sort IN ('bay', 'team', 'gear'))",
    )
    _versions()
    _closures()
    for statement in GUARDS.split(";\n\n"):
        op.execute(statement)


def downgrade() -> None:
    """Take them away, if nothing was booked of what came later."""
    for name in ("yards_alone()", "yards_shared()"):
        op.execute(f"DROP FUNCTION {name}")
    for table in ("yard_stamp", "yard_closures", "yard_versions"):
        op.drop_table(table)
    for name in ("yard_closures_stay()", "yard_versions_stay()"):
        op.execute(f"DROP FUNCTION {name}")
    op.execute("DELETE FROM resources WHERE NOT founding")
    op.drop_constraint("resources_bay_or_team", "resources")
    op.create_check_constraint("resources_bay_or_team", "resources", BAY_OR_TEAM)
    op.drop_column("resources", "founding")


def _yard(*, key: bool = False) -> sa.Column[str]:
    return sa.Column("yard", sa.Text, sa.ForeignKey("yards.code"), primary_key=key, nullable=False)


def _made() -> list[sa.Column[object]]:
    return [
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("author", sa.Text, nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
    ]


def _versions() -> None:
    op.create_table(
        "yard_versions",
        _yard(key=True),
        sa.Column("number", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("valid_from", sa.Date, nullable=False),
        sa.Column("valid_to", sa.Date),
        sa.Column("content", JSONB, nullable=False),
        *_made(),
        sa.CheckConstraint("number > 1", name="yard_versions_number"),
        sa.CheckConstraint("valid_from < valid_to", name="yard_versions_days"),
    )


def _closures() -> None:
    op.create_table(
        "yard_closures",
        sa.Column("id", sa.BigInteger, sa.Identity(), primary_key=True),
        _yard(),
        sa.Column("sort", sa.Text),
        sa.Column("code", sa.Text),
        sa.Column("starts", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends", sa.DateTime(timezone=True), nullable=False),
        *_made(),
        sa.Column("lifted_at", sa.DateTime(timezone=True)),
        sa.Column("lifted_by", sa.Text),
        sa.CheckConstraint("starts < ends", name="yard_closures_last"),
        sa.CheckConstraint("(sort IS NULL) = (code IS NULL)", name="yard_closures_what"),
        sa.CheckConstraint(
            "(lifted_at IS NULL) = (lifted_by IS NULL)", name="yard_closures_lifted"
        ),
    )
    op.create_index("yard_closures_ends", "yard_closures", ["yard", "ends"])
