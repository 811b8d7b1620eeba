"""What happens around an open container: the second agency, deeper looks, the wait."""

from datetime import datetime

import pytest

from services.cli.replaying.client import Document, Refused
from services.mutual_recognition.jobs import lapsing
from tests.e2e.town import REQUIREMENTS, SHORT, SUSPENDED, Town

TIP = {"scope": "unpack", "skills": ["ipr"], "reason": "线索 a tip about counterfeits"}


def agencies(booking: Document) -> set[str]:
    """Whose teams are in the booking's slot."""
    return {each["agency"] for each in booking["slot"]["teams"]}


async def disagreed(town: Town) -> tuple[str, Document]:
    """A filing whose recognition was refused, and its case, which waits for customs."""
    filing = await town.file("recognition", consignee=await town.trusted())
    await town.required(filing, "recognition")
    case = await town.opened(filing, "quarantine")
    await town.concluded("quarantine", case, SHORT, share="0.8")
    await town.required(filing, "joint")
    waiting = await town.case_when(filing, lambda seen: seen["waiting"] is not None)
    return filing, waiting


async def test_an_agency_that_selects_late_joins_the_open_container(town: Town) -> None:
    """Its team comes into the slot; the container is opened once."""
    filing = await town.file("single")
    case = await town.opened(filing, "quarantine")

    await town.do("officer.customs", f"{REQUIREMENTS}/{case['requirement_id']}/orders", TIP)
    joined = await town.case_when(filing, lambda seen: "customs" in seen["sections"])
    await town.until(
        lambda: town.booking(filing),
        lambda seen: agencies(seen) == {"customs", "quarantine"},
    )
    await town.act("customs", joined, "join")
    await town.concluded("quarantine", joined)
    await town.concluded("customs", joined)

    await town.filing_is(filing, "released")
    done = await town.case_is(filing, "completed")
    assert [each["present"] for each in done["openings"]] == [["customs", "quarantine"]]
    assert (await town.requirement(filing))["mode"] == "joint"


async def test_an_order_after_the_end_is_refused(town: Town) -> None:
    """Whoever selects after the release comes too late."""
    filing = await town.file("none")
    await town.filing_is(filing, "released")
    requirement = (await town.requirement(filing))["id"]

    with pytest.raises(Refused) as refused:
        await town.do("officer.customs", f"{REQUIREMENTS}/{requirement}/orders", TIP)

    assert (refused.value.status, refused.value.code) == (409, "already_met")


async def test_an_escalation_deepens_the_scope_and_lengthens_the_slot(town: Town) -> None:
    """Customs wants samples; who has not concluded does so at the deeper scope."""
    filing = await town.file("joint")
    case = await town.opened(filing, "quarantine", "customs")
    before = (await town.booking(filing))["slot"]

    wish = {"agency": "customs", "scope": "sample", "reason": "成分存疑 doubtful composition"}
    await town.act("customs", case, "escalate", **wish)

    deeper = await town.case_when(filing, lambda seen: seen["revision"] == 2)
    assert deeper["sections"]["customs"]["scope"] == "sample"
    after = await town.until(
        lambda: town.booking(filing), lambda seen: bool(seen["slot"]["ends"] > before["ends"])
    )
    assert after["slot"]["bay"] == before["bay"]
    await town.concluded("customs", deeper)
    await town.concluded("quarantine", deeper)
    await town.filing_is(filing, "released")
    done = await town.case_is(filing, "completed")
    assert done["sections"]["customs"]["conclusion"]["scope"] == "sample"


async def test_a_case_that_waits_for_a_laboratory_calls_in_the_other_agency(town: Town) -> None:
    """What a suspended verdict held is looked at by both, at the same opening."""
    filing = await town.file("single")
    case = await town.opened(filing, "quarantine")
    await town.concluded("quarantine", case, SUSPENDED)
    held = await town.case_is(filing, "awaiting_laboratory")

    wish = {"agency": "customs", "scope": "unpack", "reason": "品名存疑 doubtful name"}
    await town.act("quarantine", held, "escalate", **wish)
    joint = await town.case_when(filing, lambda seen: "customs" in seen["sections"])
    await town.act("customs", joint, "join")
    for agency in ("customs", "quarantine"):
        await town.concluded(agency, joint)

    await town.filing_is(filing, "released")
    done = await town.case_is(filing, "completed")
    assert [each["present"] for each in done["openings"]] == [["customs", "quarantine"]]


async def test_a_refused_recognition_brings_the_second_agency_to_the_same_opening(
    town: Town,
) -> None:
    """The figures differ from the declared ones: customs looks itself while it is open."""
    filing, waiting = await disagreed(town)
    assert waiting["waiting"]["for"] == ["customs"]

    await town.act("customs", waiting, "join")
    await town.concluded("customs", waiting, SHORT, share="0.8")

    await town.filing_is(filing, "released")
    done = await town.case_is(filing, "completed")
    assert [each["present"] for each in done["openings"]] == [["customs", "quarantine"]]
    assert "recognition_refused" in await town.receipts(filing)


async def test_without_a_result_in_time_the_second_agency_comes_to_the_same_opening(
    town: Town,
) -> None:
    """Quarantine opens the container and concludes nothing for a day: customs inspects as well."""
    filing = await town.file("recognition", consignee=await town.trusted())
    await town.required(filing, "recognition")
    await town.opened(filing, "quarantine")
    expected = await town.until(
        lambda: town.recognition(filing), lambda seen: seen.get("result_due") is not None
    )

    due = datetime.fromisoformat(expected["result_due"])
    town.clock.leap(due + lapsing.ON_ITS_WAY * float(town.clock.factor))
    await town.required(filing, "joint")
    case = await town.case_when(filing, lambda seen: "customs" in seen["sections"])
    await town.act("customs", case, "join")
    await town.concluded("quarantine", case)
    await town.concluded("customs", case)

    await town.filing_is(filing, "released")
    assert (await town.recognition(filing))["status"] == "lapsed"
    assert "recognition_lapsed" in await town.receipts(filing)
    done = await town.case_is(filing, "completed")
    assert [each["present"] for each in done["openings"]] == [["customs", "quarantine"]]


async def test_when_the_wait_lapses_the_second_agency_gets_a_slot_and_an_opening_of_its_own(
    town: Town,
) -> None:
    """The container is closed up; the second opening has a recorded reason."""
    filing, waiting = await disagreed(town)
    first = (await town.booking(filing))["slot"]

    town.clock.leap(datetime.fromisoformat(waiting["waiting"]["until"]))
    closed = await town.case_when(
        filing, lambda seen: seen["status"] == "planned" and seen["slot"] is not None
    )
    assert closed["openings"][0]["closed_at"] is not None
    booking = await town.booking_is(filing, "confirmed")
    assert agencies(booking) == {"customs"}
    assert booking["slot"]["starts"] > first["starts"]

    reopened = await town.opened(filing, "customs")
    await town.concluded("customs", reopened, SHORT, share="0.8")

    await town.filing_is(filing, "released")
    done = await town.case_is(filing, "completed")
    assert [each["present"] for each in done["openings"]] == [["quarantine"], ["customs"]]
    assert done["openings"][1]["reason"]["zh"] == "第二查验单位在等待期后到场"
    assert done["counts"]["moves_avoided"] == 0
