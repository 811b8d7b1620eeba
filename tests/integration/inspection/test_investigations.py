"""What one agency investigates is nowhere to be seen for the other, the yard and the broker."""

import json

from services.cli.archive_lines import record_of
from services.inspection.domain import records
from shared.auth.principal import Role
from tests import kits
from tests.integration.inspection import devices
from tests.integration.inspection.kept_back import (
    ANSWER,
    MARK,
    OTHERS,
    SECRET,
    answered,
    chain_of,
    opened,
    seen,
    without_hashes,
)
from tests.integration.inspection.room import Room
from tests.streams import looked_for, reading
from tests.unit.inspection import builders as b

__all__ = ["opened"]
NOTE = {"text": SECRET, "reason": "under investigation 正在调查"}


async def test_what_is_investigated_changes_nothing_that_others_can_read(opened: Room) -> None:
    before = {who: await seen(opened, who) for who in OTHERS}
    told = await opened.told()
    async with (
        looked_for(opened.service),
        reading(
            opened.service,
            f"/v1/yards/{b.YARD}/events",
            role=Role.OFFICER,
            org="office",
            agency="quarantine",
        ) as stream,
        reading(
            opened.service,
            f"/v1/yards/{b.YARD}/events",
            role=Role.OFFICER,
            org="office",
            agency="customs",
        ) as own,
    ):
        for each in (stream, own):
            await each.until(0, ids=1)
        await opened.do("customs", "investigations", NOTE)
        await own.until(1)
        for who in OTHERS:
            assert without_hashes(await seen(opened, who)) == without_hashes(before[who])
        await opened.do("quarantine", "findings", {"code": "brand", "text": "odd 异常"})
        events = await stream.until(2)
    assert [each["kind"] for each in events] == ["finding", "abnormal_found"]
    assert own.events[0]["kind"] == "investigation"
    assert await opened.told() == [*told, "abnormal_found"]
    for who in OTHERS:
        assert SECRET not in json.dumps(await seen(opened, who), ensure_ascii=False)
    assert SECRET in json.dumps(await seen(opened, "second"), ensure_ascii=False)
    assert SECRET in json.dumps(await seen(opened, "auditor"), ensure_ascii=False)


async def test_of_a_marked_answer_others_see_its_place_and_its_hash(opened: Room) -> None:
    unanswered = {who: without_hashes(await seen(opened, who)) for who in OTHERS}
    seq = await answered(opened)
    await opened.do("customs", f"records/{seq}/mark", MARK)
    for who in OTHERS:
        assert without_hashes(await seen(opened, who)) == unanswered[who]
    own, others = await chain_of(opened, "customs"), await chain_of(opened, "quarantine")
    hidden = [each for each in others if each["kind"] is None]
    assert [each["seq"] for each in hidden] == [seq, seq + 1]
    for each in hidden:
        assert {name for name, value in each.items() if value is not None} == {
            "case_id", "seq", "prev_hash", "hash",
        }  # fmt: skip
    assert [each["hash"] for each in own] == [each["hash"] for each in others]
    mark = own[-1]
    assert (mark["kind"], mark["actor"]["subject"]) == ("investigation_marked", "customs")
    assert mark["payload"] == {"record": seq, **MARK}


async def test_the_chain_and_its_proof_hold_for_whom_a_record_is_kept_from(opened: Room) -> None:
    await opened.do("customs", "investigations", NOTE)
    made = await opened.clients["supervisor"].post(
        "/v1/checkpoints", json={}, headers=kits.keyed("cut")
    )
    assert made.status_code == 201
    chain = await chain_of(opened, "quarantine")
    last = records.GENESIS
    for each in chain:
        assert each["prev_hash"] == last
        if each["kind"] is not None:
            assert records.digest(record_of(each)) == each["hash"]
        last = each["hash"]
    proof = await opened.see("quarantine", f"/{b.CASE}/proof")
    assert proof["leaf"]["hash"] == last
    assert await opened.broken() == []


async def test_a_supervisor_unmarks_and_why_it_was_marked_stays_with_the_agency(
    opened: Room,
) -> None:
    seq = await answered(opened)
    await opened.do("customs", f"records/{seq}/mark", MARK)
    assert await opened.refused("customs", f"records/{seq}/mark", MARK) == (409, "record_marked")
    assert await opened.refused("customs", f"records/{seq}/unmark", MARK) == (
        403, "role_not_allowed",
    )  # fmt: skip
    await opened.do("supervisor", f"records/{seq}/unmark", {"reason": "closed 调查结束"})
    assert await opened.refused("supervisor", f"records/{seq}/unmark", MARK) == (
        409, "record_unmarked",
    )  # fmt: skip
    shown = [each["kind"] for each in await chain_of(opened, "quarantine")]
    assert shown[-3:] == ["result", None, None]
    kinds = [each["kind"] for each in await chain_of(opened, "customs")]
    assert kinds[-2:] == ["investigation_marked", "investigation_unmarked"]
    assert SECRET in json.dumps(await seen(opened, "quarantine"), ensure_ascii=False)


async def test_nothing_that_others_see_names_a_marked_answer(opened: Room) -> None:
    seq = await answered(opened)
    newer = {**ANSWER, "id": "01a20695-d3f8-75ef-ba27-10fa5f698409", "replaces": [ANSWER["id"]]}
    await opened.do("customs", "results", {"results": [newer]})
    wish = {"record": seq, "facts": {"note": "three 三"}, "reason": "seen again 复查"}
    await opened.do("customs", "corrections", wish)
    await opened.do("customs", f"records/{seq}/mark", MARK)
    told = json.dumps(await seen(opened, "quarantine"), ensure_ascii=False)
    assert ANSWER["id"] not in told
    assert [each["kind"] for each in await chain_of(opened, "quarantine")][-4:] == [None] * 4
    late = {**newer, "id": "01a20695-d3f8-75ef-ba27-10fa5f698410"}
    answer = await opened.send("customs", "results", {"results": [late]})
    assert answer.json()["errors"][0]["code"] == "replaced_marked"
    assert await opened.refused("customs", "corrections", wish) == (409, "record_marked")


async def test_what_was_marked_itself_stays_so_and_what_names_a_marked_one_is_not_unmarked(
    opened: Room,
) -> None:
    seq = await answered(opened)
    newer = {**ANSWER, "id": "01a20695-d3f8-75ef-ba27-10fa5f698409", "replaces": [ANSWER["id"]]}
    await opened.do("customs", "results", {"results": [newer]})
    await opened.do("customs", f"records/{seq}/mark", MARK)
    assert await opened.refused("supervisor", f"records/{seq + 1}/unmark", MARK) == (
        409, "names_marked",
    )  # fmt: skip
    await opened.do("supervisor", f"records/{seq}/unmark", MARK)
    assert await _shown(opened, seq, seq + 1) == [seq, seq + 1]
    for each in (seq + 1, seq):
        await opened.do("customs", f"records/{each}/mark", MARK)
    assert await _shown(opened, seq, seq + 1) == []
    await opened.do("supervisor", f"records/{seq}/unmark", MARK)
    assert await _shown(opened, seq, seq + 1) == [seq]
    await opened.do("supervisor", f"records/{seq + 1}/unmark", MARK)
    assert await _shown(opened, seq, seq + 1) == [seq, seq + 1]


async def _shown(room: Room, *seqs: int) -> list[int]:
    """Those of customs' records that quarantine may see."""
    chain = await chain_of(room, "quarantine")
    return [each["seq"] for each in chain if each["seq"] in seqs and each["kind"] is not None]


async def test_what_names_a_marked_answer_is_kept_back_in_whatever_order_it_came(
    opened: Room,
) -> None:
    first = devices.counted(outcome="deviates", minutes=3)
    second = devices.counted(outcome="deviates", minutes=2, replaces=[first["id"]])
    third = devices.counted(outcome="deviates", minutes=1, replaces=[second["id"]])
    for each in (third, second, first):
        await devices.send(opened, "customs", each)
    seq = (await chain_of(opened, "customs"))[-1]["seq"]
    await opened.do("customs", f"records/{seq}/mark", MARK)
    told = json.dumps(await seen(opened, "quarantine"), ensure_ascii=False)
    assert not [each["id"] for each in (first, second, third) if each["id"] in told]
