"""A hold that ran out counts as given up; a closure says why it was lifted."""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

LIFTED = ("lifted_at", "lifted_by", "lifted_reason")


def upgrade() -> None:
    """Allow the one, and keep the other; of what is lifted already nobody knows it."""
    _acts("'cancelled', 'lapsed', 'missed'")
    op.add_column("yard_closures", sa.Column("lifted_reason", sa.Text))
    op.create_check_constraint(
        "yard_closures_why", "yard_closures", "lifted_reason IS NULL OR lifted_at IS NOT NULL"
    )
    op.execute(_stay(LIFTED))


def downgrade() -> None:
    """Forget both."""
    op.execute("DELETE FROM given_up WHERE act = 'lapsed'")
    _acts("'cancelled', 'missed'")
    op.execute(_stay(LIFTED[:2]))
    op.drop_column("yard_closures", "lifted_reason")


def _acts(names: str) -> None:
    op.drop_constraint("given_up_act", "given_up")
    op.create_check_constraint("given_up_act", "given_up", f"act IN ({names})")


def _stay(lifted: tuple[str, ...]) -> str:
    """The guard: nothing but these is set, once."""
    old, new = (
        " - ".join((f"to_jsonb({row})", *(f"'{name}'" for name in lifted)))
        for row in ("OLD", "NEW")
    )
    return f"""
        CREATE OR REPLACE FUNCTION yard_closures_stay() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            IF TG_OP = 'UPDATE' AND OLD.lifted_at IS NULL AND NEW.lifted_at IS NOT NULL
               AND {old} = {new}
            THEN RETURN NEW; END IF;
            RAISE EXCEPTION 'a closure is never changed, but lifted once';
        END $$
    """
