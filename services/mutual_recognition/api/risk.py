"""How often something is found at the inspections of a company, or of goods of an HS code."""

import re
from bisect import bisect_right
from collections.abc import Mapping
from decimal import Decimal
from itertools import islice
from typing import Annotated

from fastapi import APIRouter, Depends, Path
from pydantic import BaseModel, TypeAdapter

from services.mutual_recognition import learning
from services.mutual_recognition.api.books import TheBook
from services.mutual_recognition.risk import experience
from services.mutual_recognition.risk.experience import Kind
from services.mutual_recognition.risk.rates import NOTHING, Rates
from shared import errors
from shared.auth.guard import allowed
from shared.auth.principal import Principal, Role
from shared.http import paging
from shared.http.paging import Cursor, Limit, Page
from shared.kit import Kit, kit_of

router = APIRouter(prefix="/v1/risk/{kind}", tags=["risk"])
READERS = (Role.SUPERVISOR, Role.AUDITOR)
CURSOR = TypeAdapter(str)
CODES: Mapping[Kind, re.Pattern[str]] = {
    Kind.COMPANIES: re.compile(r"[0-9A-HJ-NPQRTUWXY]{18}", re.ASCII),
    Kind.GOODS: re.compile(r"[0-9]{4}([0-9]{2})?", re.ASCII),
}


class NoSuchMember(errors.NotFound):
    """This is the code of no company or goods."""

    zh = "该代码不是企业代码或 HS 编码。"
    mend = "Give a company's code of 18 characters, or the first 6 or 4 digits of an HS code."
    mend_zh = "请使用 18 位统一社会信用代码，或 HS 编码前 6 位或前 4 位。"


class RateOut(BaseModel):
    """How often something is found among inspected, in percent, shrunk to its group by its counts.

    With 95% the rate lies from `percent_low` to `percent_high`, which is what tables ask for, and
    is not low for want of inspections. What was never inspected has the rate of its group. Learnt
    anew once a minute.
    """

    member: str
    group: str
    found: int
    inspected: int
    percent: Decimal
    percent_low: Decimal
    percent_high: Decimal


@router.get("")
async def rates(
    kind: Kind,
    _who: Annotated[Principal, allowed(*READERS)],
    kit: Annotated[Kit, Depends(kit_of)],
    book: TheBook,
    cursor: Cursor = None,
    limit: Limit = paging.DEFAULT_LIMIT,
) -> Page[RateOut]:
    """Everything that was inspected, by code."""
    after = paging.decode_cursor(cursor, CURSOR)
    async with kit.database.connect() as connection:
        learnt = (await learning.learnt(connection, book))[kind]
    members = sorted(learnt.counts)
    first = 0 if after is None else bisect_right(members, after)
    shown = [_told(learnt, each) for each in islice(members, first, first + limit + 1)]
    return paging.page(shown, limit=limit, key=lambda each: each.member)


@router.get("/{member}")
async def rate(
    kind: Kind,
    member: Annotated[str, Path(max_length=64)],
    _who: Annotated[Principal, allowed(*READERS)],
    kit: Annotated[Kit, Depends(kit_of)],
    book: TheBook,
) -> RateOut:
    """One company, HS code of six digits or heading of four, inspected or not."""
    if not CODES[kind].fullmatch(member):
        raise NoSuchMember(code=member)
    async with kit.database.connect() as connection:
        learnt = (await learning.learnt(connection, book))[kind]
    return _told(learnt, member)


def _told(learnt: Rates, member: str) -> RateOut:
    if learnt.above is not None and len(member) == experience.HEADING:
        learnt = learnt.above  # also what was counted of headings themselves, before there were six
    count, rate = learnt.counts.get(member, NOTHING), experience.percents(learnt, member)
    return RateOut(
        member=member,
        group=learnt.group(member),
        found=count.found,
        inspected=count.inspected,
        percent=rate.mean,
        percent_low=rate.low,
        percent_high=rate.high,
    )
