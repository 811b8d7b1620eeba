"""Stored filings by the million: small ones, copied into the real tables as filing leaves them.

One filing is accepted by the service's own functions; the others are its rows with other numbers.
Half of them are one broker's, the rest 99 others'. Their events, long published, are without their
envelopes, which nothing that is measured reads and which would take 2 GB.
"""

import json
import random
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from io import BytesIO
from uuid import UUID

import asyncpg

from services.cli import people
from services.cli.benching import bodies
from services.cli.replaying import making
from services.declaration import store
from services.declaration.domain import filing as filings
from services.declaration.domain import receipts, terms
from services.declaration.domain.content import Content
from services.declaration.domain.filing import Step
from services.declaration.forms import FilingIn
from shared.messaging import outbox

BEGIN = datetime(2026, 1, 1, tzinfo=UTC)
APART = timedelta(seconds=10)
"""Between two filings: a million take four months."""
AT_ONCE = 10_000
FILING_ID, EVENT_ID = UUID(int=0), UUID(int=1)
NUMBER = 9_000_000_000_000_000_001
"""Of a receipt in the feed of the template's broker."""
BROKERS, COMPANIES, USES = 100, 100, 5
"""A container is used so often, by filings one after the other."""
KINDS = 3
"""Of goods that a company trades in."""
COLUMNS = {
    "filings": (
        *("id", "broker", "reference", "receipt_number", "status", "version", "filing_version"),
        *("receipts", "content", "accepted_at", "changed_at"),
    ),
    "filing_contents": ("filing_id", "filing_version", "content", "effective_at"),
    "filing_receipts": (
        *("filing_id", "sequence", "kind", "facts", "text_en", "text_zh", "at"),
        *("broker", "state", "number"),
    ),
    "outbox": (
        *("event_id", "aggregate", "aggregate_id", "aggregate_version", "type", "envelope"),
        *("occurred_at", "emission", "published_at"),
    ),
    "filing_terms": ("term", "accepted_at", "filing_id"),
}
NO_KEY = "ALTER TABLE filing_terms DROP CONSTRAINT filing_terms_pkey"
KEY = "ALTER TABLE filing_terms ADD PRIMARY KEY (term, accepted_at, filing_id)"
FED = "SELECT broker, max(number) AS last FROM filing_receipts GROUP BY broker"
APART_FROM_OURS = "SELECT setval('filing_receipt_numbers', 900000000)"
"""Receipts that the service numbers meanwhile get other numbers."""


def reference(serial: int) -> str:
    """A filing's reference; its bill of lading is the same with a B behind."""
    return f"SEED{serial:08d}"


@lru_cache(maxsize=BROKERS)
def broker(number: int) -> str:
    """A broker; number 0 is the one with half of all filings."""
    return people.DEMO_BROKER if number == 0 else making.uscc(f"B{number}")


@lru_cache(maxsize=COMPANIES)
def company(number: int) -> str:
    """A consignee."""
    return making.uscc(f"C{number}")


@lru_cache(maxsize=COMPANIES * KINDS)
def goods(number: int) -> str:
    """A goods code; they are of some 70 chapters."""
    return f"{number % 70 + 1:02d}{number * 7919 % 10_000:04d}{number % 100:02d}00"


@dataclass(frozen=True)
class Template:
    """A filing that was accepted, as text in which its numbers can be exchanged."""

    content: Content
    step: Step
    rows: dict[str, str]

    @classmethod
    def made(cls) -> "Template":
        """Accepted by the service's own functions."""
        body = bodies.filing(0, broker=broker(0), now=BEGIN)
        line, box = body["lines"][0], body["containers"][0]
        del body["transport_name"]
        small = {
            "reference": reference(0),
            "bill_of_lading": reference(0) + "B",
            "broker": {"uscc": broker(0), "name": "B"},
            "consignee": {"uscc": company(0), "name": "C"},
            "overseas_party": "S",
            "lines": [line | {"hs_code": goods(0), "name": "parts"}],
            "containers": [box | {"number": container(0), "lines": [1]}],
        }
        content = FilingIn.model_validate_json(json.dumps(body | small)).content()
        number = receipt_number(0)
        step = filings.accept(content, filing_id=FILING_ID, receipt_number=number, now=BEGIN)
        return cls(content, step, _rows(step))


def _rows(step: Step) -> dict[str, str]:
    """The line that each table's COPY has of the filing."""
    filing, (note,) = step.filing, step.notes
    (event,) = outbox.rows(
        step.events, version=1, source=store.SOURCE, ids=lambda: EVENT_ID, now=BEGIN
    )
    content, said, at = filing.content.model_dump_json(), receipts.text(note), BEGIN.isoformat()
    number, id_ = filing.receipt_number, str(filing.id)
    return {
        "filings": _line(
            *(id_, filing.broker, filing.reference, number, "accepted", 1, 1, 1, content, at, at)
        ),
        "filing_contents": _line(id_, 1, content, at),
        "filing_receipts": _line(
            *(id_, 1, note.kind.value, json.dumps(dict(note.facts)), said.en, said.zh, at),
            *(filing.broker, note.state.value, NUMBER),
        ),
        "outbox": _line(
            *(str(event["event_id"]), "filing", id_, 1, event["type"], "{}", at, 1, at)
        ),
    }


def _line(*values: object) -> str:
    return "\t".join(str(value).replace("\\", "\\\\") for value in values) + "\n"


@dataclass(frozen=True)
class Made:
    """One filing more: the texts that it has in the place of the template's, and its terms."""

    template: Template
    texts: Mapping[str, str]
    terms: Sequence[str]

    @classmethod
    def of(
        cls, template: Template, serial: int, *, drawn: random.Random, fed: Counter[str]
    ) -> "Made":
        """Filing number so-and-so; whose it is and what it holds is drawn. `fed` is counted on."""
        at, id_ = BEGIN + serial * APART, filing_id(serial)
        trader = drawn.randrange(COMPANIES)
        own = {
            "broker": broker(max(0, drawn.randrange(-BROKERS, BROKERS))),
            "consignee": company(trader),
            "hs_code": goods(trader * KINDS + drawn.randrange(KINDS)),
            "box": container(serial),
        }
        fed[own["broker"]] += 1
        texts = {
            str(NUMBER): str(fed[own["broker"]]),
            template.step.filing.receipt_number: receipt_number(serial),
            reference(0): reference(serial),
            str(FILING_ID): str(id_),
            str(EVENT_ID): str(UUID(int=id_.int + 1)),
            BEGIN.isoformat(): at.isoformat(),
            broker(0): own["broker"],
            company(0): own["consignee"],
            goods(0): own["hs_code"],
            container(0): own["box"],
        }
        return cls(template, texts, terms.of(_content(template.content, serial, **own)))

    def lines(self, table: str) -> Iterator[str]:
        """What COPY reads of it."""
        if table == "filing_terms":
            at, id_ = self.texts[BEGIN.isoformat()], self.texts[str(FILING_ID)]
            yield from (_line(term, at, id_) for term in self.terms)
            return
        line = self.template.rows[table]
        for old, new in self.texts.items():
            line = line.replace(old, new)
        yield line


def container(serial: int) -> str:
    """A filing's container."""
    return making.container_number(serial // USES)


def filing_id(serial: int) -> UUID:
    """A filing's id: a UUIDv7 of the moment of its acceptance."""
    milliseconds = int((BEGIN + serial * APART).timestamp() * 1_000)
    return UUID(int=milliseconds << 80 | 7 << 76 | 2 << 62 | serial << 1)


def receipt_number(serial: int) -> str:
    """A filing's receipt number."""
    return f"4218{BEGIN.year}1{serial:09d}"


def _content(
    content: Content, serial: int, *, broker: str, consignee: str, hs_code: str, box: str
) -> Content:
    """The template's content with what terms are made of."""
    (line,), (used,) = content.lines, content.containers
    return content.model_copy(
        update={
            "bill_of_lading": f"{reference(serial)}B",
            "broker": content.broker.model_copy(update={"uscc": broker}),
            "consignee": content.consignee.model_copy(update={"uscc": consignee}),
            "lines": (line.model_copy(update={"hs_code": hs_code}),),
            "containers": (used.model_copy(update={"number": box}),),
        }
    )


async def grow(connection: asyncpg.Connection, *, have: int, want: int) -> None:
    """Add filings number `have` to `want`, so that there are so many; then vacuum and analyze."""
    template, drawn = Template.made(), random.Random(have)
    if not have:
        await connection.fetchval(APART_FROM_OURS)
    fed = Counter({row["broker"]: row["last"] for row in await connection.fetch(FED)})
    await connection.execute(NO_KEY)
    for first in range(have, want, AT_ONCE):
        serials = range(first, min(first + AT_ONCE, want))
        made = [Made.of(template, serial, drawn=drawn, fed=fed) for serial in serials]
        for table, columns in COLUMNS.items():
            lines = BytesIO("".join(line for each in made for line in each.lines(table)).encode())
            await connection.copy_to_table(table, source=lines, columns=columns)
    await connection.execute(KEY)
    await connection.execute("VACUUM (ANALYZE)")
