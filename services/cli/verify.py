"""`onestop verify`: every service's invariants, the audit chains, and what only all can show."""

import asyncio
from collections.abc import Collection
from typing import Any

from services.cli.instance import Instance
from services.cli.replaying import tally
from services.cli.replaying.client import Api

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
    cases, completed = 0, set()
    async for case in api.every("auditor", "/inspection/v1/cases"):
        cases += 1
        if case["status"] == "completed":
            completed.add(case["filing_id"])
    left = await tally.backlog(api)
    if left.events_pending == 0:
        broken += await _across(api, completed)
    return {
        "cases": cases,
        "chains_ok": not chains,
        "invariants_broken": broken,
        "told": told,
        "events_pending": left.events_pending,
        "dead_letters": left.dead_letters,
    }


async def _across(api: Api, completed: Collection[str]) -> list[str]:
    """What holds between services once no event is on its way; `completed` are the filings of
    completed cases.
    """
    requirements = {}
    async for each in api.every("auditor", "/mutual-recognition/v1/requirements"):
        requirements[each["filing_id"]] = each
    broken = []
    async for filing in api.every("auditor", "/declaration/v1/filings"):
        requirement = requirements.get(filing["id"])
        if requirement is None:
            broken.append(f"filing {filing['id']} has no requirement")
            continue
        if filing["status"] in ENDS and requirement["outcome"] != ENDS[filing["status"]]:
            broken.append(
                f"filing {filing['id']} is {filing['status']}, "
                f"its requirement {requirement['outcome']}"
            )
        inspected = requirement["mode"] != "none" and requirement["status"] == "met"
        if inspected and requirement["outcome"] in ENDS and filing["id"] not in completed:
            broken.append(f"filing {filing['id']} ended without a completed case")
    return broken
