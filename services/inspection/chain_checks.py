"""Whether every case's chain holds: each record's text, read as it is kept, has its hash.

Nothing is read as JSON and nothing is built of a row but what is hashed. A case's head and records
come in one statement, hence from one snapshot: what is appended meanwhile breaks nothing.
"""

from collections.abc import Iterator, Sequence
from itertools import groupby
from operator import itemgetter
from uuid import UUID

from sqlalchemy import Text, Uuid, bindparam, cast, select
from sqlalchemy.ext.asyncio import AsyncConnection

from services.inspection import store
from services.inspection.domain import records
from services.inspection.domain.records import Head, Link
from shared.prepared import Row, Statement

CASES_AT_ONCE = 500
FIRST = UUID(int=0)

_cases, _entries = store.cases.c, store.entries.c
_some = (
    select(_cases.id, _cases.head_seq, _cases.head_hash)
    .where(_cases.id > bindparam("after", type_=Uuid()))
    .order_by(_cases.id)
    .limit(CASES_AT_ONCE)
    .subquery()
)
_CHAINS = Statement(
    select(
        _some.c.id,
        _some.c.head_seq,
        _some.c.head_hash,
        _entries.seq,
        _entries.kind,
        _entries.actor_subject,
        _entries.actor_role,
        _entries.actor_agency,
        _entries.wall,
        _entries.yard,
        cast(_entries.payload, Text).label("payload"),
        _entries.prev_hash,
        _entries.hash,
    )
    .outerjoin(store.entries, _entries.case_id == _some.c.id)
    .order_by(_some.c.id, _entries.seq)
)


async def check(connection: AsyncConnection) -> list[str]:
    """Every record has its hash and continues its case's chain; every head is its last record."""
    found: list[str] = []
    after = FIRST
    while rows := await _CHAINS.run(connection, {"after": after}):
        for case_id, its in groupby(rows, key=itemgetter(0)):
            chain = list(its)
            head = Head(seq=chain[0][1], hash=chain[0][2])
            found += records.broken_links(_links(chain), case_id=case_id, head=head)
            after = case_id
    return found


def _links(chain: Sequence[Row]) -> Iterator[Link]:
    """The links of a case's rows; a case without records has one row, without a number."""
    for case_id, _, _, seq, kind, subject, role, agency, wall, yard, text, before, hashed in (
        each.values() for each in chain
    ):
        if seq is not None:
            who, when = (subject, role, agency), (wall, yard)
            made = records.digest_of(case_id, seq, kind, who, when, text, before)
            yield seq, before, hashed, made == hashed
