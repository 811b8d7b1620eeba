"""A record's payload is kept as the text that is hashed: as `json`, which keeps it as it is."""

from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

CANONICAL = """
CREATE FUNCTION canonical(value jsonb) RETURNS text LANGUAGE sql IMMUTABLE AS $$
    SELECT CASE jsonb_typeof(value)
        WHEN 'object' THEN (
            SELECT '{' || coalesce(string_agg(
                to_json(it.key)::text || ':' || canonical(it.value), ',' ORDER BY it.key COLLATE "C"
            ), '') || '}' FROM jsonb_each(value) AS it)
        WHEN 'array' THEN (
            SELECT '[' || coalesce(string_agg(canonical(it.value), ',' ORDER BY it.place), '')
                || ']' FROM jsonb_array_elements(value) WITH ORDINALITY AS it (value, place))
        WHEN 'string' THEN to_json(value #>> '{}')::text
        ELSE value::text
    END
$$
"""
"""RFC 8785's form of what a payload may be: no floats, no big integers, ASCII keys."""
BY_CLIENT_ID = """
CREATE UNIQUE INDEX case_records_client_id ON case_records ((payload ->> 'id'))
WHERE {}
"""


def upgrade() -> None:
    """Write every payload as it was hashed. The table is written anew, by no trigger seen."""
    op.drop_index("case_records_client_id", "case_records")
    op.execute(CANONICAL)
    op.execute("ALTER TABLE case_records ALTER payload TYPE json USING canonical(payload)::json")
    op.execute("DROP FUNCTION canonical")
    op.execute(BY_CLIENT_ID.format("(payload ->> 'id') IS NOT NULL"))


def downgrade() -> None:
    """Keep it as documents again."""
    op.drop_index("case_records_client_id", "case_records")
    op.execute("ALTER TABLE case_records ALTER payload TYPE jsonb USING payload::jsonb")
    op.execute(BY_CLIENT_ID.format("payload ? 'id'"))
