"""The broker: files every row, and books where it did not ask for the best slot by itself."""

import asyncio
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from itertools import count

from services.cli.replaying import making
from services.cli.replaying.client import Api, Refused
from services.cli.replaying.rows import Row, Unreadable

AT_ONCE = 8
LOOK_EVERY = 0.5
BOOKABLE = ("requested", "expired", "cancelled", "missed")
FILINGS = "/declaration/v1/filings"
REQUESTS = "/booking/v1/requests"
BOOKINGS = "/booking/v1/bookings"


@dataclass
class Broker:
    """Files rows; `rows` maps each accepted filing to its row."""

    api: Api
    organisation: str
    seed: int
    run: str
    now: datetime
    rows: dict[str, Row] = field(default_factory=dict)
    refused: Counter[str] = field(default_factory=Counter)
    refused_rows: int = 0

    async def file_all(self, rows: Iterable[Row | Unreadable], *, done: Callable[[], None]) -> None:
        """File each row, several at once; `done` is called after each."""
        waiting = iter(rows)

        async def filer() -> None:
            for row in waiting:
                if isinstance(row, Unreadable):
                    self._refuse([row.rule])
                else:
                    await self._file(row)
                done()

        async with asyncio.TaskGroup() as tasks:
            for _ in range(AT_ONCE):
                tasks.create_task(filer())

    async def _file(self, row: Row) -> None:
        body = making.filing(
            row, broker=self.organisation, seed=self.seed, run=self.run, now=self.now
        )
        try:
            filed = await self.api.post("broker", FILINGS, body, key=f"{self.run}:{row.id}")
        except Refused as refused:
            if refused.status != 422:
                raise
            self._refuse(refused.rules)
        else:
            self.rows[filed["id"]] = row

    def _refuse(self, rules: Iterable[str]) -> None:
        self.refused_rows += 1
        self.refused.update(set(rules))

    async def book(self) -> None:
        """Book every request that wants a slot, for ever; cancelled when the replay is over."""
        attempts = count(1)
        while True:
            for status in BOOKABLE:
                async for request in self.api.every("broker", REQUESTS, status=status):
                    if request["wanted"] and request["filing_id"] in self.rows:
                        await self._book(request["id"], attempt=next(attempts))
            await asyncio.sleep(LOOK_EVERY)

    async def _book(self, request_id: str, *, attempt: int) -> None:
        key = f"{self.run}:{request_id}:{attempt}"
        try:
            answer = await self.api.get("broker", f"{REQUESTS}/{request_id}/offers", limit=1)
            for offer in answer["offers"]:
                slot = {name: offer["slot"][name] for name in ("yard", "bay", "teams", "starts")}
                wish = {"request_id": request_id, "slot": slot}
                await self.api.post("broker", BOOKINGS, wish, key=f"hold:{key}")
                path = f"{BOOKINGS}/{request_id}/confirm"
                await self.api.post("broker", path, {}, key=f"confirm:{key}")
        except Refused as refused:
            # Taken, or too soon by now: the next look finds another.
            if refused.status != 409 and refused.code != "slot_unsuitable":
                raise
