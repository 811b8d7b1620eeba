"""Decided filings by the hundred thousand, copied into mutual_recognition's tables.

Some hundred cargoes are decided by the founding rules; each filing is one of them under a number
of its own, with another consignee and other draws. Of those that somebody inspects most have
conclusions, some with findings.
"""

import json
import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from functools import lru_cache
from io import BytesIO
from typing import Any
from uuid import UUID

import asyncpg

from services.cli.replaying import making
from services.cli.ruling import FOUNDING
from services.mutual_recognition.decision_tables import files, kinds
from services.mutual_recognition.decision_tables.dictionary import Inputs
from services.mutual_recognition.decision_tables.version import Version
from services.mutual_recognition.domain.determination import Determination
from services.mutual_recognition.rules import decide, dictionaries, inputs
from services.mutual_recognition.rules.decide import Case
from services.mutual_recognition.settings import Settings

AT = datetime(2026, 3, 2, tzinfo=UTC)
CARGOES, COMPANIES = 500, 1_000
LINES_MOST = 4
AT_ONCE = 10_000
INSPECTED_PERCENT, BAD_PERCENT = 90, 6
NAMED_SHARE = 0.1
AGENCIES = Settings().agencies()
COLUMNS = {
    "requirements": (
        *("id", "filing_id", "filing_version", "revision", "version", "status", "mode", "broker"),
        *("consignment", "determination", "decision_id", "outcome", "reason", "ends"),
        *("created_at", "changed_at", "counted"),
    ),
    "decisions": (
        *("id", "requirement_id", "filing_id", "filing_version", "revision", "cause"),
        *("decided_on", "decided_at", "inputs", "tables", "seed_id", "draw_key", "draws"),
        *("orders", "recognition_refused", "outcome"),
    ),
    "requirement_conclusions": (
        *("requirement_id", "agency", "number", "revision", "scope", "verdict", "content"),
        "received_at",
    ),
}


@dataclass(frozen=True)
class Cargo:
    """What was decided of one cargo, and that as text."""

    case: Case
    outcome: Determination
    inputs: str
    decided: str


def draft(name: str) -> dict[str, Any]:
    """The founding table without every third row, in force from tomorrow on."""
    content = files.read((FOUNDING / f"{name}.toml").read_bytes())
    plain: dict[str, Any] = content.model_dump(mode="json", exclude_defaults=True)
    *rows, last = plain["rows"]
    kept = [row for number, row in enumerate(rows) if number % 3]
    tomorrow = datetime.now(UTC).date() + timedelta(days=1)
    return {**plain, "valid_from": tomorrow.isoformat(), "rows": [*kept, last]}


async def grow(connection: asyncpg.Connection, *, have: int, want: int) -> None:
    """Add filings number `have` to `want`, so that there are so many; then analyze."""
    drawn = random.Random(have)
    cargoes = _cargoes()
    for first in range(have, want, AT_ONCE):
        rows: dict[str, list[str]] = {table: [] for table in COLUMNS}
        for serial in range(first, min(first + AT_ONCE, want)):
            for table, line in _filing(serial, drawn.choice(cargoes), drawn):
                rows[table].append(line)
        for table, columns in COLUMNS.items():
            source = BytesIO("".join(rows[table]).encode())
            await connection.copy_to_table(table, source=source, columns=columns)
    await connection.execute("VACUUM (ANALYZE)")


@lru_cache(maxsize=1)
def _cargoes() -> list[Cargo]:
    tables = {
        name: Version(
            name,
            2,
            files.read((FOUNDING / f"{name}.toml").read_bytes()),
            dictionaries.of(name, AGENCIES),
        )
        for name in kinds.names(AGENCIES)
    }
    drawn = random.Random(CARGOES)
    codes = [f"{drawn.randrange(1, 97):02}{drawn.randrange(10**8):08}" for _ in range(300)]
    made = []
    for _ in range(CARGOES):
        draws = {name: drawn.randrange(10_000) for name in kinds.drawing(AGENCIES)}
        case = Case(_inputs(codes, drawn), on=AT.date(), tables=tables, draws=draws)
        outcome = decide.decide(case, agencies=AGENCIES)
        known = _json(inputs.dump(case.inputs))
        made.append(Cargo(case, outcome, known, outcome.model_dump_json()))
    return made


def _inputs(codes: list[str], drawn: random.Random) -> Inputs:
    duty = Decimal(drawn.choice((0, 0, 5, 8, 20)))
    lines = tuple(
        {
            "hs_code": drawn.choice(codes),
            "origin": drawn.choice(("KR", "JP", "US", "VN")),
            "currency": "USD",
            "line_value": Decimal(drawn.randrange(100, 100_000)),
            "line_net_kg": Decimal(drawn.randrange(10, 20_000)),
            "duty_percent": duty,
            "licences": (),
        }
        for _ in range(drawn.randint(1, LINES_MOST))
    )
    filing = {
        "direction": "import",
        "transport_mode": "2",
        "country_of_departure": "KR",
        "consignee": _company(0),
        "value": Decimal(10_000),
        "net_kg": Decimal(5_000),
        "containers": Decimal(drawn.randint(1, 4)),
        "duty_percent_max": duty,
        **dict.fromkeys(("wooden_packing", "dangerous_goods", "perishable", "chilled"), False),
        "licences_present": False,
        "combined_inspection": False,
        "arrival": date(2026, 3, 3),
        **{f"rating_{each}": drawn.choice(("high", "unrated")) for each in AGENCIES.names},
        **{f"pilot_goods_{each}": drawn.random() < NAMED_SHARE for each in AGENCIES.names},
    }
    return Inputs(filing=filing, lines=lines)


def _filing(serial: int, cargo: Cargo, drawn: random.Random) -> Iterator[tuple[str, str]]:
    """The line of each table's COPY that the filing has."""
    # The last byte parts filings between processes, as that of a UUIDv7 does at random.
    filing, requirement, decision = (UUID(int=kind << 96 | serial) for kind in (1, 2, 3))
    outcome = cargo.decided
    known = cargo.inputs.replace(_company(0), _company(drawn.randrange(COMPANIES)))
    draws = {name: drawn.randrange(10_000) for name in cargo.case.draws}
    tables = {name: version.version for name, version in cargo.case.tables.items()}
    inspected = bool(cargo.outcome.needs) and drawn.randrange(100) < INSPECTED_PERCENT
    met = inspected or not cargo.outcome.needs
    status, ended = ("met", "released") if met else ("determined", r"\N")
    yield (
        "requirements",
        _line(
            *(requirement, filing, 1, 1, 1, status, cargo.outcome.mode, "B", "{}", outcome),
            *(decision, ended, r"\N", "{}", AT, AT, "true"),
        ),
    )
    yield (
        "decisions",
        _line(
            *(decision, requirement, filing, 1, 1, "accepted", AT.date(), AT, known),
            *(_json(tables), "founding", r"\N", _json(draws), "[]", "false", outcome),
        ),
    )
    for need in cargo.outcome.needs if inspected else ():
        bad = drawn.randrange(100) < BAD_PERCENT
        verdict, disposal = ("nonconform", "return") if bad else ("conform", "release")
        said = _json({"disposal": disposal, "findings": []})
        yield (
            "requirement_conclusions",
            _line(requirement, need.agency, 1, 1, need.scope, verdict, said, AT),
        )


@lru_cache(maxsize=COMPANIES)
def _company(number: int) -> str:
    return making.uscc(f"C{number}")


def _json(value: Any) -> str:
    return json.dumps(value, default=str, ensure_ascii=False).replace("\\", "\\\\")


def _line(*values: object) -> str:
    return "\t".join(str(value) for value in values) + "\n"
