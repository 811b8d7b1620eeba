"""Composition root of booking."""

from functools import partial
from pathlib import Path

from services.booking.api import (
    bookings,
    calendars,
    exchanging,
    figures,
    founding,
    plans,
    requests,
    roster,
    roster_csv,
    waiting,
    watching,
    yards,
)
from services.booking.checks import checks
from services.booking.consumers import handlers
from services.booking.desk import Desk
from services.booking.jobs import following, planning, sweeping
from services.booking.settings import Settings
from shared.kit import Kit
from shared.service import Service, assemble
from shared.telemetry.health import Check
from shared.watching import looking

NAME = SCHEMA = "booking"
MIGRATIONS = Path(__file__).parent / "migrations"


def create(kit: Kit, settings: Settings) -> Service:
    """The service, ready to serve and run."""
    desk = Desk(kit, settings)
    service = assemble(
        kit,
        title="Onestop booking",
        routers=[
            yards.router,
            founding.router,
            roster.router,
            roster_csv.router,
            requests.router,
            requests.offering,
            bookings.router,
            plans.router,
            figures.router,
            watching.router,
            waiting.router,
            exchanging.router,
            calendars.router,
        ],
        handlers=handlers(desk),
        migrations=MIGRATIONS,
        jobs={
            "expiry": sweeping.expiry(desk),
            "overruns": sweeping.overruns(desk),
            "retry": sweeping.retrying(desk),
            "telling of exchanges": sweeping.telling(desk),
            "calendars": following.following(desk),
            "watch": looking(kit.database, desk.watch, seconds=settings.watch_seconds),
            "plans": planning.planning(desk),
            "asking for plans": planning.asking(desk),
            "prices": planning.pricing(desk),
        },
        checks=checks(kit.clock),
        needs={"calendars": Check(partial(following.require_read, desk))},
    )
    service.api.state.desk = desk
    return service
