"""Inspection put together: the only place that knows kit and settings at once."""

from pathlib import Path

from services.inspection import checks, consumers, store
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
    watching,
)
from services.inspection.jobs import ledger as ledger_jobs
from services.inspection.jobs import sandbox, waits
from services.inspection.settings import Settings
from shared import service
from shared.kit import Kit
from shared.watching import Watch, looking

NAME = SCHEMA = "inspection"
MIGRATIONS = Path(__file__).parent / "migrations"


def create(kit: Kit, settings: Settings) -> service.Service:
    """The service, ready to run."""
    watch = Watch(store.entries.c.number)
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
            watching.router,
        ],
        handlers=consumers.handlers(kit, settings),
        migrations=MIGRATIONS,
        jobs=_jobs(kit, settings, watch),
        checks=checks.ALL,
    )
    made.api.state.settings = settings
    made.api.state.watch = watch
    return made


def _jobs(kit: Kit, settings: Settings, watch: Watch) -> dict[str, service.Job]:
    jobs = {
        "waits": waits.sweeper(kit, settings),
        "checkpoints": ledger_jobs.keeper(kit, settings),
        "watch": looking(kit.database, watch, seconds=settings.watch_seconds),
    }
    return {**jobs, "sandbox": sandbox.officer(kit, settings)} if kit.sandbox else jobs
