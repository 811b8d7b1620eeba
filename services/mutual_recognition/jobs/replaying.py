"""Replays a part of the stored filings in a process of its own: a task by stdin, lines to stdout.

Each line is JSON: `{"done": n}` now and then, at last `{"tally": …}`. It imports no more than it
needs, and reads by a server-side cursor, so it starts fast and holds a few hundred rows at a time.
"""

import asyncio
import json
import os
import sys
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

import asyncpg
from pydantic import TypeAdapter

from services.mutual_recognition.decision_tables import kinds
from services.mutual_recognition.decision_tables.table import Table
from services.mutual_recognition.decision_tables.version import Version
from services.mutual_recognition.domain.agencies import Agencies
from services.mutual_recognition.domain.determination import Order
from services.mutual_recognition.rules import dictionaries, inputs, replaying
from services.mutual_recognition.rules.decide import Case
from services.mutual_recognition.rules.replaying import Filing, Said
from services.mutual_recognition.rules.tally import Prices, Tally
from shared import driver, orphans
from shared.contracts.values import Disposal, Scope, Verdict

NICE = 10
AT_ONCE = 500
"""Rows that the cursor brings at a time, and filings between two words of progress."""

DIFFERS = '$[*] ? (@.agrees == false && !(@.gross == true && @.found == ""))'
"""`crosscheck.differs` as a path of SQL's JSON."""
OF_CAUSE = """
    FROM decisions d JOIN requirements r ON r.id = d.requirement_id
    LEFT JOIN recognitions g ON g.requirement_id = r.id
    WHERE d.cause = $1 AND r.status <> 'void' AND NOT d.inputs -> 'filing' ? 'sandbox'"""
COUNT = f"SELECT count(*) {OF_CAUSE}"
STREAM = f"""
    SELECT d.inputs, d.draws, d.further_draws, d.orders, d.recognition_refused, d.mismatch,
      r.status = 'met' AND r.outcome <> 'held' AS ended, g.agency_primary,
      g.status = 'refused' AND g.verdicts @? '{DIFFERS}' AS disagreed,
      (SELECT jsonb_agg(jsonb_build_array(c.agency, c.scope, c.verdict, c.content -> 'disposal',
                c.content -> 'findings' <> '[]') ORDER BY c.number)
       FROM requirement_conclusions c WHERE c.requirement_id = r.id) AS said
    {OF_CAUSE}
      AND get_byte(uuid_send(d.filing_id), 15) % $2 = $3"""  # noqa: S608  # our own words alone
"""A part of the filings that were not withdrawn and are no sandbox's, as they were decided when
they were accepted (or when recognition was refused), with all that was concluded since.
"""


@dataclass(frozen=True)
class Task:
    """What a process replays: part `part` of `parts`. `live` are tables with their versions.

    `address` is the database's, with the password; so the task never stands in a command line.
    """

    address: str
    schema: str
    name: str
    draft: Table
    live: dict[str, tuple[int, Table]]
    agencies: Agencies
    prices: Prices
    part: int = 0
    parts: int = 1

    @property
    def cause(self) -> str:
        """Which decisions the table takes part in."""
        return cause_of(self.name)

    def divided(self) -> Iterator["Task"]:
        """Its parts."""
        return (replace(self, part=part) for part in range(self.parts))

    def version(self, name: str, number: int, table: Table) -> Version:
        """A table ready to be asked."""
        return Version(name, number, table, dictionaries.of(name, self.agencies))


TASK = TypeAdapter(Task)


def cause_of(name: str) -> str:
    """The mismatch table decides where a recognition was refused, the others when one files."""
    return "recognition_refused" if name == kinds.MISMATCH else "accepted"


async def run(task: Task, tell: Callable[[int], None]) -> Tally:
    """Replay the task's part; `tell` hears how many filings more are done."""
    draft = task.version(task.name, 0, task.draft)
    live = {name: task.version(name, number, table) for name, (number, table) in task.live.items()}
    tally, new = Tally(), 0
    async for row in _rows(task):
        filing = _filing(row, task)
        compared = replaying.compare(filing, task.name, draft, live, agencies=task.agencies)
        tally.add(compared, agencies=task.agencies, prices=task.prices)
        new += 1
        if new == AT_ONCE:
            tell(new)
            new = 0
    tell(new)
    return tally


async def _rows(task: Task) -> AsyncIterator[Mapping[str, Any]]:
    how = driver.address(task.address)
    connection = await asyncpg.connect(**how, server_settings={"search_path": task.schema})
    try:
        async with connection.transaction(isolation="repeatable_read", readonly=True):
            given = (task.cause, task.parts, task.part)
            async for row in connection.cursor(STREAM, *given, prefetch=AT_ONCE):
                yield row
    finally:
        await connection.close()


def _filing(row: Mapping[str, Any], task: Task) -> Filing:
    agencies = task.agencies
    said = [
        Said(agency, Scope(scope), Verdict(verdict), Disposal(disposal), findings)
        for agency, scope, verdict, disposal, findings in json.loads(row["said"] or "[]")
    ]
    case = Case(
        inputs=inputs.load(json.loads(row["inputs"]), agencies=agencies),
        on=task.draft.valid_from,
        tables={},
        draws=json.loads(row["draws"]),
        further=tuple(each["draws"] for each in json.loads(row["further_draws"])),
        orders=tuple(Order.model_validate(order) for order in json.loads(row["orders"])),
        recognition_refused=row["recognition_refused"],
        mismatch=inputs.load_mismatch(json.loads(row["mismatch"] or "null"), agencies=agencies),
    )
    looks = replaying.looks(said, ended=row["ended"])
    if row["disagreed"]:
        looks = replaying.disagreeing(looks, row["agency_primary"])
    return Filing(case, looks)


def main() -> None:
    """Replay the task on stdin, for the process whose id is the argument."""
    os.nice(NICE)
    orphans.end_with(int(sys.argv[1]))
    task = TASK.validate_json(sys.stdin.buffer.read())
    tally = asyncio.run(run(task, lambda done: _say({"done": done})))
    _say({"tally": tally.dumped()})


def _say(told: Mapping[str, Any]) -> None:
    sys.stdout.write(json.dumps(told) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
