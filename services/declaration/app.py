"""Puts declaration together: the only place that knows settings, routes, consumers and checks."""

import asyncio
from pathlib import Path

from services.declaration import checks, consumers, filer
from services.declaration.api import (
    bulk,
    checking,
    exporting,
    filings,
    instructions,
    listing,
    merging,
    messages,
    past,
    questions,
    reference,
    required,
)
from services.declaration.domain.checks import RULES
from services.declaration.jobs import bulk as jobs
from services.declaration.settings import Settings
from shared.http import catalogue, faults
from shared.kit import Kit
from shared.service import Service, assemble

SCHEMA = NAME = "declaration"
MIGRATIONS = Path(__file__).parent / "migrations"

catalogue.teach(faults.Rule(r.code, r.en, r.zh, r.mend_en, r.mend_zh) for r in RULES)


def create(kit: Kit, settings: Settings) -> Service:
    """The service: takes filings and tells their brokers what becomes of them."""
    service = assemble(
        kit,
        title="Onestop declaration",
        routers=[
            listing.router,
            exporting.router,
            filings.hot,
            filings.router,
            checking.router,
            merging.router,
            messages.router,
            bulk.router,
            instructions.router,
            past.router,
            questions.router,
            reference.router,
            required.router,
        ],
        handlers=consumers.handlers(kit, settings),
        migrations=MIGRATIONS,
        checks=checks.CHECKS,
        jobs={"bulk": jobs.worker(kit, settings)},
    )
    service.api.state.settings = settings
    service.api.state.exports = asyncio.Semaphore(exporting.EXPORTS)
    service.api.state.filer = filer.create(kit)
    return service
