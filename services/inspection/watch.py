"""What was recorded in a yard's cases, by number: the officers there read it along."""

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import BigInteger, Text, and_, bindparam, or_, select

from services.inspection import marks, rows, store
from services.inspection.domain.records import Record
from shared import errors
from shared.prepared import Statement

_cases, _entries = store.cases.c, store.entries.c
_yard = bindparam("yard", type_=Text())
_RECORDED = Statement(
    select(_cases.filing_id, marks.MARKS.c.agency.label("kept_by"), store.entries)
    .join(store.cases, _cases.id == _entries.case_id)
    .outerjoin(
        marks.MARKS,
        and_(marks.MARKS.c.case_id == _entries.case_id, marks.MARKS.c.seq == _entries.seq),
    )
    .where(
        _entries.number > bindparam("after", type_=BigInteger()),
        _entries.number <= bindparam("up_to", type_=BigInteger()),
        or_(_cases.yard == _yard, _cases.inside_yard == _yard),
    )
    .order_by(_entries.number)
)


_KNOWN = Statement(
    select(_cases.id).where(or_(_cases.yard == _yard, _cases.inside_yard == _yard)).limit(1)
)


class YardUnknown(errors.NotFound):
    """No case has its slot in this yard, or stands in it."""

    zh = "该查验场没有任何查验案卷。"
    mend = "Use a yard's code; a yard is known here from its first planned case on."
    mend_zh = "请使用查验场代码；查验场自首个已排期案卷起可用。"


@dataclass(frozen=True)
class Recorded:
    """A record of a case, with the number that it has among those of all cases.

    `kept_by` is the agency whose investigation it is.
    """

    number: int
    filing_id: UUID
    record: Record
    kept_by: str | None


async def recorded(reader: store.Reader, yard: str, *, after: int, up_to: int) -> list[Recorded]:
    """The records after a number, up to another, of cases that have their slot in the yard now,
    or stand in it.
    """
    asked = {"yard": yard, "after": after, "up_to": up_to}
    return [
        Recorded(row["number"], row["filing_id"], rows.record_of(row), row["kept_by"])
        for row in await _RECORDED.run(reader, asked)
    ]


async def known(reader: store.Reader, yard: str) -> None:
    """Raises YardUnknown for a yard without any case."""
    if not await _KNOWN.run(reader, {"yard": yard}):
        raise YardUnknown(yard=yard)
