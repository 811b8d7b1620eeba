"""Slots that are given up or missed, and who may see what."""

from datetime import datetime, timedelta

import pytest

from services.cli.replaying.client import Document, Refused
from tests.e2e.town import BOOKINGS, CASES, FILINGS, REQUESTS, REQUIREMENTS, Town


async def book(town: Town, request: Document) -> Document:
    """The broker takes the best offer."""
    offered = await town.api.get("broker", f"{REQUESTS}/{request['id']}/offers", limit=1)
    offer = offered["offers"][0]["slot"]
    slot = {name: offer[name] for name in ("yard", "bay", "teams", "starts")}
    held = await town.do("broker", BOOKINGS, {"request_id": request["id"], "slot": slot})
    assert held["status"] == "held"
    return await town.do("broker", f"{BOOKINGS}/{request['id']}/confirm")


async def finish(town: Town, filing: str) -> None:
    """Inspect in the slot, and nothing is found."""
    case = await town.opened(filing, "quarantine")
    await town.concluded("quarantine", case)
    await town.filing_is(filing, "released")
    await town.case_is(filing, "completed")


async def test_a_cancelled_slot_is_booked_anew(town: Town) -> None:
    """The requirement still wants one, and the filing goes on in it."""
    filing = await town.file("single", auto=False)
    booked = await book(town, await town.booking_is(filing, "requested"))
    await town.case_when(filing, lambda seen: seen["slot"] == booked["slot"])

    why = {"reason": "货车故障 the lorry broke down"}
    cancelled = await town.do("broker", f"{BOOKINGS}/{booked['id']}/cancel", why)
    assert cancelled["slot"] is None
    assert cancelled["wanted"]
    await town.case_when(filing, lambda seen: seen["slot"] is None)

    await book(town, cancelled)
    await town.case_when(filing, lambda seen: seen["slot"] is not None)
    await finish(town, filing)
    assert "slot_cancelled" in await town.receipts(filing)


async def test_a_missed_slot_is_followed_by_a_later_one(town: Town) -> None:
    """The yard reports it once the slot has begun; the broker wished to be booked by itself."""
    filing = await town.file("single")
    booked = await town.booking_is(filing, "confirmed")
    path, why = f"{BOOKINGS}/{booked['id']}/missed", {"reason": "未到场 did not come"}
    with pytest.raises(Refused) as early:
        await town.do("yard", path, why)
    assert early.value.code == "slot_not_begun"
    town.clock.leap(datetime.fromisoformat(booked["slot"]["starts"]) + timedelta(minutes=20))

    await town.do("yard", path, why)

    again = await town.booking_is(filing, "confirmed")
    assert again["slot"]["starts"] > booked["slot"]["starts"]
    await town.case_when(filing, lambda seen: seen["slot"] == again["slot"])
    await finish(town, filing)
    assert "slot_missed" in await town.receipts(filing)


async def test_the_container_stays_closed_before_its_slot(town: Town) -> None:
    """Fifteen minutes before at the earliest."""
    filing = await town.file("single")
    case = await town.case_when(filing, lambda seen: seen["slot"] is not None and not seen["gaps"])

    with pytest.raises(Refused) as early:
        await town.act("quarantine", case, "open", present=["quarantine"])

    assert early.value.code == "too_early"
    await finish(town, filing)


async def test_nothing_of_a_broker_is_seen_by_another(town: Town) -> None:
    """To another company and to another yard it is as if it did not exist."""
    filing = await town.file("single")
    case = await town.case_when(filing, lambda seen: seen["slot"] is not None)
    booking = await town.booking(filing)
    hidden = (
        ("broker.other", f"{FILINGS}/{filing}"),
        ("broker.other", f"{FILINGS}/{filing}/receipts"),
        ("broker.other", f"{REQUIREMENTS}/{case['requirement_id']}"),
        ("broker.other", f"{REQUESTS}/{booking['id']}"),
        ("broker.other", f"{REQUESTS}/{booking['id']}/offers"),
        ("broker.other", f"{CASES}/{case['id']}"),
        ("yard.other", f"{CASES}/{case['id']}"),
    )
    for who, path in hidden:
        with pytest.raises(Refused) as refused:
            await town.api.get(who, path)
        assert (path, refused.value.status) == (path, 404)
    for path in (FILINGS, REQUIREMENTS, REQUESTS, CASES):
        assert [each async for each in town.api.every("broker.other", path)] == []


async def test_nothing_of_a_broker_is_changed_by_another(town: Town) -> None:
    """What may not be seen may not be withdrawn, cancelled or let in either."""
    draft = town.draft("single")
    filing = (await town.do("broker", FILINGS, draft))["id"]
    case = await town.case_when(filing, lambda seen: seen["slot"] is not None)
    booking = await town.booking_is(filing, "confirmed")
    why = {"reason": "not mine"}
    # Who files for another broker than itself breaks a rule of the form (422) as well.
    theirs = draft | {"broker": {"uscc": "913702000000000000", "name": "other"}}
    acts: tuple[tuple[str, str, Document], ...] = (
        ("broker.other", f"{FILINGS}/{filing}/withdraw", why),
        ("broker.other", f"{BOOKINGS}/{booking['id']}/cancel", why),
        ("broker.other", f"{BOOKINGS}/{booking['id']}/confirm", {}),
        ("yard.other", f"{BOOKINGS}/{booking['id']}/missed", why),
        ("yard.other", f"{CASES}/{case['id']}/gate-in", {"seals": []}),
    )
    for who, path, body in acts:
        with pytest.raises(Refused) as refused:
            await town.do(who, path, body)
        assert (path, refused.value.status) == (path, 404)
    with pytest.raises(Refused) as refused:
        await town.do("broker.other", f"{FILINGS}/{filing}/amend", theirs)
    assert refused.value.status in {404, 422}
    assert (await town.booking(filing)) == booking
