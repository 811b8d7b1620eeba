"""Asks drafts under trial what they would have decided, after the fact and apart.

It reads decisions that are committed and writes to the trials' own table, so no trial can change
or hold up a requirement: not by what it says, not by failing, not by being slow.
"""

import asyncio
from typing import Any

import structlog
from sqlalchemy import RowMapping
from sqlalchemy.ext.asyncio import AsyncConnection

from services.mutual_recognition import decisions, trials
from services.mutual_recognition.decision_tables.table import Table
from services.mutual_recognition.decision_tables.version import Version
from services.mutual_recognition.rulebook import Rulebook
from services.mutual_recognition.rules import replaying
from shared.kit import Kit
from shared.service import Job

log = structlog.get_logger()

POLL_SECONDS = 1.0
AT_ONCE = 100
SAID = 400

Drafts = dict[tuple[str, int], Version | str]
"""Drafts by name and number: ready to be asked, or why they cannot be."""


def job(kit: Kit, book: Rulebook) -> Job:
    """Keep all trials up to date, for ever."""

    async def run() -> None:
        drafts: Drafts = {}
        while True:
            if not await look(kit, book, drafts):
                await asyncio.sleep(POLL_SECONDS)

    return run


async def look(kit: Kit, book: Rulebook, drafts: Drafts) -> bool:
    """Ask each draft under trial about the next decisions; are there more?

    `drafts` keeps what was made of them: those that are no longer tried are forgotten.
    """
    async with kit.database.connect() as connection:
        under_trial = await trials.running(connection, on=book.day(kit.clock.yard()))
    of = {(trial["name"], trial["version"]): trial for trial in under_trial}
    for gone in drafts.keys() - of.keys():
        del drafts[gone]
    more = False
    for key, trial in of.items():
        if key not in drafts:
            async with kit.database.connect() as connection:
                content = await trials.content(connection, *key)
            drafts[key] = await asyncio.to_thread(_version, *key, content, book)
        more = await _ask(kit, book, trial, drafts[key]) or more
    return more


def _version(name: str, number: int, content: Any, book: Rulebook) -> Version | str:
    """The draft, indexed here and not where decisions are waited for; or why it cannot be."""
    try:
        table = Table.model_validate(content)
        version = Version(name, number, table, book.dictionary(name))
        _ = version.index
    except Exception as error:
        log.exception("a draft under trial cannot be read", table=name)
        return _fault(error)
    return version


def _fault(error: Exception) -> str:
    return f"{type(error).__name__}: {error}"[:SAID]


async def _ask(kit: Kit, book: Rulebook, trial: RowMapping, draft: Version | str) -> bool:
    now = kit.clock.wall()
    async with kit.database.connect() as connection:
        rows = await trials.unseen(connection, trial, limit=AT_ONCE)
        said = [await _verdict(connection, row, draft, book) for row in rows]
    full = len(rows) == AT_ONCE
    kept = [{**each, "at": now} for each in said]
    async with kit.database.transaction() as session:
        await trials.keep(session, trial, kept, seen=rows[-1]["decided_at"] if full else now)
    return full


async def _verdict(
    reading: AsyncConnection, row: RowMapping, draft: Version | str, book: Rulebook
) -> dict[str, Any]:
    """Also of a draft that fails: whatever it does is its own verdict."""
    await asyncio.sleep(0)  # consumers come between
    told: dict[str, Any] = {"decision_id": row["id"], "changed": False}
    if isinstance(draft, str):
        return {**told, "outcome": None, "fault": draft}
    decision = await decisions.load(reading, row, book=book)
    try:
        outcome = replaying.again(decision.case, draft, agencies=book.agencies)
    except Exception as error:
        log.exception("a draft under trial failed", table=draft.name, version=draft.version)
        return {**told, "outcome": None, "fault": _fault(error)}
    changed = replaying.required(outcome) != replaying.required(decision.outcome)
    return {**told, "changed": changed, "outcome": outcome.model_dump(mode="json"), "fault": None}
