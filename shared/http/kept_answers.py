"""Idempotency keys in the database: the answers that are kept with them, and the SQL for both."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import ARRAY, DateTime, Integer, LargeBinary, Text, bindparam, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field, SQLModel

from shared.prepared import Statement


class IdempotencyKeyRow(SQLModel, table=True):
    """The saved answer to one request of one owner. Times in UTC."""

    __tablename__ = "idempotency_keys"

    owner: str = Field(primary_key=True)
    key: str = Field(primary_key=True)
    endpoint: str
    fingerprint: str
    status: int
    headers: dict[str, str] = Field(sa_type=JSONB)
    body: bytes
    created_at: datetime = Field(sa_type=DateTime(timezone=True), index=True)


def lock(name: str) -> str:
    """SQL that locks a key until the transaction ends, and says whether it was free.

    `name` is SQL for the key's lock name. Advisory locks belong to the whole database, hence the
    schema.
    """
    return f"pg_try_advisory_xact_lock(hashtextextended(current_schema() || {name}, 0))"


VALUES: Mapping[str, Any] = {
    "owner": Text,
    "key": Text,
    "endpoint": Text,
    "fingerprint": Text,
    "status": Integer,
    "headers": Text,
    "body": LargeBinary,
    "created_at": DateTime(timezone=True),
}
"""The values of a kept answer and their types; `headers` is the text of JSON."""

ENTER = Statement(
    text(f"""
WITH tried AS MATERIALIZED (
    SELECT owner, key, place, {lock("name")} AS free
    FROM unnest(:owners, :keys, :names) WITH ORDINALITY AS given (owner, key, name, place)
)
SELECT free, endpoint, fingerprint, status, headers, body
FROM tried LEFT JOIN idempotency_keys USING (owner, key) ORDER BY place
""").bindparams(  # noqa: S608 - names from this file alone
        *(bindparam(name, type_=ARRAY(Text)) for name in ("owners", "keys", "names"))
    )
)
KEEP = f"""
INSERT INTO idempotency_keys ({", ".join(VALUES)})
SELECT {", ".join(VALUES).replace("headers", "CAST(headers AS jsonb)")} FROM """  # noqa: S608 - names from this file alone
"""SQL that keeps answers, but for the relation that has them."""

INSERT = Statement(
    text(
        f"{KEEP} unnest({', '.join(f':{name}' for name in VALUES)}) AS made ({', '.join(VALUES)})"
    ).bindparams(*(bindparam(name, type_=ARRAY(kind)) for name, kind in VALUES.items()))
)
