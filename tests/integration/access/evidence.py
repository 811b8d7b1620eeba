"""How operations on evidence are tried."""

from tests import pictures
from tests.integration.access.inspection import CASE, PATH, opened
from tests.integration.access.people import CUSTOMS
from tests.integration.access.scene import Ask, Entry, Raw, Scene

PICTURE = Raw(pictures.picture(), "image/png")


async def _to_send(scene: Scene) -> Ask:
    await scene.arranged(opened)
    return Ask(PATH, PICTURE)


async def _sent(scene: Scene) -> Ask:
    """A picture is there, and a link to it."""
    await scene.arranged(opened)
    await scene.done(CUSTOMS, "post", f"{CASE}/evidence", PICTURE)
    (piece,) = (await scene.done(CUSTOMS, "get", f"{CASE}/evidence"))["items"]
    return Ask(PATH | {"link": piece["link"]["path"].rpartition("/")[2]})


ENTRIES = {
    "POST /v1/cases/{case_id}/evidence": Entry(_to_send, succeeds=CUSTOMS),
    "GET /v1/cases/{case_id}/evidence": Entry(_sent),
    "GET /v1/evidence/{link}": Entry(_sent),
}
