"""Yard staff and officers of both agencies: they work through every case of the replay."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from services.cli.replaying.client import Api, Document, Refused
from services.cli.replaying.clock import YardClock
from services.cli.replaying.rows import Label, Row

CASES = "/inspection/v1/cases"
LOOK_EVERY = 0.5
SHARE_OF_MINUTES = Decimal("0.8")
"""Officers are done after this share of the minutes planned for them."""

OFFICERS_OF_A_TEAM = 2
"""Ours: no published figure says how many stand at a container."""

SHORT_WEIGHT = Decimal("0.8")
"""What is found of the declared weight and quantity where customs finds fraud."""

ENDED = frozenset({"completed", "void"})
UNDER_WAY = ("planned", "open", "awaiting_recognition")
"""Also what others have begun: officers of an earlier run, ended in the middle."""

CONFORMING: Mapping[str, Any] = {"verdict": "conform", "disposal": "release", "findings": []}
FINDINGS: Mapping[tuple[Label, str], Mapping[str, Any]] = {
    (Label.CUSTOMS, "customs"): {
        "verdict": "nonconform",
        "disposal": "return",
        "findings": [{"code": "misdeclared", "text": "申报不实 declared otherwise than found"}],
    },
    (Label.QUARANTINE, "quarantine"): {
        "verdict": "nonconform",
        "disposal": "destroy",
        "findings": [{"code": "public_safety", "text": "危害公共安全 a danger to public safety"}],
    },
}
DIFFERS: Mapping[str, Any] = {
    "verdict": "minor",
    "disposal": "release",
    "findings": [{"code": "weight_differs", "text": "重量不符 weight differs from declared"}],
}


@dataclass
class Officers:
    """Finds the cases of the replay's filings and drives each to its end."""

    api: Api
    clock: YardClock
    run: str
    rows: Mapping[str, Row]
    started: set[str] = field(default_factory=set)

    async def work(self) -> None:
        """Take up new cases for ever; cancelled when the replay is over."""
        async with asyncio.TaskGroup() as tasks:
            while True:
                for status in UNDER_WAY:
                    async for case in self.api.every("officer.customs", CASES, status=status):
                        if case["filing_id"] in self.rows and case["id"] not in self.started:
                            self.started.add(case["id"])
                            tasks.create_task(self._drive(case["id"]))
                await asyncio.sleep(LOOK_EVERY)

    async def _drive(self, case_id: str) -> None:
        while True:
            case = await self.api.get("officer.customs", f"{CASES}/{case_id}")
            if case["status"] in ENDED:
                return
            try:
                if case["status"] == "planned":
                    await self._open(case)
                else:
                    await self._inspect(case)
            except Refused as refused:
                if refused.status not in (409, 422):
                    raise
            await asyncio.sleep(LOOK_EVERY)

    async def _open(self, case: Document) -> None:
        if case["slot"] is None or not case["needs"]:
            return
        await self.clock.until(datetime.fromisoformat(case["slot"]["starts"]))
        seals = [
            {"container": each["number"], "seal": f"S{each['number'][4:]}"}
            for each in case["containers"]
        ]
        visits = len(case["openings"])
        visit = f"{case['id']}:{visits}"
        if not (case["gate"] and case["gate"]["inside"]):
            await self._post("yard", case, "gate-in", {"seals": seals}, key=visit)
        sections = case["sections"].items()
        agencies = [name for name, each in sections if each["needed"] and not each["concluded"]]
        body: dict[str, object] = {"present": agencies[:1]}
        if case["openings"]:
            body["reason"] = "第二查验单位在等待期后到场 second agency came after the wait"
        await self._post(f"officer.{agencies[0]}", case, "open", body, key=visit)
        await self._come(agencies[0], case, case["slot"], key=f"{case['id']}:{visits + 1}")

    async def _inspect(self, case: Document) -> None:
        at_work = {
            agency: section
            for agency, section in case["sections"].items()
            if section["needed"] and not section["concluded"]
        }
        missing = [agency for agency, each in at_work.items() if each["joined_at"] is None]
        visit = f"{case['id']}:{len(case['openings'])}"
        for agency in missing:
            await self._post(f"officer.{agency}", case, "join", {}, key=visit)
        for agency, section in at_work.items():
            if all(each["left_at"] for each in section["attendance"]):
                await self._come(agency, case, case["openings"][-1]["slot"], key=visit)
        if missing:
            return
        for agency, section in at_work.items():
            minutes = next(n["minutes"] for n in case["needs"] if n["agency"] == agency)
            joined = datetime.fromisoformat(section["joined_at"])
            await self.clock.until(joined + timedelta(minutes=float(minutes * SHARE_OF_MINUTES)))
            body = conclusion(self.rows[case["filing_id"]].label, agency, case)
            key = f"{case['id']}:{case['revision']}"
            await self._post(f"officer.{agency}", case, "conclude", body, key=key)

    async def _come(self, agency: str, case: Document, slot: Document, *, key: str) -> None:
        """The officers of the slot's team sign in; one has the tablet for all."""
        teams = [each["team"] for each in slot["teams"] if each["agency"] == agency]
        team = f"{slot['yard']} {(teams or [agency])[0]}"
        officers = [f"{team} {number + 1}" for number in range(OFFICERS_OF_A_TEAM)]
        await self._post(f"officer.{agency}", case, "come", {"officers": officers}, key=key)

    async def _post(
        self, who: str, case: Document, act: str, body: Mapping[str, object], *, key: str
    ) -> None:
        path = f"{CASES}/{case['id']}/{act}"
        await self.api.post(who, path, body, key=f"{self.run}:{act}:{who}:{key}")


def conclusion(label: Label | None, agency: str, case: Document) -> dict[str, object]:
    """What an agency concludes, given what the dataset says was there to be found.

    Where the dataset does not say (no label), nothing is found.
    """
    fraud = label is Label.CUSTOMS
    found = [_found(line, SHORT_WEIGHT if fraud else Decimal(1)) for line in case["lines"]]
    ordinary = DIFFERS if fraud else CONFORMING
    result = ordinary if label is None else FINDINGS.get((label, agency), ordinary)
    return {**result, "found": found}


def _found(line: Document, share: Decimal) -> Document:
    return {
        "number": line["number"],
        "name": line["name"],
        "quantity": _part(line["quantity"], share),
        "unit": line["unit"],
        "net_kg": _part(line["net_kg"], share),
    }


def _part(declared: str, share: Decimal) -> str:
    value = Decimal(declared)
    return str(value if share == 1 else (value * share).quantize(Decimal("0.001")))
