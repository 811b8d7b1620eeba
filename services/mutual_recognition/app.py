"""The composition root: the only place that puts settings, rules, routes and handlers together."""

from pathlib import Path

from services.mutual_recognition import checks, consumers
from services.mutual_recognition.api import (
    backtests,
    companies,
    draws,
    pilots,
    requirements,
    risk,
    suspensions,
    tables,
    trials,
)
from services.mutual_recognition.jobs import backtesting, lapsing, learning, readying, trying
from services.mutual_recognition.rulebook import Rulebook
from services.mutual_recognition.settings import Settings
from shared import service
from shared.kit import Kit
from shared.service import Service

SCHEMA = NAME = "mutual_recognition"
MIGRATIONS = Path(__file__).parent / "migrations"


def create(kit: Kit, settings: Settings) -> Service:
    """The service, ready to run."""
    book = Rulebook.of(settings)
    made = service.assemble(
        kit,
        title="Onestop mutual recognition",
        routers=[
            requirements.router,
            companies.router,
            suspensions.router,
            pilots.router,
            draws.router,
            tables.router,
            backtests.router,
            trials.router,
            risk.router,
        ],
        handlers=consumers.handlers(kit, book),
        migrations=MIGRATIONS,
        jobs={
            "backtesting": backtesting.job(kit, book, settings.prices()),
            "lapsing": lapsing.job(kit, book),
            "learning": learning.job(kit, book),
            "trying": trying.job(kit, book),
            "readying": readying.job(kit, book),
        },
        checks=checks.checks(book),
    )
    made.api.state.book = book
    return made
