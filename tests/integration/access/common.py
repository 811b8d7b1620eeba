"""What every service has alike: the operator's operations, and the catalogue of problems."""

from uuid import uuid4

from sqlalchemy import select

from shared.contracts.filing import FilingWithdrawn
from shared.database import table_of
from shared.messaging import dead_letters
from shared.messaging.tables import DeadLetterRow
from tests import kits
from tests.integration.access.people import SERVICE
from tests.integration.access.scene import Ask, Entry, Scene, nothing, same

_LETTERS = table_of(DeadLetterRow)


async def _dead_letter(scene: Scene) -> Ask:
    letter = kits.enveloped(FilingWithdrawn(filing_id=uuid4(), filing_version=1), version=1)
    await dead_letters.bury(
        scene.kit.database,
        consumer=scene.kit.name,
        payload=letter.model_dump_json().encode(),
        reason="its cause is mended by now",
        deliveries=5,
        ids=scene.kit.ids,
        now=scene.clock.now,
    )
    async with scene.kit.database.connect() as connection:
        newest = select(_LETTERS.c.id).order_by(_LETTERS.c.id.desc()).limit(1)
        letter_id = (await connection.execute(newest)).scalar_one()
    return Ask({"letter_id": letter_id}, {"reason": "superseded by hand"})


async def _another_dead_letter(scene: Scene) -> Ask:
    return await _dead_letter(scene)


async def _everything(_: Scene) -> Ask:
    return Ask(body={})


async def _all_letters(_: Scene) -> Ask:
    return Ask(body={"reason": "their cause is mended"})


async def _an_aggregate(_: Scene) -> Ask:
    return Ask({"aggregate_id": uuid4()}, {"reason": "its cause is mended"})


ENTRIES = {
    "GET /v1/ops/pending": Entry(nothing),
    "GET /v1/ops/verify": Entry(nothing),
    "GET /v1/ops/dead-letters": Entry(nothing),
    "GET /v1/ops/parked": Entry(nothing),
    "GET /v1/ops/dead-letters/{letter_id}": Entry(_dead_letter),
    "GET /v1/ops/acts": Entry(nothing),
    "POST /v1/ops/dead-letters/{letter_id}/what-if": Entry(_dead_letter, succeeds=SERVICE),
    "POST /v1/ops/dead-letters/redrive": Entry(_all_letters, succeeds=SERVICE),
    "POST /v1/ops/dead-letters/{letter_id}/redrive": Entry(_dead_letter, succeeds=SERVICE),
    "POST /v1/ops/dead-letters/{letter_id}/drop": Entry(_another_dead_letter, succeeds=SERVICE),
    "POST /v1/ops/outbox/re-emit": Entry(_everything, succeeds=SERVICE),
    "POST /v1/ops/outbox/{aggregate_id}/unpark": Entry(_an_aggregate, succeeds=SERVICE),
    "GET /problems": Entry(nothing),
    "GET /problems/{code}": Entry(same(code="role_not_allowed")),
}
