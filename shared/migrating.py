"""Alembic, for services that each migrate their own schema.

`run` is all that a service's `env.py` calls. The kit's tables are the same in every service, so
their creation is written here once and frozen: a change of a kit table is a new function, called
by a new revision of each service.
"""

from pathlib import Path

import sqlalchemy as sa
from alembic import command, context, op
from alembic.config import Config
from sqlalchemy.dialects.postgresql import JSONB

LOCK = 7_001
"""Whoever migrates a schema first is alone with it."""


def upgrade(connection: sa.Connection, scripts: Path, schema: str) -> None:
    """Bring a schema to the newest revision of the folder `scripts`."""
    connection.execute(
        sa.text("SELECT pg_advisory_xact_lock(:kind, hashtext(:schema))"),
        {"kind": LOCK, "schema": schema},
    )
    config = Config()
    config.set_main_option("script_location", str(scripts))
    config.attributes["connection"] = connection
    command.upgrade(config, "head")


def run() -> None:
    """Apply the revisions on the connection that `shared.database` hands over."""
    connection = context.config.attributes["connection"]
    context.configure(connection=connection, version_table="alembic_version")
    with context.begin_transaction():
        context.run_migrations()


def _moment(name: str, *, nullable: bool = False) -> sa.Column[object]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable)


def create_kit_tables() -> None:
    """The first form of outbox, inbox, watermarks, dead letters and idempotency keys."""
    _outbox()
    _inbox()
    _dead_letters()
    _idempotency_keys()


def _outbox() -> None:
    op.create_table(
        "outbox",
        sa.Column("seq", sa.BigInteger, sa.Identity(), primary_key=True),
        sa.Column("event_id", sa.Uuid, nullable=False, unique=True),
        sa.Column("aggregate", sa.Text, nullable=False),
        sa.Column("aggregate_id", sa.Uuid, nullable=False),
        sa.Column("aggregate_version", sa.Integer, nullable=False),
        sa.Column("type", sa.Text, nullable=False),
        sa.Column("envelope", JSONB, nullable=False),
        _moment("occurred_at"),
        sa.Column("emission", sa.Integer, nullable=False),
        _moment("published_at", nullable=True),
        _moment("parked_at", nullable=True),
        sa.Column("parked_reason", sa.Text),
        sa.CheckConstraint("aggregate_version >= 1"),
        sa.UniqueConstraint("aggregate", "aggregate_id", "aggregate_version"),
    )
    op.create_index(
        "outbox_unpublished", "outbox", ["seq"], postgresql_where=sa.text("published_at IS NULL")
    )
    op.create_index(
        "outbox_parked",
        "outbox",
        ["aggregate_id"],
        postgresql_where=sa.text("parked_at IS NOT NULL"),
    )
    op.create_index("outbox_occurred_at", "outbox", ["occurred_at"])


def _inbox() -> None:
    op.create_table(
        "inbox",
        sa.Column("consumer", sa.Text, primary_key=True),
        sa.Column("event_id", sa.Uuid, primary_key=True),
        _moment("handled_at"),
    )
    op.create_index("inbox_handled_at", "inbox", ["handled_at"])
    op.create_table(
        "watermarks",
        sa.Column("consumer", sa.Text, primary_key=True),
        sa.Column("aggregate", sa.Text, primary_key=True),
        sa.Column("aggregate_id", sa.Uuid, primary_key=True),
        sa.Column("version", sa.Integer, nullable=False),
    )


def _dead_letters() -> None:
    op.create_table(
        "dead_letters",
        sa.Column("id", sa.Uuid, primary_key=True),
        sa.Column("consumer", sa.Text, nullable=False),
        sa.Column("message", sa.Text, nullable=False),
        sa.Column("type", sa.Text),
        sa.Column("payload", sa.Text, nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("deliveries", sa.Integer, nullable=False),
        _moment("first_at"),
        _moment("last_at"),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("decided_by", sa.Text),
        _moment("decided_at", nullable=True),
        sa.Column("note", sa.Text),
        sa.CheckConstraint("state IN ('open', 'redriven', 'dropped')"),
    )
    op.create_index(
        "dead_letters_open",
        "dead_letters",
        ["consumer", "message"],
        unique=True,
        postgresql_where=sa.text("state = 'open'"),
    )


def _idempotency_keys() -> None:
    op.create_table(
        "idempotency_keys",
        sa.Column("owner", sa.String, primary_key=True),
        sa.Column("key", sa.String, primary_key=True),
        sa.Column("endpoint", sa.String, nullable=False),
        sa.Column("fingerprint", sa.String, nullable=False),
        sa.Column("status", sa.Integer, nullable=False),
        sa.Column("headers", JSONB, nullable=False),
        sa.Column("body", sa.LargeBinary, nullable=False),
        _moment("created_at"),
    )
    op.create_index("ix_idempotency_keys_created_at", "idempotency_keys", ["created_at"])


KEEP_ACTS = (
    """
    CREATE FUNCTION keep_acts() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN RAISE EXCEPTION 'operator_acts only grows' USING ERRCODE = 'restrict_violation'; END $$
    """,
    """
    CREATE TRIGGER acts_keep BEFORE UPDATE OR DELETE ON operator_acts
        FOR EACH ROW EXECUTE FUNCTION keep_acts()
    """,
    """
    CREATE TRIGGER acts_keep_all BEFORE TRUNCATE ON operator_acts
        FOR EACH STATEMENT EXECUTE FUNCTION keep_acts()
    """,
    "ALTER TABLE operator_acts ENABLE ALWAYS TRIGGER acts_keep",
    "ALTER TABLE operator_acts ENABLE ALWAYS TRIGGER acts_keep_all",
)


def create_operator_acts() -> None:
    """The table of what operators did, which only grows."""
    op.create_table(
        "operator_acts",
        sa.Column("id", sa.Uuid, primary_key=True),
        _moment("at"),
        sa.Column("by", sa.Text, nullable=False),
        sa.Column("organisation", sa.Text, nullable=False),
        sa.Column("act", sa.Text, nullable=False),
        sa.Column("subject", sa.Text, nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("result", sa.Text, nullable=False),
    )
    for statement in KEEP_ACTS:
        op.execute(statement)


def drop_operator_acts() -> None:
    """Take the table away again."""
    op.drop_table("operator_acts")
    op.execute("DROP FUNCTION keep_acts()")
