"""How operations on evidence are tried."""

from uuid import UUID

from tests import pictures
from tests.integration.access.inspection import CASE, PATH, opened
from tests.integration.access.people import CUSTOMS, QUARANTINE
from tests.integration.access.scene import Ask, Entry, Raw, Scene
from tests.integration.inspection import devices

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


UPLOAD = UUID("01a20695-d3f8-75ef-ba27-10fa5f698408")


async def _to_begin(scene: Scene) -> Ask:
    await scene.arranged(opened)
    return Ask(headers=devices.of_upload(UPLOAD, pictures.picture()))


async def _to_send_part(scene: Scene) -> Ask:
    """An officer of customs has begun to send a picture, and all of it is left."""
    ask = await scene.arranged(_to_begin)
    begun = await scene.call(CUSTOMS, "post", "/v1/uploads", headers=ask.headers)
    assert begun.status_code == 201, begun.text
    part = Raw(pictures.picture(), "application/offset+octet-stream")
    return Ask({"upload_id": UPLOAD}, part, headers=devices.at(0))


ENTRIES = {
    "POST /v1/uploads": Entry(_to_begin, succeeds=CUSTOMS),
    "PATCH /v1/uploads/{upload_id}": Entry(
        _to_send_part, frozenset({QUARANTINE}), succeeds=CUSTOMS
    ),
    "POST /v1/cases/{case_id}/evidence": Entry(_to_send, succeeds=CUSTOMS),
    "GET /v1/cases/{case_id}/evidence": Entry(_sent),
    "GET /v1/evidence/{link}": Entry(_sent),
    "GET /v1/cases/{case_id}/file.zip": Entry(_sent),
    "GET /v1/cases/{case_id}/file.pdf": Entry(_sent),
}
