"""Filings are found by terms of their content, and listed by the moment of their acceptance."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from alembic import op

from services.declaration.domain import terms
from services.declaration.domain.content import Content

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

AT_ONCE = 1_000
FILL = sa.text("""
    INSERT INTO filing_terms (term, accepted_at, filing_id)
    SELECT term, accepted_at, id
    FROM unnest(CAST(:ids AS uuid[]), CAST(:terms AS text[])) AS given (id, all_terms)
    JOIN filings USING (id) CROSS JOIN LATERAL string_to_table(all_terms, E'\\n') AS term
""")
NEXT = sa.text("SELECT id, content FROM filings WHERE id > :after ORDER BY id LIMIT :at_once")
ORDER = ["accepted_at", "id"]
LISTS: dict[str, list[str]] = {
    "filings_in_order": ORDER,
    "filings_of_broker": ["broker", *ORDER],
    "filings_of_status": ["status", *ORDER],
    "filings_of_broker_and_status": ["broker", "status", *ORDER],
}


def upgrade() -> None:
    """Add the terms of every filing there is, and indexes in the order of acceptance."""
    op.create_table(
        "filing_terms",
        sa.Column("term", sa.Text(collation="C"), nullable=False),
        sa.Column("accepted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("filing_id", sa.Uuid, nullable=False),
    )
    _fill()
    op.create_primary_key("filing_terms_pkey", "filing_terms", ["term", "accepted_at", "filing_id"])
    for name in ("filings_of_broker", "filings_of_status"):
        op.drop_index(name, "filings")
    for name, columns in LISTS.items():
        op.create_index(name, "filings", columns)
    # A reference is also looked for by those who see every broker's.
    op.drop_constraint("filings_reference", "filings")
    op.create_unique_constraint("filings_reference", "filings", ["reference", "broker"])


def _fill() -> None:
    """The terms are computed as they are for new filings, by the same function."""
    connection = op.get_bind()
    after = UUID(int=0)
    while rows := connection.execute(NEXT, {"after": after, "at_once": AT_ONCE}).all():
        connection.execute(FILL, {"ids": [row.id for row in rows], "terms": _terms(rows)})
        after = rows[-1].id


def _terms(rows: Sequence[Any]) -> list[str]:
    return ["\n".join(terms.of(Content.model_validate(row.content))) for row in rows]


def downgrade() -> None:
    """Take them away."""
    op.drop_table("filing_terms")
    op.drop_constraint("filings_reference", "filings")
    op.create_unique_constraint("filings_reference", "filings", ["broker", "reference"])
    for name in LISTS:
        op.drop_index(name, "filings")
    op.create_index("filings_of_broker", "filings", ["broker", "id"])
    op.create_index("filings_of_status", "filings", ["status", "id"])
