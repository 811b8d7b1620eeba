"""What is measured, as it is stored: filings by their events, inspections with their case."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from itertools import groupby
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    DateTime,
    Integer,
    Table,
    Text,
    Uuid,
    bindparam,
    cast,
    func,
    literal_column,
    null,
    select,
    tuple_,
    update,
)
from sqlalchemy.dialects.postgresql import Insert, insert
from sqlalchemy.ext.asyncio import AsyncSession

from services.inspection import store
from services.inspection.domain import filed, measuring, worth
from services.inspection.domain.case import Case
from services.inspection.domain.measuring import Firsts, Measured
from services.inspection.domain.records import Record
from services.inspection.measured_tables import AgencyRow, FilingRow, InspectionRow
from shared.contracts import filing
from shared.contracts.filing import FilingEvent
from shared.contracts.values import Outcome
from shared.database import table_of
from shared.prepared import Statement

FILINGS, INSPECTIONS = table_of(FilingRow), table_of(InspectionRow)
AGENCIES = table_of(AgencyRow)
WITHDRAWN = "withdrawn"
CONTENT = ("direction", "broker", "company", "goods", "containers", "teu")
_its = FILINGS.c
_of = update(FILINGS).where(_its.filing_id == bindparam("filing", type_=Uuid))
_at = bindparam("at", type_=DateTime(timezone=True))
_first_release = func.coalesce(_its.first_released_at, _at)
_ACCEPTED = Statement(insert(FILINGS), columns=("filing_id", "accepted_at", *CONTENT))
_PROPOSED = Statement(_of.values(proposed=bindparam("content", type_=_its.proposed.type)))
_AMENDED = Statement(
    _of.where(_its.proposed.is_not(None)).values(
        {name: cast(_its.proposed[name].astext, _its[name].type) for name in CONTENT}
        | {"proposed": null()}
    )
)
_PARTLY_RELEASED = Statement(_of.values(first_released_at=_first_release))
_end = _of.values(outcome=bindparam("ended", type_=Text), ended_at=_at)
_ENDED = Statement(_end)
_RELEASED = Statement(_end.values(first_released_at=_first_release))
_ENDS: Mapping[type[FilingEvent], tuple[Statement, str]] = {
    filing.FilingReleased: (_RELEASED, Outcome.RELEASED.value),
    filing.FilingRefusedEntry: (_ENDED, Outcome.REFUSED_ENTRY.value),
    filing.FilingWithdrawn: (_ENDED, WITHDRAWN),
}
HEARD: tuple[type[FilingEvent], ...] = (
    filing.FilingAccepted,
    filing.AmendmentRequested,
    filing.FilingAmended,
    filing.FilingPartlyDecided,
    *_ENDS,
)
"""The events that `hear` knows."""
_COUNTED = ("moves", "moves_avoided", "unpackings", "unpackings_avoided")
_case = store.cases.c
_opened = select(func.count()).where(store.openings.c.case_id == _case.id).scalar_subquery()
_counts = [cast(_case.counts[name].astext, Integer) for name in _COUNTED]
_measured = tuple_(INSPECTIONS.c.openings, *(INSPECTIONS.c[name] for name in _COUNTED))
_disagree = _measured.is_distinct_from(tuple_(_opened, *_counts))  # True where there is none.
_both = INSPECTIONS.c.case_id == _case.id


def _put(table: Table, *, key: Sequence[str], firsts: Sequence[str] = ()) -> Statement:
    """A row as it is now; of `firsts` what is known already stays. Returns if it is `new`."""
    put: Insert = insert(table)
    excluded = put.excluded
    others = [each.name for each in table.columns if each.name not in key]
    values: dict[str, ColumnElement[Any]] = {
        name: func.coalesce(table.c[name], excluded[name]) if name in firsts else excluded[name]
        for name in others
    }
    put = put.on_conflict_do_update(index_elements=key, set_=values)
    told = put.returning(table.c.filing_id, literal_column("xmax = 0").label("new"))
    return Statement(told, columns=table.columns.keys())


_BY_CASE, _BY_AGENCY = ("filing_id",), ("filing_id", "agency")
_PUT_INSPECTION = _put(INSPECTIONS, key=_BY_CASE, firsts=("selected_at", "booked_at", "gate_in_at"))
_PUT_AGENCY = _put(AGENCIES, key=_BY_AGENCY, firsts=("selected_at",))
_RENEW_INSPECTION, _RENEW_AGENCY = _put(INSPECTIONS, key=_BY_CASE), _put(AGENCIES, key=_BY_AGENCY)


async def hear(session: AsyncSession, heard: Iterable[tuple[FilingEvent, datetime]]) -> None:
    """Keep what filings' events tell, each with its time (yard clock).

    What happens to a filing whose acceptance is not known leaves no trace.
    """
    told = [act for event, at in heard if (act := _act(event, at)) is not None]
    for statement, some in groupby(told, key=lambda each: each[0]):
        await statement.run_many(session, [values for _, values in some])


def _act(event: FilingEvent, at: datetime) -> tuple[Statement, dict[str, Any]] | None:
    """What an event writes; a filing of the sandbox is no real cargo and is not measured."""
    if isinstance(event, filing.FilingAccepted):
        if event.consignment.sandbox is not None:
            return None
        content = vars(filed.content(event.consignment))
        return _ACCEPTED, {"filing_id": event.filing_id, "accepted_at": at, **content}
    values: dict[str, Any] = {"filing": event.filing_id}
    if isinstance(event, filing.AmendmentRequested):
        content = vars(filed.content(event.consignment))
        return _PROPOSED, values | {"content": content | {"teu": str(content["teu"])}}
    if isinstance(event, filing.FilingAmended):
        return _AMENDED, values
    if isinstance(event, filing.FilingPartlyDecided) and event.outcome is Outcome.RELEASED:
        return _PARTLY_RELEASED, values | {"at": at}
    if type(event) in _ENDS:
        ended, outcome = _ENDS[type(event)]
        return ended, values | {"at": at, "ended": outcome}
    return None


async def keep(
    session: AsyncSession,
    changes: Iterable[tuple[Case, Case]],
    made: Sequence[Record],
) -> None:
    """Measure cases that changed: before and after, and the records that were made of that.

    What is measured of a case and did not change is not written. One that was here before anything
    was measured is measured from all its records.
    """
    figures = worth.published()
    told = [each for each in made if each.kind in measuring.KINDS]
    found, under_way = [], []
    for before, after in changes:
        firsts = measuring.firsts(each for each in told if each.case_id == after.id)
        if firsts == Firsts() and replace(after, head=before.head) == before:
            continue
        measured = measuring.measure(after, figures)
        if firsts != Firsts() or measured != measuring.measure(before, figures):
            found.append((after, measured, firsts))
            under_way += [after] if before.head.seq else []
    new = await _write(session, found, _PUT_INSPECTION, _PUT_AGENCY)
    await renew(session, [each for each in under_way if each.filing_id in new])


async def due(session: AsyncSession, *, after: UUID, limit: int) -> list[UUID]:
    """Cases behind this one in the order of their ids that were never measured, or otherwise.

    A replica of before anything was measured changes a case without its measures.
    """
    found = select(_case.id).outerjoin(INSPECTIONS, _both).where(_case.id > after, _disagree)
    return list((await session.execute(found.order_by(_case.id).limit(limit))).scalars())


async def renew(session: AsyncSession, cases: Collection[Case]) -> None:
    """Measure locked cases anew, from all their records."""
    if not cases:
        return
    told = {each.id: Firsts() for each in cases}
    for record in await store.of_kinds(session, list(told), measuring.KINDS):
        told[record.case_id] = told[record.case_id].then(measuring.firsts([record]))
    figures = worth.published()
    found = [(each, measuring.measure(each, figures), told[each.id]) for each in cases]
    await _write(session, found, _RENEW_INSPECTION, _RENEW_AGENCY)


async def _write(
    session: AsyncSession,
    found: Iterable[tuple[Case, Measured, Firsts]],
    put_inspection: Statement,
    put_agency: Statement,
) -> set[UUID]:
    """Write what was measured of cases, in an order that all keep; the filings that are new."""
    rows = sorted(found, key=lambda each: each[0].filing_id)
    put = await put_inspection.run_many(session, [inspection(*each) for each in rows])
    await put_agency.run_many(session, [row for each in rows for row in agencies(*each)])
    return {each["filing_id"] for each in put if each["new"]}


def inspection(case: Case, measured: Measured, firsts: Firsts) -> dict[str, Any]:
    """The row of a case's inspection."""
    saved = measured.saved
    return {
        "filing_id": case.filing_id,
        "case_id": case.id,
        "mode": measured.mode.value if measured.mode else None,
        "yard": measured.yard,
        "slots": measured.slots,
        "selected_at": firsts.selected_at,
        "booked_at": firsts.booked_at,
        "slot_starts": measured.slot_starts,
        "gate_in_at": firsts.gate_in_at,
        "opened_at": measured.opened_at,
        "concluded_at": measured.concluded_at,
        "completed_at": measured.completed_at,
        "openings": measured.openings,
        "working_minutes": measured.working_minutes,
        "m2_hours": measured.m2_hours,
        "moves": saved and saved.moves,
        "moves_avoided": saved and saved.moves_avoided,
        "unpackings": saved and saved.unpackings,
        "unpackings_avoided": saved and saved.unpackings_avoided,
        "saved_cny": saved and saved.cny,
    }


def agencies(case: Case, measured: Measured, firsts: Firsts) -> list[dict[str, Any]]:
    """The rows of its agencies."""
    return [
        {
            "filing_id": case.filing_id,
            "agency": each.agency,
            "inspects": each.inspects,
            "scope": each.scope.value,
            "selected_at": firsts.selected_by.get(each.agency),
            "came_at": each.came_at,
            "concluded_at": each.concluded_at,
            "team_minutes": each.team_minutes,
            "officer_minutes": each.officer_minutes,
        }
        for each in measured.agencies
    ]
