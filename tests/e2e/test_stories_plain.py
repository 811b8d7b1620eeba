"""Filings that go straight on: released by itself, inspected, held, refused entry."""

import httpx
import jwt

from tests.e2e.town import FILINGS, REFUSED, SUSPENDED, Town
from tests.kits import SEALED


async def test_a_filing_that_nobody_selects_is_released_by_itself(town: Town) -> None:
    """No booking and no case is ever made for it."""
    filing = await town.file("none")

    ended = await town.filing_is(filing, "released")

    assert ended["requirement"] == {"mode": "none", "revision": 1}
    assert await town.receipts(filing) == ["accepted", "no_inspection", "released"]
    await town.settled()
    assert await town.booking(filing) == {}
    assert await town.case(filing) == {}


async def test_one_agency_alone_releases_what_it_alone_selected(town: Town) -> None:
    """The other agency has no section."""
    filing = await town.file("single")
    case = await town.opened(filing, "quarantine")

    await town.concluded("quarantine", case)

    await town.filing_is(filing, "released")
    done = await town.case_is(filing, "completed")
    assert [need["agency"] for need in done["needs"]] == ["quarantine"]
    assert done["counts"]["moves"] == 1
    assert done["counts"]["moves_avoided"] == 0


async def test_both_agencies_share_one_opening(town: Town) -> None:
    """One move and one unpacking are spared, and the slot is free again."""
    filing = await town.file("joint")
    case = await town.opened(filing, "customs", "quarantine")

    await town.concluded("customs", case)
    await town.concluded("quarantine", case)

    await town.filing_is(filing, "released")
    done = await town.case_is(filing, "completed")
    assert len(done["openings"]) == 1
    counts = done["counts"]
    assert (counts["moves_avoided"], counts["unpackings_avoided"]) == (1, 1)
    booking = await town.booking_is(filing, "completed")
    assert booking["id"] in await town.board(booking["slot"])
    await _notice_of(town, filing, *(each["number"] for each in done["containers"]))


async def _notice_of(town: Town, filing: str, *containers: str) -> None:
    """The paper is there; whoever scans its code reads the same on a page, and checks the seal."""
    paper = await town.api.read("broker", f"{FILINGS}/{filing}/release-notice.pdf")
    assert paper.startswith(b"%PDF-")
    told = await town.api.get("broker", f"{FILINGS}/{filing}/release-notices")
    (notice,) = told["items"]
    path = notice["address"].removeprefix(SEALED["public_url"])
    async with httpx.AsyncClient(base_url=f"{town.api.url}/declaration") as anybody:
        page = await anybody.get(path, headers={"Accept": "text/html"})
        (key,) = (await anybody.get("/v1/notices/keys")).json()["keys"]
    read = jwt.decode(notice["seal"], jwt.PyJWK(key), algorithms=["EdDSA"])
    assert read["containers"] == list(containers)
    shown = (*containers, read["notice"], "Genuine and in force", "联合查验 inspected jointly")
    assert [each for each in shown if each not in page.text] == []


async def test_what_one_agency_found_is_recognised_by_the_other(town: Town) -> None:
    """Customs never comes, and the record says what it relied on."""
    filing = await town.file("recognition", consignee=await town.trusted())
    await town.required(filing, "recognition")
    case = await town.opened(filing, "quarantine")

    await town.concluded("quarantine", case)

    await town.filing_is(filing, "released")
    done = await town.case_is(filing, "completed")
    assert done["openings"][0]["present"] == ["quarantine"]
    assert (await town.requirement(filing))["mode"] == "recognition"
    assert "recognition_granted" in await town.receipts(filing)


async def test_a_bad_verdict_refuses_entry(town: Town) -> None:
    """One agency's verdict is enough, but the other one concludes as well."""
    filing = await town.file("joint")
    case = await town.opened(filing, "customs", "quarantine")

    await town.concluded("customs", case)
    await town.concluded("quarantine", case, REFUSED)

    await town.filing_is(filing, "refused_entry")
    await town.case_is(filing, "completed")
    assert (await town.receipts(filing))[-1] == "refused_entry"


async def test_a_suspended_verdict_holds_the_filing_until_the_laboratory_has_spoken(
    town: Town,
) -> None:
    """The agency concludes a second time, and that verdict releases."""
    filing = await town.file("single")
    case = await town.opened(filing, "quarantine")

    await town.concluded("quarantine", case, SUSPENDED)
    await town.filing_is(filing, "held")
    waiting = await town.case_is(filing, "awaiting_laboratory")
    await town.concluded("quarantine", waiting)

    await town.filing_is(filing, "released")
    done = await town.case_is(filing, "completed")
    assert done["sections"]["quarantine"]["conclusion"]["number"] == 2
    receipts = await town.receipts(filing)
    assert receipts.index("held") < receipts.index("released")
