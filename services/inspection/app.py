"""Inspection put together: the only place that knows kit and settings at once."""

from pathlib import Path

from services.inspection import checks, consumers
from services.inspection.api import (
    acting,
    checklists,
    correcting,
    editions,
    ledger,
    reading,
    sampling,
    signing,
    syncing,
    tracking,
)
from services.inspection.jobs import ledger as ledger_jobs
from services.inspection.jobs import sandbox, waits
from services.inspection.settings import Settings
from shared import service
from shared.kit import Kit

NAME = SCHEMA = "inspection"
MIGRATIONS = Path(__file__).parent / "migrations"


def create(kit: Kit, settings: Settings) -> service.Service:
    """The service, ready to run."""
    made = service.assemble(
        kit,
        title="Onestop inspection",
        routers=[
            reading.router,
            acting.router,
            tracking.router,
            editions.router,
            checklists.router,
            sampling.router,
            correcting.router,
            signing.router,
            syncing.router,
            ledger.router,
        ],
        handlers=consumers.handlers(kit, settings),
        migrations=MIGRATIONS,
        jobs=_jobs(kit, settings),
        checks=checks.ALL,
    )
    made.api.state.settings = settings
    return made


def _jobs(kit: Kit, settings: Settings) -> dict[str, service.Job]:
    jobs = {
        "waits": waits.sweeper(kit, settings),
        "checkpoints": ledger_jobs.keeper(kit, settings),
    }
    return {**jobs, "sandbox": sandbox.officer(kit, settings)} if kit.sandbox else jobs
