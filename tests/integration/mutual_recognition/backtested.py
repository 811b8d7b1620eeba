"""Backtests made by the test's own process: what the job does, without starting another one."""

from services.mutual_recognition.jobs import backtesting, replaying
from services.mutual_recognition.rulebook import Rulebook
from services.mutual_recognition.settings import Settings
from shared.kit import Kit


async def make(kit: Kit, settings: Settings | None = None) -> bool:
    """Make the next backtest that was asked for; was there one?"""
    known = settings or Settings()
    book, prices = Rulebook.of(known), known.prices()
    return await backtesting.next_one(kit, book, prices, replay=replaying.run)
