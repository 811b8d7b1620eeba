"""The rules in force and the draw: what a decision needs besides the filing."""

import asyncio
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from zoneinfo import ZoneInfo

from sqlalchemy import ARRAY, Date, Text, bindparam, select, text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncSession

from services.mutual_recognition.decision_tables import kinds
from services.mutual_recognition.decision_tables.dictionary import Dictionary
from services.mutual_recognition.decision_tables.table import Table
from services.mutual_recognition.decision_tables.version import Version
from services.mutual_recognition.domain.agencies import Agencies
from services.mutual_recognition.risk.experience import Kind
from services.mutual_recognition.risk.rates import Rates
from services.mutual_recognition.rules import dictionaries, draw
from services.mutual_recognition.settings import Settings
from services.mutual_recognition.tables import RuleApprovalRow, RuleVersionRow
from shared.database import table_of
from shared.prepared import Statement

rule_versions = table_of(RuleVersionRow)
approvals = table_of(RuleApprovalRow)
IN_FORCE = Statement(
    text("""
    SELECT DISTINCT ON (name) name, version FROM rule_versions
    WHERE status = 'published' AND valid_from <= :on AND name = ANY(:names)
    ORDER BY name, valid_from DESC, version DESC""").bindparams(
        bindparam("on", type_=Date), bindparam("names", type_=ARRAY(Text))
    )
)
Reading = AsyncSession | AsyncConnection


class SeedUnknown(Exception):
    """The seed of a stored draw is not among the settings, so it cannot be recomputed."""


@dataclass(frozen=True)
class Period:
    """A period of the draw: its seed, which is told once its last day has passed."""

    seed: bytes
    valid_to: date


@dataclass(frozen=True)
class Rulebook:
    """Agencies, seeds, published tables, and the rates of findings as they were learnt last.

    Versions are parsed once, and the seeds of periods read once, since they never change.
    """

    agencies: Agencies
    seeds: Mapping[str, bytes]
    seed_id: str
    zone: ZoneInfo
    parsed: dict[tuple[str, int], Version] = field(default_factory=dict)
    periods: dict[str, Period] = field(default_factory=dict)
    learnt: dict[Kind, Rates] = field(default_factory=dict)
    making: asyncio.Lock = field(default_factory=asyncio.Lock)

    @classmethod
    def of(cls, settings: Settings) -> "Rulebook":
        """From the settings; nothing is read yet."""
        return cls(
            agencies=settings.agencies(),
            seeds={
                name: seed.get_secret_value().encode() for name, seed in settings.draw_seeds.items()
            },
            seed_id=settings.draw_seed_id,
            zone=ZoneInfo(settings.time_zone),
        )

    @property
    def names(self) -> tuple[str, ...]:
        """All tables that there are."""
        return kinds.every(self.agencies)

    def dictionary(self, name: str) -> Dictionary:
        """What a table may ask about here."""
        return dictionaries.of(name, self.agencies)

    def day(self, moment: datetime) -> date:
        """The legal day at `moment`."""
        return moment.astimezone(self.zone).date()

    def seed(self, seed_id: str) -> bytes | None:
        """A standing seed, or that of a period that was read."""
        period = self.periods.get(seed_id)
        return self.seeds.get(seed_id) or (period.seed if period else None)

    def is_revealed(self, seed_id: str, *, on: date) -> bool:
        """Whether everybody knows a seed on this day."""
        period = self.periods.get(seed_id)
        return period is not None and period.valid_to < on

    def draws(
        self, ticket: draw.Ticket, *, tables: Collection[str] | None = None
    ) -> tuple[dict[str, int], ...]:
        """By each of the ticket's seeds the draw of each of the tables, by default of all that
        draw. Raises `SeedUnknown`.
        """
        names = kinds.drawing(self.agencies) if tables is None else tables
        return tuple(self._drawn(each, ticket.key, names) for each in ticket.seeds)

    def _drawn(self, seed_id: str, key: str, tables: Collection[str]) -> dict[str, int]:
        seed = self.seed(seed_id)
        if seed is None:
            raise SeedUnknown(seed_id)
        return {name: draw.drawn(seed, key=key, table=name) for name in tables}

    async def deciding(self, reading: Reading, *, on: date) -> dict[str, Version]:
        """The tables in force on a day that a decision uses, by name."""
        return await self.in_force(reading, kinds.names(self.agencies), on=on)

    async def in_force(
        self, reading: Reading, names: Collection[str], *, on: date
    ) -> dict[str, Version]:
        """Those of the tables that are in force on a day, by name."""
        found = await IN_FORCE.run(reading, {"on": on, "names": list(names)})
        return await self.versions(reading, {row["name"]: row["version"] for row in found})

    async def versions(self, reading: Reading, wanted: Mapping[str, int]) -> dict[str, Version]:
        """Published versions by table name. Raises LookupError for one that is not there."""
        return {
            name: self.parsed.get((name, number)) or await self._read(reading, name, number)
            for name, number in wanted.items()
        }

    async def _read(self, reading: Reading, name: str, number: int) -> Version:
        columns = rule_versions.c
        row = await reading.execute(
            select(columns.content).where(
                columns.name == name, columns.version == number, columns.status == "published"
            )
        )
        content = row.scalar_one_or_none()
        if content is None:
            raise LookupError(f"table {name} has no published version {number}")
        async with self.making:
            if (name, number) not in self.parsed:
                made = await asyncio.to_thread(self._made, name, number, content)
                self.parsed[name, number] = made
            return self.parsed[name, number]

    def _made(self, name: str, number: int, content: object) -> Version:
        """Parsed and indexed, which takes seconds for a table of ten thousand rows."""
        table = Table.model_validate(content)
        version = Version(name=name, version=number, table=table, dictionary=self.dictionary(name))
        _ = version.index
        return version
