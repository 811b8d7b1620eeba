"""Every query is answered by indexes in the order of acceptance, none by reading what is stored."""

import re
from collections.abc import AsyncIterator, Iterator, Mapping
from itertools import combinations
from typing import Any

import pytest
from sqlalchemy import event
from sqlalchemy.ext.asyncio import AsyncConnection

from services.cli.benching import seeding
from services.declaration import finding
from services.declaration.domain import terms
from services.declaration.finding import Place, Wanted
from shared.database import driver_of
from shared.service import Service
from tests.integration.declaration.asking import broken_in

STORED = 4_000
BROKER = seeding.broker(0)
FILTERS: Mapping[str, Any] = {
    "broker": BROKER,
    "number": seeding.receipt_number(7),
    "reference": seeding.reference(7),
    "status": "accepted",
    "since": seeding.BEGIN,
    "terms": (terms.container(seeding.container(7)), terms.bill(seeding.reference(7) + "B")),
    "shared": (terms.goods(seeding.goods(7)[:2]), terms.company(seeding.company(7))),
}
READS_ALL = re.compile(r"Seq Scan on|Hash|hashed|Merge Join|Materialize")
PASSES_OVER = re.compile(r"Filter: .*(status|broker|term|reference|receipt_number) =")
"""A list in which entries do not fit is the list of something else."""


@pytest.fixture
async def stored(service: Service) -> AsyncIterator[AsyncConnection]:
    """A snapshot of many filings."""
    async with service.kit.database.engine.connect() as connection:
        driver = await driver_of(connection)
        await seeding.grow(driver, have=0, want=STORED)
    async with service.kit.database.snapshot() as connection:
        yield connection


def _queries() -> Iterator[Wanted]:
    """Every combination of filters."""
    for count in range(len(FILTERS) + 1):
        for names in combinations(FILTERS, count):
            yield Wanted(**{name: FILTERS[name] for name in names})


async def _plans(connection: AsyncConnection, wanted: Wanted) -> list[str]:
    """How each statement of a query is answered, for its values and when prepared for any."""
    sent: list[tuple[str, Any]] = []

    def note(_c: Any, _k: Any, statement: str, values: Any, *_: Any) -> None:
        sent.append((statement, values))

    event.listen(connection.sync_connection, "before_cursor_execute", note)
    before = Place(seeding.BEGIN + STORED * seeding.APART, seeding.EVENT_ID)
    await finding.filings(connection, wanted, before=before, limit=51)
    event.remove(connection.sync_connection, "before_cursor_execute", note)
    driver = await driver_of(connection)
    plans = []
    for statement, values in sent:
        for_these = await driver.fetch(f"EXPLAIN (VERBOSE) {statement}", *values)
        for_any = await driver.fetch(f"EXPLAIN (VERBOSE, GENERIC_PLAN) {statement}", *values)
        plans += ["\n".join(row[0] for row in told) for told in (for_these, for_any)]
    return plans


def _reads_all(plan: str) -> bool:
    """Whether it reads or sorts more than a list's next entries, or one number's or reference's."""
    sorted_ = re.findall(r"Sort Key: (.*)\n(?:.*\n)*?.*? using (\S+)", plan)
    few = {"filings_receipt_number_key", "filings_reference", "filings_pkey"}
    return bool(READS_ALL.search(plan) or PASSES_OVER.search(plan)) or any(
        key != "tried.number" and index not in few for key, index in sorted_
    )


async def test_no_combination_of_filters_reads_all_that_is_stored(stored: AsyncConnection) -> None:
    tried = 0
    for wanted in _queries():
        for plan in await _plans(stored, wanted):
            tried += 1
            assert not _reads_all(plan), f"{wanted}\n{plan}"
    assert tried > 2 ** len(FILTERS)


async def test_a_filing_of_a_broker_with_many_is_found_by_what_is_rare(
    stored: AsyncConnection,
) -> None:
    for rare in ("number", "reference", "terms"):
        wanted = Wanted(**{rare: FILTERS[rare]})
        (found,) = await finding.filings(stored, wanted, before=None, limit=51)
        assert found.reference == seeding.reference(7)


async def test_what_is_seeded_breaks_no_invariant(stored: AsyncConnection) -> None:
    assert await broken_in(stored) == {}
