"""What people do in a story, and how a test waits for what follows from it.

`broker`, `yard` and the officers act through the public API alone. Facts travel between the
services meanwhile, so a story says what must become true (`until`), never how long that takes.
"""

import asyncio
import itertools
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import uuid4

from services.cli import verify
from services.cli.people import DEMO_BROKER
from services.cli.replaying import tally
from services.cli.replaying.client import Api, Document
from tests import factories
from tests.e2e.clock import HandClock

PATIENCE_SECONDS = 20.0
LOOK_EVERY = 0.05

FILINGS = "/declaration/v1/filings"
REQUIREMENTS = "/mutual-recognition/v1/requirements"
COMPANIES = "/mutual-recognition/v1/companies"
RECOGNITIONS = "/mutual-recognition/v1/recognitions"
REQUESTS = "/booking/v1/requests"
BOOKINGS = "/booking/v1/bookings"
CASES = "/inspection/v1/cases"

WOOD: Mapping[str, Any] = {
    "hs_code": "4407110000",
    "name": "sawn pine 松木板材",
    "quantity": "1000",
    "unit": "KGM",
}
GOODS: Mapping[str, Mapping[str, Any]] = {
    "none": {"hs_code": "8471300000"},
    "single": {**WOOD, "duty_percent": "5"},
    "joint": {**WOOD, "duty_percent": "0"},
    "recognition": {**WOOD, "duty_percent": "0"},
}
"""A goods line for each mode by the founding rules: both agencies look at wood that claims to
be free of duty; of a consignee whom both rate high, customs recognises what quarantine found."""

REFUSED: Mapping[str, Any] = {
    "verdict": "nonconform",
    "disposal": "return",
    "findings": [{"code": "pest", "text": "活体害虫 live pests"}],
}
SUSPENDED: Mapping[str, Any] = {
    "verdict": "suspend",
    "disposal": "detain",
    "ground": {"code": "papers_awaited", "text": "待补证书正本 original certificate awaited"},
}
CONFORMS: Mapping[str, Any] = {"verdict": "conform", "disposal": "release", "findings": []}
SHORT: Mapping[str, Any] = {
    "verdict": "minor",
    "disposal": "release",
    "findings": [{"code": "weight_differs", "text": "重量不符 weight differs"}],
}

Look = Callable[[], Awaitable[Document]]


@dataclass
class Town:
    """One system's people, and the clock of its yards."""

    api: Api
    clock: HandClock
    serials: "itertools.count[int]" = field(default_factory=lambda: itertools.count(1))

    async def do(self, who: str, path: str, body: Mapping[str, object] | None = None) -> Document:
        """Do something for the first time."""
        return await self.api.post(who, path, body or {}, key=str(uuid4()))

    async def until(self, look: Look, holds: Callable[[Document], bool]) -> Document:
        """Look until it holds; fails with what was seen last."""
        loop = asyncio.get_running_loop()
        deadline = loop.time() + PATIENCE_SECONDS
        while not holds(seen := await look()):
            assert loop.time() < deadline, f"never came true; last seen: {seen}"
            await asyncio.sleep(LOOK_EVERY)
        return seen

    def draft(self, kind: str, *, auto: bool = True, **changes: Any) -> Document:
        """A filing whose cargo arrived some hours ago and which the rules give that mode."""
        serial = next(self.serials)
        body = factories.filing(
            reference=f"STORY-{serial:04d}",
            arrival=(self.clock.yard() - timedelta(hours=6)).isoformat(),
            broker={"uscc": DEMO_BROKER, "name": "一站报关有限公司"},
            net_kg="1000",
            gross_kg="1100",
            lines=[factories.line(1, **GOODS[kind])],
            containers=[factories.container(serial)],
            slot_wish={"auto_confirm": auto},
        )
        return body | changes

    async def file(self, kind: str, *, auto: bool = True, **changes: Any) -> str:
        """File it; returns the filing's id."""
        filed = await self.do("broker", FILINGS, self.draft(kind, auto=auto, **changes))
        return str(filed["id"])

    async def trusted(self) -> Document:
        """A consignee whom both agencies rate high."""
        company = {"uscc": factories.uscc(1_000 + next(self.serials)), "name": "青岛守信有限公司"}
        await self.do("supervisor.customs", COMPANIES, company)
        since = (self.clock.yard() - timedelta(days=30)).date().isoformat()
        rating = {"grade": "high", "valid_from": since, "grounds": "ten years without a finding"}
        for agency in ("customs", "quarantine"):
            path = f"{COMPANIES}/{company['uscc']}/ratings"
            await self.do(f"supervisor.{agency}", path, rating)
        return company

    async def filing(self, filing_id: str) -> Document:
        """The filing as its broker sees it."""
        return await self.api.get("broker", f"{FILINGS}/{filing_id}")

    async def filing_is(self, filing_id: str, status: str) -> Document:
        """Wait until the filing has that status."""
        return await self.until(
            lambda: self.filing(filing_id), lambda seen: bool(seen["status"] == status)
        )

    async def receipts(self, filing_id: str) -> list[str]:
        """The kinds of the filing's receipts, in order."""
        page = self.api.every("broker", f"{FILINGS}/{filing_id}/receipts")
        return [receipt["kind"] async for receipt in page]

    async def requirement(self, filing_id: str) -> Document:
        """The filing's requirement, empty before there is one."""
        return await self._of("auditor", REQUIREMENTS, filing_id)

    async def required(self, filing_id: str, mode: str) -> Document:
        """Wait until the filing's requirement has that mode."""
        return await self.until(
            lambda: self.requirement(filing_id), lambda seen: bool(seen.get("mode") == mode)
        )

    async def recognition(self, filing_id: str) -> Document:
        """The filing's recognition, empty before there is one."""
        return await self._of("auditor", RECOGNITIONS, filing_id)

    async def booking(self, filing_id: str) -> Document:
        """The filing's booking, empty before there is one."""
        return await self._of("auditor", REQUESTS, filing_id)

    async def booking_is(self, filing_id: str, status: str) -> Document:
        """Wait until the filing's booking has that status."""
        return await self.until(
            lambda: self.booking(filing_id), lambda seen: bool(seen.get("status") == status)
        )

    async def case(self, filing_id: str) -> Document:
        """The filing's case as an officer sees it, empty before there is one."""
        return await self._of("officer.customs", CASES, filing_id)

    async def case_when(self, filing_id: str, holds: Callable[[Document], bool]) -> Document:
        """Wait until the filing's case is so."""
        return await self.until(
            lambda: self.case(filing_id), lambda seen: bool(seen) and holds(seen)
        )

    async def case_is(self, filing_id: str, status: str) -> Document:
        """Wait until the filing's case has that status."""
        return await self.case_when(filing_id, lambda seen: bool(seen["status"] == status))

    async def _of(self, who: str, path: str, filing_id: str) -> Document:
        found = (await self.api.get(who, path, filing_id=filing_id))["items"]
        assert len(found) <= 1
        return dict(found[0]) if found else {}

    async def board(self, slot: Document) -> list[str]:
        """The ids of the bookings on the board of the slot's yard and day."""
        day = (datetime.fromisoformat(slot["starts"]) + timedelta(hours=8)).date().isoformat()
        board = await self.api.get("yard", f"/booking/v1/yards/{slot['yard']}/board", day=day)
        return [each["booking_id"] for row in board["rows"] for each in row["bookings"]]

    async def arrived(self, filing_id: str) -> Document:
        """The slot has come and the cargo is in the yard, where it may have stayed since."""
        case = await self.case_when(
            filing_id, lambda seen: seen["slot"] is not None and not seen["gaps"]
        )
        self.clock.leap(datetime.fromisoformat(case["slot"]["starts"]))
        if case["gate"] and case["gate"]["inside"]:
            return case
        seals = [{"container": each["number"], "seal": "S1"} for each in case["containers"]]
        return await self.do("yard", f"{CASES}/{case['id']}/gate-in", {"seals": seals})

    async def opened(self, filing_id: str, *present: str) -> Document:
        """The first of these agencies opens the container in its slot, the others join."""
        case = await self.arrived(filing_id)
        await self.act(present[0], case, "open")
        for agency in present[1:]:
            await self.act(agency, case, "join")
        await self.booking_is(filing_id, "started")
        return await self.case_is(filing_id, "open")

    async def act(self, agency: str, case: Document, act: str, /, **body: object) -> Document:
        """An officer does something at a case."""
        return await self.do(f"officer.{agency}", f"{CASES}/{case['id']}/{act}", body)

    async def concluded(
        self,
        agency: str,
        case: Document,
        result: Mapping[str, Any] = CONFORMS,
        *,
        share: str = "1",
    ) -> Document:
        """An officer concludes; `share` is how much was found of what was declared."""
        found = [
            {
                "number": line["number"],
                "name": line["name"],
                "quantity": str(Decimal(line["quantity"]) * Decimal(share)),
                "unit": line["unit"],
                "net_kg": str(Decimal(line["net_kg"]) * Decimal(share)),
            }
            for line in case["lines"]
        ]
        return await self.act(agency, case, "conclude", **result, found=found)

    async def settled(self) -> None:
        """Wait until no event is on its way any more."""

        async def look() -> Document:
            return {"pending": (await tally.backlog(self.api)).events_pending}

        await self.until(look, lambda seen: bool(seen["pending"] == 0))

    async def broken(self) -> list[str]:
        """What is broken of any invariant or chain, and how many events could not be applied."""
        found = await verify.check(self.api)
        letters = [f"{found['dead_letters']} dead letters"] if found["dead_letters"] else []
        chains = [] if found["chains_ok"] else ["a chain of records does not verify"]
        return [*found["invariants_broken"], *chains, *letters]
