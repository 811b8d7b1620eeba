"""What came in the weeks before has a price in the plans, and so in the offers."""

from datetime import datetime, timedelta
from decimal import Decimal

from sqlalchemy import text

from services.booking.domain.booking import Status
from services.booking.domain.prices import Pool
from services.booking.domain.resources import Sort
from services.booking.jobs import planning
from shared.auth.principal import Role
from shared.contracts.values import BayKind
from tests.integration.booking.room import Office, booking_id
from tests.unit.booking import made
from tests.unit.booking.planner.situations import slot

YARD = made.yard().code
SCAN = Pool(YARD, Sort.BAY, BayKind.SCAN.value)
DAY = timedelta(days=1)
BEFORE = """
    UPDATE bookings
       SET wanted = false, status = :status, slot = CAST(:slot AS jsonb), asked_at = :asked,
           window_opens = :opens, free_until = :opens
     WHERE id = ANY(:those)
"""


async def _asked(
    office: Office, *serials: int, asked: datetime, status: Status = Status.COMPLETED
) -> None:
    """They were asked for then, for a week before the next opening, and are over."""
    opens = made.OPENS - 7 * DAY
    those = [booking_id(each) for each in serials]
    had = slot(at=opens).model_dump_json()
    facts = {"asked": asked, "opens": opens, "those": those, "status": status, "slot": had}
    async with office.service.kit.database.transaction() as session:
        await session.execute(text(BEFORE), facts)


async def _planned(office: Office) -> Decimal:
    """What an hour of a scan bay at the next opening is worth, after a plan."""
    asked = {"days": 2, "seconds": 1}
    answer = await office.post("/v1/plans", asked, role=Role.YARD, org=YARD)
    assert answer.status_code == 202, answer.text
    assert await planning.plan_once(office.desk)
    await planning.price_anew(office.desk, None)
    return office.desk.prices.of(SCAN, made.OPENS, 4)


async def test_a_crowd_of_the_week_before_makes_scarce_what_its_like_will_want(
    office: Office,
) -> None:
    await office.bring(*(made.determined(n, bay_kind=BayKind.SCAN) for n in range(1, 10)))
    crowd, first, week = range(1, 9), 9, made.MONDAY - 6 * DAY
    await _asked(office, *crowd, first, asked=week)
    assert await _planned(office) == 0
    await _asked(office, first, asked=made.MONDAY - 8 * DAY)
    assert await _planned(office) > 0
    await _asked(office, *crowd, asked=week, status=Status.CANCELLED)
    assert await _planned(office) == 0
