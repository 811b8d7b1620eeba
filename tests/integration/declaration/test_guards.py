"""What guards the data: invariants that see every break, constraints that forbid it."""

from uuid import uuid4

import httpx
import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from services.declaration import store, tables
from services.declaration.domain import filing as filings
from services.declaration.domain.history import Actor, Deed
from services.declaration.domain.receipts import Kind, Note
from shared.errors import StaleVersion
from shared.service import Service
from tests.integration.declaration.asking import broken_in, filed
from tests.kits import Deliveries
from tests.unit.declaration.made import Told

BREAKS = [
    ("DELETE FROM outbox", "every filing has exactly one accepted event"),
    ("UPDATE filings SET version = 9", "a filing's version counts its events"),
    (
        "UPDATE filing_receipts SET sequence = 3",
        "a filing's receipts are numbered from 1 without a gap",
    ),
    (
        "UPDATE filings SET receipts = 2",
        "a filing's receipts are numbered from 1 without a gap",
    ),
    (
        "UPDATE filing_receipts SET number = 2",
        "a broker's receipts are numbered without a gap, each filing's in their order",
    ),
    (
        "UPDATE filing_receipts SET broker = 'another'",
        "a broker's receipts are numbered without a gap, each filing's in their order",
    ),
    (
        "UPDATE filing_receipts SET state = 'held'",
        "the last receipt of a filing has the filing's state",
    ),
    ("UPDATE filings SET acts = 2", "a filing's acts are kept, numbered without a gap"),
    (
        "UPDATE filings SET open_questions = '{1}', questions = 1",
        "a filing knows the questions about it, and which are open",
    ),
    (
        "UPDATE filing_receipts SET kind = 'no_inspection'",
        "every filing has exactly one accepted receipt",
    ),
    (
        "UPDATE filings SET status = 'released'",
        "an ended filing has exactly one end receipt, an open one none",
    ),
    (
        "UPDATE filing_receipts SET kind = 'released'",
        "an ended filing has exactly one end receipt, an open one none",
    ),
    (
        """UPDATE filings SET status = 'amending', pending = '{"purpose": "withdraw"}'""",
        "a change is pending exactly while a filing is amending or withdrawing",
    ),
    (
        "DELETE FROM filing_contents",
        "every content of a filing is kept, the last is the one in force",
    ),
    (
        """UPDATE filing_contents SET content = content || '{"packages": 1}'""",
        "every content of a filing is kept, the last is the one in force",
    ),
    *(
        (
            f"DELETE FROM filing_terms WHERE term LIKE '{kind}:%'",
            "every filing is found by its containers, companies and goods codes",
        )
        for kind in "cuh"
    ),
]


@pytest.mark.parametrize(("change", "invariant"), BREAKS)
async def test_an_invariant_sees_its_break(
    service: Service, broker: httpx.AsyncClient, change: str, invariant: str
) -> None:
    found = await filed(broker)
    async with service.kit.database.connect() as connection:
        assert await broken_in(connection) == {}
        await connection.execute(text("ALTER TABLE filing_contents DISABLE TRIGGER USER"))
        await connection.execute(text(change))
        assert (await broken_in(connection))[invariant] == [f"filing {found['id']}"]


NOBODY = Deed("note", Actor("service", "nobody", "nobody"))
FORBIDDEN = [
    "UPDATE filings SET acts = 0",
    "UPDATE filings SET status = 'lost'",
    "UPDATE filings SET status = 'amending'",
    """UPDATE filings SET pending = '{"purpose": "amend"}'""",
    "UPDATE filings SET version = 0",
    "UPDATE filings SET broker = 'another'",
    "UPDATE filings SET reference = 'another'",
    "UPDATE filing_receipts SET sequence = 0",
    "INSERT INTO filing_receipts (filing_id, sequence, kind, facts, text_en, text_zh, at, broker,"
    " state) SELECT filing_id, n, 'released', facts, text_en, text_zh, at, broker, state"
    " FROM filing_receipts, generate_series(2, 3) n",
    "INSERT INTO filing_receipts (filing_id, sequence, kind, facts, text_en, text_zh, at, broker,"
    " state) SELECT filing_id, 1, kind, facts, text_en, text_zh, at, broker, state"
    " FROM filing_receipts",
    "UPDATE filing_receipts SET state = 'lost'",
    "UPDATE filing_receipts SET number = 0",
    "DELETE FROM filings",
]


@pytest.mark.parametrize("change", FORBIDDEN)
async def test_the_database_forbids_what_no_code_may_do(
    service: Service, broker: httpx.AsyncClient, change: str
) -> None:
    await filed(broker)
    with pytest.raises(IntegrityError):
        async with service.kit.database.transaction() as session:
            await session.execute(text(change))


async def test_a_step_from_a_stale_filing_is_refused(
    service: Service, broker: httpx.AsyncClient
) -> None:
    found = await filed(broker)
    kit = service.kit
    now = kit.clock.wall()
    async with kit.database.transaction() as session:
        before = await store.get(session, found["id"])
        step = filings.note(before, Note(Kind.NO_INSPECTION, {}))
        await store.save(session, before, step, NOBODY, ids=kit.ids, now=now)
        with pytest.raises(StaleVersion):
            await store.save(session, before, step, NOBODY, ids=kit.ids, now=now)


async def test_an_event_of_a_filing_never_accepted_is_refused_and_seen(
    service: Service, deliveries: Deliveries
) -> None:
    with pytest.raises(store.FilingNotFound):
        await deliveries.bring(Told(uuid4()).met())


async def test_rows_have_the_columns_of_their_tables(service: Service) -> None:
    columns = text(
        "SELECT column_name FROM information_schema.columns"
        " WHERE table_schema = current_schema() AND table_name = :name"
    )
    async with service.kit.database.connect() as connection:
        for table in tables.TABLES:
            found = await connection.execute(columns, {"name": table.name})
            assert set(found.scalars()) == set(table.columns.keys())
