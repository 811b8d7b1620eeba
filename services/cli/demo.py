"""`onestop demo`: a handful of consignments through every mode, told step by step."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from services.cli.console import say
from services.cli.replaying.client import Api
from services.cli.replaying.rows import Row

ROWS = Path(__file__).parent / "replaying" / "demo.csv"
LOOK_EVERY = 0.3


@dataclass
class Storyteller:
    """Prints the receipts of each filing as they come, as its broker reads them."""

    api: Api
    rows: Mapping[str, Row]
    told: dict[str, int] = field(default_factory=dict)

    async def tell(self) -> None:
        """Tell for ever; cancelled when the replay is over."""
        while True:
            await self.catch_up()
            await asyncio.sleep(LOOK_EVERY)

    async def catch_up(self) -> None:
        """Tell what is new of every filing."""
        for filing_id, row in list(self.rows.items()):
            path = f"/declaration/v1/filings/{filing_id}/receipts"
            page = await self.api.get("broker", path, after=self.told.get(filing_id, 0))
            for receipt in page["items"]:
                self.told[filing_id] = receipt["sequence"]
                text = receipt["text"]
                say(f"  {row.id}  {receipt['sequence']:>2}. {text['zh']}  {text['en']}")
