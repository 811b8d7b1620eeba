"""A filing of three containers, released, held and refused entry one by one."""

import json
from datetime import datetime
from typing import Any

import pytest

from services.cli.replaying.client import Document, Refused
from tests import factories
from tests.e2e.town import CASES, CONFORMS, FILINGS, GOODS, REFUSED, SUSPENDED, Town

BOTH = ("quarantine", "customs")
DECISIONS = ("partly_released", "partly_refused_entry", "partly_held", "held", "refused_entry")
FOUND = ("number", "name", "quantity", "unit", "net_kg")


async def three(town: Town, kind: str = "joint", **changes: Any) -> tuple[str, list[str]]:
    """A filing of three containers, a goods line in each; its id and their numbers."""
    boxes = [factories.container(next(town.serials), lines=[number]) for number in (1, 2, 3)]
    filing = await town.file(
        kind,
        lines=[factories.line(number, **GOODS[kind]) for number in (1, 2, 3)],
        containers=boxes,
        net_kg="3000",
        gross_kg="3300",
        **changes,
    )
    return filing, [each["number"] for each in boxes]


async def conclude(town: Town, case: Document, *boxes: str, by: Any = CONFORMS) -> None:
    """Both agencies conclude on these containers; the last one says this."""
    await town.act(BOTH[0], case, "conclude", **CONFORMS, containers=boxes)
    await town.act(BOTH[1], case, "conclude", **by, containers=boxes)


async def stand(town: Town, filing: str, *states: str) -> Document:
    """Wait until the filing's containers stand so."""
    return await town.until(
        lambda: town.filing(filing),
        lambda seen: [each["state"] for each in seen["containers"]] == list(states),
    )


async def consents(town: Town, filing: str) -> list[tuple[list[str], dict[str, str]]]:
    """Of each release notice its containers, and what each agency's consent rests on."""
    told = await town.api.get("broker", f"{FILINGS}/{filing}/release-notices")
    said = [json.loads(each["text"]) for each in told["items"]]
    return [
        (each["containers"], {one["agency"]: one["how"] for one in each["agencies"]})
        for each in said
    ]


def seals(*boxes: str) -> Document:
    """Their seals, as the gate writes them down."""
    return {"seals": [{"container": each, "seal": "S2"} for each in boxes]}


async def test_one_container_leaves_another_is_refused_entry_and_the_last_waits_for_a_laboratory(
    town: Town,
) -> None:
    """Each is decided by itself; the filing ends with the last, and says what became of each."""
    filing, (one, two, last) = await three(town)
    await stand(town, filing, "waiting", "waiting", "waiting")
    case = await town.opened(filing, *BOTH)
    await stand(town, filing, *["under_inspection"] * 3)

    await conclude(town, case, one)
    await stand(town, filing, "released", "under_inspection", "under_inspection")
    await town.case_when(filing, lambda seen: one in seen["decided"])
    gone = await town.do("yard", f"{CASES}/{case['id']}/gate-out", seals(one))
    assert (gone["status"], gone["gate"]["left"]) == ("open", [one])

    await conclude(town, case, two, by=REFUSED)
    await conclude(town, case, last, by=SUSPENDED)
    held = await stand(town, filing, "released", "refused_entry", "held")
    assert held["status"] == "held"
    await town.case_is(filing, "awaiting_laboratory")
    with pytest.raises(Refused) as late:
        await town.act("customs", case, "conclude", **REFUSED, containers=[one])
    assert (late.value.status, late.value.code) == (409, "container_decided")

    await town.act("customs", case, "conclude", **CONFORMS)
    ended = await town.filing_is(filing, "refused_entry")
    await stand(town, filing, "released", "refused_entry", "released")
    assert ended["reason"]["en"] == f"{two}: quarantine: conforms; customs: does not conform"
    assert [each for each in await town.receipts(filing) if each in DECISIONS] == [
        "partly_released",
        "partly_refused_entry",
        "held",
        "partly_released",
        "refused_entry",
    ]
    await town.case_is(filing, "completed")
    for box in (last, two):
        await town.do("yard", f"{CASES}/{case['id']}/gate-out", seals(box))
    acts = (await town.api.get("broker", f"{FILINGS}/{filing}/history"))["items"]
    assert [each["act"] for each in acts].count("requirement.partly_met") == 3


async def test_what_is_recognised_is_released_and_the_second_agency_looks_at_the_rest(
    town: Town,
) -> None:
    """The first container is as declared, the second is not: customs comes for two of three."""
    filing, (one, two, last) = await three(town, "recognition", consignee=await town.trusted())
    await town.required(filing, "recognition")
    case = await town.opened(filing, "quarantine")
    lines = {each["number"]: each for each in case["lines"]}

    def found(number: int, **changes: object) -> Document:
        return {name: lines[number][name] for name in FOUND} | changes

    await town.act("quarantine", case, "conclude", **CONFORMS, containers=[one], found=[found(1)])
    await stand(town, filing, "released", "under_inspection", "under_inspection")
    await town.act(
        "quarantine",
        case,
        "conclude",
        **CONFORMS,
        containers=[two],
        found=[found(2, net_kg="700")],
    )
    await town.required(filing, "joint")
    joined = await town.case_when(filing, lambda seen: "customs" in seen["sections"])
    await town.act("customs", joined, "join")
    await town.act("quarantine", joined, "conclude", **CONFORMS)
    after = await town.act("customs", joined, "conclude", **CONFORMS)
    assert after["sections"]["customs"]["conclusion"]["containers"] == [two, last]
    await town.filing_is(filing, "released")
    await stand(town, filing, "released", "released", "released")
    assert await consents(town, filing) == [
        ([one], {"quarantine": "inspected", "customs": "recognised"}),
        ([two, last], dict.fromkeys(BOTH, "inspected_jointly")),
    ]


async def test_the_second_agencys_own_opening_is_of_what_was_not_released(town: Town) -> None:
    """It comes after the wait, to two of three containers; the first has left the yard."""
    filing, (one, two, last) = await three(town, "recognition", consignee=await town.trusted())
    await town.required(filing, "recognition")
    case = await town.opened(filing, "quarantine")
    found = [{name: line[name] for name in FOUND} for line in case["lines"]]
    first = {**CONFORMS, "containers": [one], "found": found[:1]}
    await town.act("quarantine", case, "conclude", **first)
    rest = {**CONFORMS, "containers": [two, last], "found": found[1:2]}
    await town.act("quarantine", case, "conclude", **rest)
    waiting = await town.case_when(filing, lambda seen: seen["waiting"] is not None)
    assert (waiting["decided"], waiting["waiting"]["for"]) == ({one: "released"}, ["customs"])
    await town.do("yard", f"{CASES}/{case['id']}/gate-out", seals(one))

    town.clock.leap(datetime.fromisoformat(waiting["waiting"]["until"]))
    await town.case_when(filing, lambda seen: seen["status"] == "planned")
    again = await town.opened(filing, "customs")
    assert again["sections"]["customs"]["open"] == [two, last]
    await town.act("customs", again, "conclude", **CONFORMS)

    await town.filing_is(filing, "released")
    counts = (await town.case_is(filing, "completed"))["counts"]
    assert (counts["moves"], counts["moves_avoided"]) == (5, 1)


async def test_loose_cargo_is_not_released_in_parts(town: Town) -> None:
    """The officer is told so, and concludes on all of it."""
    filing = await town.file("single", containers=[], package_type="00")
    case = await town.opened(filing, "quarantine")
    boxes = [factories.container_number(1)]
    with pytest.raises(Refused) as refused:
        await town.act("quarantine", case, "conclude", **CONFORMS, containers=boxes)
    assert (refused.value.status, refused.value.rules) == (422, ["loose_cargo"])
    await town.act("quarantine", case, "conclude", **CONFORMS)
    assert (await town.filing_is(filing, "released"))["containers"] == []
