"""A table that is refused changes nothing: the one in force stays so."""

from tests.integration.mutual_recognition.test_tables_api import NAME, _as, _content
from tests.integration.mutual_recognition.world import World, laptops


async def test_a_malformed_table_is_refused_whole_with_row_column_and_mend(world: World) -> None:
    content = _content()
    content["rows"][0]["when"][0]["input"] = "hs_kode"
    content["rows"][0]["then"]["skills"] = ["plant"]
    content["rows"][1]["id"] = "C-LAPTOPS"
    refused = await _as(world, "author", "customs", f"{NAME}/versions", content)
    assert refused.status_code == 422
    faults = refused.json()["errors"]
    assert [(each["pointer"], each["facts"]["column"]) for each in faults] == [
        ("/rows/0/when/0/input", "hs_kode"),
        ("/rows/0/then/skills", "skills"),
        ("/rows/1", "id"),
    ]
    assert all(each["mend"]["en"] and each["mend"]["zh"] for each in faults)
    assert len((await world.get("/v1/tables")).json()["items"]) == 9
    await _decided_by_the_second_version(world)


async def _decided_by_the_second_version(world: World) -> None:
    """What is filed now is decided by the version that was in force before."""
    filing = await world.accept(laptops())
    found = (await world.get(f"/v1/requirements?filing_id={filing}")).json()["items"][0]
    decision = (await world.get(f"/v1/decisions/{found['decision_id']}")).json()
    assert decision["tables"][NAME] == 2
    assert await world.broken() == {}


async def test_a_draft_that_today_s_checks_refuse_is_not_approved_and_the_old_one_stays(
    world: World,
) -> None:
    content = _content()
    await _as(world, "author", "customs", f"{NAME}/versions", content)
    await world.execute(
        "UPDATE rule_versions SET content = content #- '{rows,1}' WHERE status = 'draft'"
    )
    await _as(world, "author", "customs", f"{NAME}/versions/3/submit")
    refused = await _as(world, "chief", "customs", f"{NAME}/versions/3/approve")
    assert refused.status_code == 422
    assert {each["pointer"] for each in refused.json()["errors"]} == {"/rows/0"}
    await _decided_by_the_second_version(world)
