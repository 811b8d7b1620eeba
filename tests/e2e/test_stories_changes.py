"""The broker thinks again: withdrawals and amendments, before and after the opening."""

from tests.e2e.town import BOOKINGS, FILINGS, GOODS, Town
from tests.factories import line

CHANGED_MIND = {"reason": "货物退运 the goods go back"}


async def test_withdrawing_before_the_opening_ends_the_filing_and_frees_the_slot(
    town: Town,
) -> None:
    """Another consignment can have the very bay, teams and time."""
    filing = await town.file("joint")
    slot = (await town.booking_is(filing, "confirmed"))["slot"]

    await town.do("broker", f"{FILINGS}/{filing}/withdraw", CHANGED_MIND)

    await town.filing_is(filing, "withdrawn")
    await town.booking_is(filing, "cancelled")
    await town.case_is(filing, "void")
    other = await town.file("joint", auto=False)
    request = await town.booking_is(other, "requested")
    same = {name: slot[name] for name in ("yard", "bay", "teams", "starts")}
    held = await town.do("broker", BOOKINGS, {"request_id": request["id"], "slot": same})
    assert held["slot"] == slot


async def test_withdrawing_after_the_opening_is_refused_and_the_inspection_goes_on(
    town: Town,
) -> None:
    """The broker is told, and the filing ends by what the officers find."""
    filing = await town.file("single")
    case = await town.opened(filing, "quarantine")

    await town.do("broker", f"{FILINGS}/{filing}/withdraw", CHANGED_MIND)
    await town.filing_is(filing, "accepted")
    assert "change_refused" in await town.receipts(filing)
    await town.concluded("quarantine", case)

    await town.filing_is(filing, "released")
    assert (await town.booking_is(filing, "completed"))["id"]


async def test_an_amendment_that_changes_nothing_determined_on_is_only_noted(town: Town) -> None:
    """The ship's name is corrected: same revision, same slot, new version of the filing."""
    draft = town.draft("joint")
    filing = (await town.do("broker", FILINGS, draft))["id"]
    booked = await town.booking_is(filing, "confirmed")

    await town.do("broker", f"{FILINGS}/{filing}/amend", draft | {"transport_name": "EVER 027W"})

    amended = await town.until(
        lambda: town.filing(filing), lambda seen: bool(seen["filing_version"] == 2)
    )
    assert (amended["status"], amended["consignment"]["transport_name"]) == (
        "accepted",
        "EVER 027W",
    )
    await town.settled()
    assert (await town.requirement(filing))["revision"] == 1
    assert (await town.booking(filing))["slot"] == booked["slot"]
    assert (await town.case(filing))["leave"] is None


async def test_an_amendment_of_the_goods_determines_anew_and_the_slot_follows(town: Town) -> None:
    """A claim to be free of duty brings customs in, and its team into the slot."""
    draft = town.draft("single")
    filing = (await town.do("broker", FILINGS, draft))["id"]
    booked = await town.booking_is(filing, "confirmed")
    assert [each["agency"] for each in booked["slot"]["teams"]] == ["quarantine"]

    free_of_duty = draft | {"lines": [line(1, **GOODS["joint"])]}
    await town.do("broker", f"{FILINGS}/{filing}/amend", free_of_duty)

    requirement = await town.required(filing, "joint")
    assert (requirement["revision"], requirement["filing_version"]) == (2, 2)
    revised = await town.until(
        lambda: town.booking(filing), lambda seen: bool(seen["revision"] == 2)
    )
    assert {each["agency"] for each in revised["slot"]["teams"]} == {"customs", "quarantine"}
    amended = await town.until(
        lambda: town.filing(filing), lambda seen: bool(seen["filing_version"] == 2)
    )
    assert amended["consignment"]["lines"][0]["duty_percent"] == "0"
    await town.case_when(filing, lambda seen: seen["revision"] == 2 and not seen["gaps"])
    case = await town.opened(filing, "quarantine", "customs")
    await town.concluded("quarantine", case)
    await town.concluded("customs", case)
    await town.filing_is(filing, "released")


async def test_an_amendment_to_goods_that_nobody_selects_sheds_no_inspection(town: Town) -> None:
    """Whoever was selected before the amendment is inspected after it."""
    draft = town.draft("joint")
    filing = (await town.do("broker", FILINGS, draft))["id"]
    booked = await town.booking_is(filing, "confirmed")

    await town.do(
        "broker", f"{FILINGS}/{filing}/amend", draft | {"lines": [line(1, **GOODS["none"])]}
    )

    amended = await town.until(
        lambda: town.filing(filing), lambda seen: bool(seen["filing_version"] == 2)
    )
    assert (amended["status"], amended["requirement"]["mode"]) == ("accepted", "joint")
    await town.settled()
    assert (await town.booking(filing))["slot"] == booked["slot"]
    await town.case_when(filing, lambda seen: seen["revision"] == 2 and not seen["gaps"])
    case = await town.opened(filing, "quarantine", "customs")
    for agency in ("quarantine", "customs"):
        await town.concluded(agency, case)
    await town.filing_is(filing, "released")


async def test_an_amendment_after_the_opening_takes_effect_if_an_officer_consents(
    town: Town,
) -> None:
    """The officers conclude on what is declared then."""
    draft = town.draft("joint")
    filing = (await town.do("broker", FILINGS, draft))["id"]
    await town.booking_is(filing, "confirmed")
    case = await town.opened(filing, "quarantine", "customs")

    await town.do(
        "broker", f"{FILINGS}/{filing}/amend", draft | {"lines": [line(1, **GOODS["none"])]}
    )
    await town.case_when(filing, lambda seen: seen["consent"] == "asked")
    assert (await town.filing(filing))["status"] == "amending"
    await town.act("customs", case, "consent", consent=True)

    amended = await town.until(
        lambda: town.filing(filing), lambda seen: bool(seen["filing_version"] == 2)
    )
    assert amended["status"] == "accepted"
    case = await town.case_when(filing, lambda seen: seen["revision"] == 2)
    assert (case["consent"], case["lines"][0]["hs_code"]) == (None, GOODS["none"]["hs_code"])
    for agency in ("quarantine", "customs"):
        await town.concluded(agency, case)
    await town.filing_is(filing, "released")
    await town.booking_is(filing, "completed")


async def test_an_amendment_after_the_opening_is_refused_by_an_officer_or_a_conclusion(
    town: Town,
) -> None:
    """The broker is told the officer's words; the inspection goes on."""
    draft = town.draft("joint")
    filing = (await town.do("broker", FILINGS, draft))["id"]
    await town.booking_is(filing, "confirmed")
    case = await town.opened(filing, "quarantine", "customs")
    for key in ("refused", "concluded"):
        await town.do(
            "broker", f"{FILINGS}/{filing}/amend", draft | {"lines": [line(1, **GOODS["none"])]}
        )
        await town.case_when(filing, lambda seen: seen["consent"] == "asked")
        if key == "refused":
            await town.act("customs", case, "consent", consent=False, reason="正在过磅")
        else:
            await town.concluded("customs", case)
        back = await town.filing_is(filing, "accepted")
        assert back["reason"]["zh"] == {"refused": "正在过磅", "concluded": "查验已开始"}[key]
        assert back["filing_version"] == 1
    await town.concluded("quarantine", case)
    await town.filing_is(filing, "released")
