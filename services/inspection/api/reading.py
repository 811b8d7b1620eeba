"""Reading cases and their records."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Query
from pydantic import Field, TypeAdapter

from services.inspection import marks, queries
from services.inspection.api import record_views, views
from services.inspection.domain import errors
from services.inspection.domain.case import Case
from services.inspection.domain.moves import Status
from shared.auth.guard import allowed
from shared.auth.principal import Principal, Role
from shared.contracts.values import Agency
from shared.http.paging import DEFAULT_LIMIT, Cursor, KeyMoment, Limit, Page, decode_cursor, page
from shared.kit import Kit, kit_of

router = APIRouter(prefix="/v1/cases", tags=["cases"])

TheKit = Annotated[Kit, Depends(kit_of)]
Reader = Annotated[
    Principal, allowed(Role.BROKER, Role.YARD, Role.OFFICER, Role.SUPERVISOR, Role.AUDITOR)
]
Inspector = Annotated[Principal, allowed(Role.OFFICER, Role.SUPERVISOR, Role.AUDITOR)]

CASE_KEY: TypeAdapter[queries.Key] = TypeAdapter(tuple[KeyMoment, UUID])
RECORD_KEY: TypeAdapter[int] = TypeAdapter(Annotated[int, Field(ge=0, lt=2**31)])


@router.get("")
async def list_cases(
    who: Reader,
    kit: TheKit,
    status: Status | None = None,
    yard: Annotated[str | None, Query(max_length=64)] = None,
    agency: Agency | None = None,
    filing_id: UUID | None = None,
    cursor: Cursor = None,
    limit: Limit = DEFAULT_LIMIT,
) -> Page[views.CaseOut]:
    """Cases, oldest first. Brokers see their own, yard staff those of their yard."""
    if who.role is Role.YARD and yard not in (None, who.organisation):
        return Page(items=[])
    wanted = queries.Wanted(
        status=status,
        yard=who.organisation if who.role is Role.YARD else yard,
        agency=agency,
        filing_id=filing_id,
        broker=who.organisation if who.role is Role.BROKER else None,
    )
    after = decode_cursor(cursor, CASE_KEY)
    async with kit.database.connect() as connection:
        found = await queries.cases(connection, wanted, after=after, limit=limit + 1)
    some = page(found, limit=limit, key=lambda case: (case.created_at, case.id))
    now = kit.clock.yard()
    items = [views.case_out(case, who=who, now=now) for case in some.items]
    return Page(items=items, next=some.next)


@router.get("/{case_id}")
async def read_case(case_id: UUID, who: Reader, kit: TheKit) -> views.CaseOut:
    """One case; officers read both sections."""
    async with kit.database.connect() as connection:
        case = await queries.case(connection, case_id)
    return views.case_out(visible(case, who), who=who, now=kit.clock.yard())


@router.get("/{case_id}/records")
async def read_records(
    case_id: UUID, who: Inspector, kit: TheKit, cursor: Cursor = None, limit: Limit = 200
) -> Page[record_views.RecordOut]:
    """The case's chain of records, from the first; of others' investigations the hashes alone."""
    after = decode_cursor(cursor, RECORD_KEY) or 0
    async with kit.database.connect() as connection:
        await queries.case(connection, case_id)
        found = await queries.chain(connection, case_id, after=after, limit=limit + 1)
        hidden = await marks.hidden(connection, case_id, who)
    some = page(found, limit=limit, key=lambda record: record.seq)
    items = [
        record_views.place_out(each) if each.seq in hidden else record_views.record_out(each)
        for each in some.items
    ]
    return Page(items=items, next=some.next)


def visible(case: Case, who: Principal) -> Case:
    """The case, unless it is another company's or yard's: then it is as if it did not exist."""
    broker = case.required.broker if case.required else None
    hidden = {
        Role.BROKER: who.organisation != broker,
        Role.YARD: who.organisation not in case.yards,
    }
    if hidden.get(who.role, False):
        raise errors.CaseNotFound(case_id=case.id)
    return case
