"""A receipt says the filing's state and has its number in the feed of its broker.

`seq` is given when a receipt is written; `number` afterwards, once it is committed, so that nothing
is ever committed below a number that a client has seen.
"""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

FILL = """
UPDATE filing_receipts r SET broker = f.broker,
    state = coalesce(a.status, CASE WHEN r.sequence = f.receipts THEN f.status ELSE 'accepted' END),
    channel = (
        SELECT letter FROM (VALUES ('accepted', 'L'), ('no_inspection', 'J'),
            ('inspection_selected', 'C'), ('held', 'H'), ('released', 'I'),
            ('refused_entry', 'E'), ('withdrawn', 'A')) AS letters (kind, letter)
        WHERE letters.kind = r.kind
    ), seq = ordered.seq
FROM filings f,
    (SELECT filing_id, sequence, row_number() OVER (ORDER BY at, filing_id, sequence) AS seq
     FROM filing_receipts) ordered
    LEFT JOIN filing_acts a
        ON a.filing_id = ordered.filing_id AND ordered.sequence = ANY(a.receipts)
WHERE f.id = r.filing_id
    AND (ordered.filing_id, ordered.sequence) = (r.filing_id, r.sequence)
"""
SEQ = """
ALTER TABLE filing_receipts ALTER COLUMN seq SET NOT NULL;
ALTER TABLE filing_receipts ALTER COLUMN seq ADD GENERATED ALWAYS AS IDENTITY;
SELECT setval(pg_get_serial_sequence('filing_receipts', 'seq'),
    (SELECT coalesce(max(seq), 0) + 1 FROM filing_receipts), false);
"""
STATES = "'accepted', 'amending', 'withdrawing', 'held', 'released', 'withdrawn', 'refused_entry'"


def upgrade() -> None:
    """Add the columns, filled for what there is, but for the numbers."""
    for name, kind in (
        ("broker", sa.Text),
        ("state", sa.Text),
        ("channel", sa.Text),
        ("seq", sa.BigInteger),
        ("number", sa.BigInteger),
    ):
        op.add_column("filing_receipts", sa.Column(name, kind))
    op.execute(FILL)
    for statement in SEQ.split(";\n"):
        if statement.strip():
            op.execute(statement)
    for name in ("broker", "state"):
        op.alter_column("filing_receipts", name, nullable=False)
    op.create_check_constraint("filing_receipts_state", "filing_receipts", f"state IN ({STATES})")
    op.create_check_constraint("filing_receipts_number", "filing_receipts", "number >= 1")
    op.create_index(
        "filing_receipts_feed",
        "filing_receipts",
        ["broker", "number"],
        unique=True,
        postgresql_where=sa.text("number IS NOT NULL"),
    )
    op.create_index(
        "filing_receipts_unnumbered",
        "filing_receipts",
        ["seq"],
        unique=True,
        postgresql_where=sa.text("number IS NULL"),
    )


def downgrade() -> None:
    """Take them away."""
    for name in ("broker", "state", "channel", "seq", "number"):
        op.drop_column("filing_receipts", name)
