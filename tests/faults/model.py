"""What must be true once everything has settled, looked up by other means than the program's own.

The statements below read the four schemas as the superuser, the broker is asked over its own
protocol, and each filing's end over HTTP. Who follows whose events is written down here once more.
"""

import asyncio
import json
from collections.abc import Iterable
from typing import Any

import asyncpg
import nats
from nats.errors import Error as NatsError

from services.cli.replaying.client import Api
from tests.faults import ending
from tests.faults.town import Place

FOLLOWERS = {
    ("declaration", "filing"): ("mutual_recognition", "inspection"),
    ("mutual_recognition", "requirement"): ("booking", "inspection", "declaration"),
    ("mutual_recognition", "recognition"): ("inspection", "declaration"),
    ("booking", "booking"): ("inspection", "declaration"),
    ("inspection", "case"): ("mutual_recognition", "booking", "declaration"),
}
SCHEMAS = ("declaration", "mutual_recognition", "booking", "inspection")
ENDS = {"released", "refused_entry", "withdrawn"}
ENDINGS = [f"onestop.filing.{end}.v1" for end in sorted(ENDS)]

OF_A_SCHEMA = {
    "events whose numbers have a gap": """
        SELECT aggregate_id FROM {schema}.outbox GROUP BY aggregate, aggregate_id
        HAVING min(aggregate_version) <> 1 OR max(aggregate_version) <> count(*)""",
    "events that the broker has not got": """
        SELECT event_id FROM {schema}.outbox
        WHERE published_at IS NULL OR parked_at IS NOT NULL""",
    "events that one event caused twice": """
        SELECT envelope->>'causationid' FROM {schema}.outbox
        WHERE envelope->>'causationid' IS NOT NULL
        GROUP BY envelope->>'causationid', type, aggregate_id HAVING count(*) > 1""",
    "dead letters": "SELECT id FROM {schema}.dead_letters",
}
OF_A_FOLLOWER = {
    "events not applied": """
        SELECT told.event_id FROM {producer}.outbox told
        WHERE told.aggregate = '{aggregate}' AND NOT EXISTS (
            SELECT FROM {consumer}.inbox seen
            WHERE seen.consumer = '{consumer}' AND seen.event_id = told.event_id)""",
    "aggregates not followed to their last event": """
        SELECT told.aggregate_id FROM {producer}.outbox told
        LEFT JOIN {consumer}.watermarks mark ON mark.consumer = '{consumer}'
            AND mark.aggregate = told.aggregate AND mark.aggregate_id = told.aggregate_id
        WHERE told.aggregate = '{aggregate}' GROUP BY told.aggregate_id, mark.version
        HAVING max(told.aggregate_version) IS DISTINCT FROM mark.version""",
}
FOLLOWED = " UNION ALL ".join(
    f"SELECT event_id FROM {producer}.outbox WHERE aggregate = '{aggregate}'"
    for producer, aggregate in FOLLOWERS
)
OF_ALL = {
    "events applied that nobody told": " UNION ALL ".join(
        f"SELECT event_id FROM {schema}.inbox WHERE event_id NOT IN ({FOLLOWED})"
        for schema in SCHEMAS
    ),
    "filings that ended twice": f"""
        SELECT aggregate_id FROM declaration.outbox WHERE type = ANY(ARRAY{ENDINGS})
        GROUP BY aggregate_id HAVING count(*) > 1""",
    "references or receipt numbers given twice": """
        SELECT min(reference) FROM declaration.filings GROUP BY broker, reference
        HAVING count(*) > 1
        UNION ALL SELECT receipt_number FROM declaration.filings GROUP BY receipt_number
        HAVING count(*) > 1""",
    "requirements with two bookings or two cases": """
        SELECT requirement_id FROM booking.bookings GROUP BY requirement_id HAVING count(*) > 1
        UNION ALL SELECT requirement_id FROM inspection.cases
        GROUP BY requirement_id HAVING count(*) > 1""",
}
AT_REST = " AND ".join(
    [
        """NOT EXISTS (SELECT FROM declaration.filings
        WHERE id = ANY($1::uuid[]) AND status <> ALL($2::text[]))""",
        *(
            f"NOT EXISTS (SELECT FROM {schema}.outbox WHERE published_at IS NULL)"
            for schema in SCHEMAS
        ),
    ]
)
"""While this does not hold there are faults, and to look for all of them takes far longer."""
PATIENCE_SECONDS = 90.0
LOOK_EVERY = 0.4


def _statements() -> dict[str, str]:
    made = {}
    for schema in SCHEMAS:
        for name, statement in OF_A_SCHEMA.items():
            made[f"{schema}: {name}"] = statement.format(schema=schema)
    for (producer, aggregate), consumers in FOLLOWERS.items():
        for consumer in consumers:
            for name, statement in OF_A_FOLLOWER.items():
                made[f"{consumer} of {aggregate}: {name}"] = statement.format(
                    producer=producer, aggregate=aggregate, consumer=consumer
                )
    return made | OF_ALL


async def faults(place: Place, api: Api, *, acknowledged: Iterable[str]) -> list[str]:
    """Everything that is not as it must be; nothing, where all is well."""
    return [
        *await _in_the_database(place.database),
        *await _at_the_broker(place.nats_url),
        *await _of_acknowledged(api, set(acknowledged)),
    ]


async def settled(place: Place, api: Api, *, acknowledged: Iterable[str]) -> list[str]:
    """Wait until there is no fault; returns those that stay."""
    loop = asyncio.get_running_loop()
    known = set(acknowledged)
    deadline = loop.time() + PATIENCE_SECONDS
    while loop.time() < deadline:
        if await _at_rest(place.database, known) and not await faults(
            place, api, acknowledged=known
        ):
            return []
        await asyncio.sleep(LOOK_EVERY)
    return await faults(place, api, acknowledged=known)


async def _at_rest(url: str, acknowledged: set[str]) -> bool:
    connection = await asyncpg.connect(url)
    try:
        return bool(await connection.fetchval(f"SELECT {AT_REST}", acknowledged, ENDS))
    finally:
        await connection.close()


async def _in_the_database(url: str) -> list[str]:
    connection = await asyncpg.connect(url)
    try:
        found = []
        for name, statement in _statements().items():
            rows = await connection.fetch(statement)
            if rows:
                found.append(f"{name}: {len(rows)}, such as {rows[0][0]}")
        return found
    finally:
        await connection.close()


async def _at_the_broker(url: str) -> list[str]:
    """What its consumers have not been given or have not acknowledged."""
    found = []
    try:
        client = await nats.connect(url.split(","), connect_timeout=5, max_reconnect_attempts=1)
    except (NatsError, OSError) as away:
        return [f"broker: {away!r}"]
    try:
        for (producer, _), consumers in FOLLOWERS.items():
            for consumer in consumers:
                stream = f"onestop-{producer}"
                state = await _state(client, stream=stream, consumer=consumer)
                if any(state.values()):
                    found.append(f"{stream} for {consumer}: {state}")
    except (NatsError, OSError) as away:
        found.append(f"broker: {away!r}")
    finally:
        await ending.left(client)
    return found


async def _state(client: Any, *, stream: str, consumer: str) -> dict[str, int]:
    answer = await client.request(f"$JS.API.CONSUMER.INFO.{stream}.{consumer}", b"", timeout=5)
    told = json.loads(answer.data)
    return {name: told.get(name, 0) for name in ("num_pending", "num_ack_pending")}


async def _of_acknowledged(api: Api, acknowledged: set[str]) -> list[str]:
    """Each is there and has ended. What nobody was told of, nobody brings to its end."""
    stands = {}
    async for filing in api.every("broker", "/declaration/v1/filings"):
        stands[filing["id"]] = filing["status"]
    lost = [each for each in acknowledged if each not in stands]
    open_ = [each for each in acknowledged if stands.get(each, "released") not in ENDS]
    found = [f"acknowledged and lost: {len(lost)}, such as {lost[0]}"] if lost else []
    return found + ([f"not ended: {len(open_)}, such as {open_[0]}"] if open_ else [])
