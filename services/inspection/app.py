"""Inspection put together: the only place that knows kit and settings at once."""

from pathlib import Path

from services.inspection import (
    case_checks,
    checks,
    consumers,
    evidence_checks,
    ledger_checks,
    store,
)
from services.inspection.api import (
    acting,
    alarming,
    attending,
    case_file,
    checklists,
    correcting,
    editions,
    evidence,
    finding_codes,
    investigating,
    ledger,
    measuring,
    reading,
    sampling,
    signing,
    syncing,
    tracking,
    treating,
    uploading,
    watching,
)
from services.inspection.evidence.folder import Folder
from services.inspection.evidence.vault import Vault
from services.inspection.jobs import alarms as alarm_jobs
from services.inspection.jobs import ledger as ledger_jobs
from services.inspection.jobs import measures as measure_jobs
from services.inspection.jobs import orphans, sandbox, waits
from services.inspection.jobs import treatments as treatment_jobs
from services.inspection.settings import Settings
from shared import service
from shared.http import exports
from shared.kit import Kit
from shared.watching import Watch, looking

NAME = SCHEMA = "inspection"
MIGRATIONS = Path(__file__).parent / "migrations"
SPOKEN = (
    reading,
    acting,
    tracking,
    attending,
    treating,
    editions,
    checklists,
    finding_codes,
    sampling,
    correcting,
    signing,
    syncing,
    ledger,
    evidence,
    uploading,
    case_file,
    watching,
    alarming,
    investigating,
    measuring,
)
"""The modules of the API, in the order of its document."""


def create(kit: Kit, settings: Settings) -> service.Service:
    """The service, ready to run. Without a folder for evidence it takes none."""
    folder = settings.evidence_folder
    vault = Folder(folder) if folder else None
    watch = Watch(store.entries.c.number)
    made = service.assemble(
        kit,
        title="Onestop inspection",
        routers=[each.router for each in SPOKEN],
        handlers=consumers.handlers(kit, settings),
        migrations=MIGRATIONS,
        jobs=_jobs(kit, settings, vault)
        | {"watch": looking(kit.database, watch, seconds=settings.watch_seconds)},
        checks={**checks.ALL, "evidence": evidence_checks.check_of(vault)},
        passes=(case_checks.check_of(kit.database), ledger_checks.unsigned_of(kit, settings)),
    )
    state = made.api.state
    state.settings, state.vault, state.watch = settings, vault, watch
    state.exports = exports.turns()
    return made


def _jobs(kit: Kit, settings: Settings, vault: Vault | None) -> dict[str, service.Job]:
    jobs = {
        "waits": waits.sweeper(kit, settings),
        "checkpoints": ledger_jobs.keeper(kit, settings),
        "alarms": alarm_jobs.sweeper(kit, settings),
        "treatments": treatment_jobs.sweeper(kit, settings),
        "measures": measure_jobs.filler(kit),
    }
    if vault is not None:
        jobs["orphans"] = orphans.sweeper(kit, vault)
    if kit.sandbox:
        jobs["sandbox"] = sandbox.officer(kit, settings)
    return jobs
