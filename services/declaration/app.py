"""Puts declaration together: the only place that knows settings, routes, consumers and checks."""

import random
from pathlib import Path

from services.declaration import checks, consumers, filer, release_notices
from services.declaration.api import (
    bulk,
    checking,
    exporting,
    filings,
    instructions,
    listing,
    merging,
    messages,
    notices,
    past,
    questions,
    receipts,
    reference,
    required,
    slips,
    undelivered,
    webhooks,
)
from services.declaration.domain.checks import RULES
from services.declaration.domain.seal import Seal
from services.declaration.jobs import bulk as jobs
from services.declaration.jobs import feeding
from services.declaration.jobs.delivering import Dispatcher
from services.declaration.release_notices import Sealer
from services.declaration.settings import Settings
from services.declaration.webhooks.addresses import Allowed
from services.declaration.webhooks.posting import Poster
from services.declaration.webhooks.turns import Turns
from shared import keyfile
from shared.http import catalogue, exports, faults
from shared.kit import Kit
from shared.service import Service, assemble

SCHEMA = NAME = "declaration"
MIGRATIONS = Path(__file__).parent / "migrations"

catalogue.teach(faults.Rule(r.code, r.en, r.zh, r.mend_en, r.mend_zh) for r in RULES)

ROUTERS = [
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
    receipts.router,
    reference.router,
    required.router,
    slips.router,
    notices.router,
    notices.public,
    webhooks.router,
    undelivered.router,
]


def create(kit: Kit, settings: Settings) -> Service:
    """The service: takes filings and tells their brokers what becomes of them."""
    allowed = Allowed(http=settings.webhook_http, private=settings.webhook_private)
    poster = Poster(allowed=allowed, seconds=settings.webhook_seconds)
    dispatcher = Dispatcher(kit, poster, draw=random.random)
    service = assemble(
        kit,
        title="Onestop declaration",
        routers=ROUTERS,
        handlers=consumers.handlers(kit, settings),
        migrations=MIGRATIONS,
        jobs={
            "bulk": jobs.worker(kit, settings),
            "feed": feeding.job(kit, told=dispatcher.wake),
            "webhooks": dispatcher.run,
        },
        checks=checks.CHECKS,
    )
    service.api.state.settings = settings
    service.api.state.poster = poster
    service.api.state.turns = Turns(webhooks.ASKED_AT_ONCE)
    service.api.state.exports = exports.turns()
    service.api.state.filer = filer.create(kit)
    service.api.state.sealer = _sealer(settings)
    return service


def _sealer(settings: Settings) -> Sealer | None:
    """Who seals release notices; nobody without a key. Raises KeyUnfit."""
    if settings.seal_key is None or settings.public_url is None:
        return None
    seal = Seal(keyfile.read(settings.seal_key))
    return Sealer(seal, settings.public_url, draw=release_notices.draw_code)
