"""Cases that a benchmark needs: opened in the service's database, by the service's own commands."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from functools import partial
from uuid import UUID, uuid4

from sqlalchemy.engine import make_url

from services.cli import people
from services.cli.benching import single
from services.cli.benching.single import Bench
from services.inspection import commands, store
from services.inspection.commands import Decide
from services.inspection.domain import inspecting, planning
from services.inspection.domain.records import Actor, Moment
from shared.contracts import derived
from shared.contracts.requirement import RequirementDetermined
from shared.contracts.values import AgencyNeed, Line, Mode, Scope, Slot, TeamPlace
from shared.database import Database
from shared.ids import uuid7

YARD = "Y1"
WAIT = timedelta(hours=3)
OFFICER = Actor("demo-officer-customs", "officer", "customs")


def database(bench: Bench) -> Database:
    """The database of the service that is measured, as its superuser."""
    address = make_url(bench.admin_url).set(
        database=single.DATABASE, drivername="postgresql+asyncpg"
    )
    url = address.render_as_string(hide_password=False)
    return Database(url, schema="inspection", pool_size=2)


async def opened(database: Database, *, count: int) -> list[UUID]:
    """New cases whose containers customs has open now, in the yard `YARD`."""
    now = datetime.now(UTC)
    moment = Moment(wall=now, yard=now)
    found = []
    async with database.transaction() as session:
        for _ in range(count):
            filing = uuid4()
            requirement = derived.requirement_id(filing)
            case = await store.obtain(session, requirement, filing_id=filing, now=now)
            told = _determined(filing, requirement, now)
            steps: list[Decide] = [
                partial(planning.require, determination=told, now=moment, wait=WAIT),
                partial(planning.assign, slot=_slot(now)),
                partial(
                    inspecting.open_container, who=OFFICER, present=(), reason=None, now=moment
                ),
            ]
            for step in steps:
                change = step(case)
                case = await commands.hear(
                    session, case, change, who=OFFICER, now=moment, ids=uuid7
                )
            found.append(case.id)
    return found


def _slot(now: datetime) -> Slot:
    teams = (TeamPlace(agency="customs", team="C1"),)
    return Slot(yard=YARD, bay="B1", teams=teams, starts=now, ends=now + timedelta(hours=1))


def _determined(filing: UUID, requirement: UUID, now: datetime) -> RequirementDetermined:
    line = Line(
        number=1,
        hs_code="0202300090",
        name="冻去骨牛肉",
        quantity=Decimal(18000),
        unit="KGM",
        net_kg=Decimal(18000),
    )
    return RequirementDetermined(
        filing_id=filing,
        requirement_id=requirement,
        filing_version=1,
        revision=1,
        mode=Mode.SINGLE,
        needs=(AgencyNeed(agency="customs", scope=Scope.UNPACK, minutes=60),),
        lines=(line, line.model_copy(update={"number": 2})),
        terminal="CNTAO-T1",
        arrival=now,
        broker=people.DEMO_BROKER,
    )
