"""`onestop verify`: every service's invariants, the audit chains, and what only all can show."""

import asyncio
from collections.abc import Collection, Iterator, Mapping
from typing import Any

from services.cli.instance import Instance
from services.cli.replaying import tally
from services.cli.replaying.client import Api, Document

FILINGS = "/declaration/v1/filings"
REQUIREMENTS = "/mutual-recognition/v1/requirements"
CASES = "/inspection/v1/cases"
ENDS = {"released": "released", "refused_entry": "refused_entry"}


def run(where: Instance) -> dict[str, Any]:
    """Check everything; what is broken is named."""

    async def main() -> dict[str, Any]:
        async with Api(where.url, where.tokens) as api:
            return await check(api)

    return asyncio.run(main())


async def check(api: Api) -> dict[str, Any]:
    """What `onestop verify` prints, asked of a system through its API."""
    broken: list[str] = []
    chains: list[str] = []
    told: list[str] = []
    for prefix in tally.PREFIXES:
        found = await api.patiently("auditor", f"/{prefix}/v1/ops/verify")
        chains += found["checks"].get("chains", [])
        broken += [f"{prefix}: {each}" for each in found["broken"]]
        told += [f"{prefix}: {each}" for each in found.get("told", [])]
    filings = {each["id"]: each["status"] async for each in api.every("auditor", FILINGS)}
    heard = await tally.backlog(api)
    requirements = {each["filing_id"]: each async for each in api.every("auditor", REQUIREMENTS)}
    left = await tally.backlog(api)
    cases = [(each["filing_id"], each["status"]) async for each in api.every("auditor", CASES)]
    if heard.events_pending == left.events_pending == 0:
        completed = {filing for filing, status in cases if status == "completed"}
        broken += _across(filings, requirements, completed)
    return {
        "cases": len(cases),
        "chains_ok": not chains,
        "invariants_broken": broken,
        "told": told,
        "events_pending": left.events_pending,
        "dead_letters": left.dead_letters,
    }


def _across(
    filings: Mapping[str, str], requirements: Mapping[str, Document], completed: Collection[str]
) -> Iterator[str]:
    """What holds between services that have heard all that was told of what these filings are.

    Each list was read after the one before: what a filing led to is there, whatever goes on.
    """
    for filing, status in filings.items():
        requirement = requirements.get(filing)
        if requirement is None:
            yield f"filing {filing} has no requirement"
            continue
        outcome = requirement["outcome"]
        if status in ENDS and outcome != ENDS[status]:
            yield f"filing {filing} is {status}, its requirement {outcome}"
        inspected = requirement["mode"] != "none" and requirement["status"] == "met"
        if inspected and outcome in ENDS and filing not in completed:
            yield f"filing {filing} ended without a completed case"
