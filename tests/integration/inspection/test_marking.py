"""Who marks what as an investigation, and what others are told who try."""

from collections.abc import Callable
from typing import Any

import asyncpg

from tests.integration.inspection import room as r
from tests.integration.inspection.kept_back import MARK, answered, chain_of, opened
from tests.integration.inspection.room import Room

__all__ = ["opened"]


async def test_others_are_told_the_same_of_a_marked_record_as_of_any(opened: Room) -> None:
    seq = await answered(opened)
    wish = {"record": seq, "facts": {"note": "three 三"}, "reason": "seen again 复查"}
    acts: list[tuple[str, str, Any]] = [
        ("quarantine", f"records/{seq}/mark", MARK),
        ("head of quarantine", f"records/{seq}/unmark", MARK),
        ("quarantine", "corrections", wish),
        ("yard", "corrections", wish),
    ]
    before = [await opened.refused(*act) for act in acts]
    await opened.do("customs", f"records/{seq}/mark", MARK)
    assert [await opened.refused(*act) for act in acts] == before
    assert set(before) == {(409, "record_of_others")}


async def test_what_was_told_to_others_cannot_be_marked(opened: Room) -> None:
    await opened.do("customs", "findings", {"code": "brand", "text": "odd 异常"})
    by_kind: Callable[[str], int] = {
        each["kind"]: each["seq"] for each in await chain_of(opened, "customs")
    }.__getitem__
    for kind in ("finding", "abnormal_found", "opened"):
        assert await opened.refused("customs", f"records/{by_kind(kind)}/mark", MARK) == (
            409, "not_markable",
        )  # fmt: skip


async def test_the_investigation_is_kept_back_whatever_else_its_step_settles(
    room: Room, superuser: asyncpg.Connection
) -> None:
    """A replica of before ended a case and left an officer signed in, who is signed out by it."""
    await room.plan()
    await room.do("yard", "gate-in", r.SEALS)
    await room.do("customs", "come")
    await superuser.execute("UPDATE cases SET status = 'void', slot = NULL, yard = NULL")
    await room.do("customs", "investigations", {"text": "watched", "reason": "not told"})
    marked = await superuser.fetch(
        "SELECT kind FROM case_records JOIN record_marks USING (case_id, seq)"
    )
    assert [each["kind"] for each in marked] == ["investigation"]
    last = await superuser.fetchval("SELECT kind FROM case_records ORDER BY seq DESC LIMIT 1")
    assert last == "officer_left"
