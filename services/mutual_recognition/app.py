"""The composition root: the only place that puts settings, rules, routes and handlers together."""

import secrets
from pathlib import Path

from services.mutual_recognition import checks, consumers
from services.mutual_recognition import notices as stored
from services.mutual_recognition.api import (
    backtests,
    companies,
    draws,
    notices,
    pilots,
    requirements,
    risk,
    suspensions,
    tables,
    trials,
)
from services.mutual_recognition.jobs import (
    backtesting,
    committing,
    lapsing,
    learning,
    readying,
    trying,
)
from services.mutual_recognition.rulebook import Rulebook
from services.mutual_recognition.settings import Settings
from shared import service
from shared.kit import Kit
from shared.service import Job, Service
from shared.watching import Watch, looking

SCHEMA = NAME = "mutual_recognition"
MIGRATIONS = Path(__file__).parent / "migrations"


def create(kit: Kit, settings: Settings) -> Service:
    """The service, ready to run."""
    book = Rulebook.of(settings)
    watch = Watch(stored.notices.c.number)
    made = service.assemble(
        kit,
        title="Onestop mutual recognition",
        routers=[
            requirements.router,
            companies.router,
            suspensions.router,
            notices.router,
            pilots.router,
            draws.router,
            tables.router,
            backtests.router,
            trials.router,
            risk.router,
        ],
        handlers=consumers.handlers(kit, book),
        migrations=MIGRATIONS,
        jobs=_jobs(kit, settings, book)
        | {"watch": looking(kit.database, watch, seconds=settings.notice_look_seconds)},
        checks=checks.checks(book),
    )
    made.api.state.book = book
    made.api.state.settings = settings
    made.api.state.watch = watch
    return made


def _jobs(kit: Kit, settings: Settings, book: Rulebook) -> dict[str, Job]:
    jobs = {
        "backtesting": backtesting.job(kit, book, settings.prices()),
        "lapsing": lapsing.job(kit, book),
        "learning": learning.job(kit, book),
        "trying": trying.job(kit, book),
        "readying": readying.job(kit, book),
    }
    if not settings.draw_can_be_foreseen:
        jobs["committing"] = committing.job(kit, book, secrets.token_bytes)
    return jobs
