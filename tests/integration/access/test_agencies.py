"""An agency's people speak for their own agency alone; yard staff for their own yard."""

from collections.abc import Awaitable, Callable

from shared.contracts import derived
from shared.contracts.booking import BookingConfirmed
from shared.database import Database
from tests import factories
from tests.integration.access.inspection import CASE, SEALS
from tests.integration.access.mutual_recognition import COMPANY, RATING
from tests.integration.access.people import (
    AUDITOR,
    BROKER,
    CUSTOMS,
    HEAD_OF_CUSTOMS,
    HEAD_OF_QUARANTINE,
    OTHER_YARD_STAFF,
    QUARANTINE,
    Caller,
)
from tests.integration.access.scene import START, Scene
from tests.unit.inspection import builders as b

NewDatabase = Callable[[str], Awaitable[Database]]
CONFORM = {"verdict": "conform", "disposal": "release"}


async def _case(service_database: NewDatabase, **changes: object) -> Scene:
    scene = Scene("inspection", await service_database("inspection"))
    confirmed = BookingConfirmed(
        filing_id=b.FILING,
        booking_id=derived.booking_id(b.REQUIREMENT),
        requirement_id=b.REQUIREMENT,
        revision=1,
        slot=b.slot(START),
    )
    await scene.bring(b.determined(**changes), confirmed)
    return scene


async def test_an_officer_concludes_the_own_agencys_section_alone(
    service_database: NewDatabase,
) -> None:
    scene = await _case(service_database)
    await scene.done(CUSTOMS, "post", f"{CASE}/open", {"present": ["customs"]})
    case = await scene.done(CUSTOMS, "post", f"{CASE}/conclude", CONFORM)
    concluded = {name: each["conclusion"] for name, each in case["sections"].items()}
    assert concluded["customs"] is not None
    assert concluded["quarantine"] is None
    smuggled = {**CONFORM, "agency": "quarantine"}
    answer = await scene.call(CUSTOMS, "post", f"{CASE}/conclude", smuggled)
    assert answer.status_code == 422


async def test_an_officer_of_an_agency_that_is_not_needed_writes_nothing(
    service_database: NewDatabase,
) -> None:
    scene = await _case(service_database, **b.single("quarantine"))
    await scene.done(QUARANTINE, "post", f"{CASE}/open", {"present": ["quarantine"]})
    before = await scene.fingerprint()
    acts = {"join": {}, "findings": {"code": "pest", "text": "insects"}, "conclude": CONFORM}
    for act, body in acts.items():
        answer = await scene.call(CUSTOMS, "post", f"{CASE}/{act}", body)
        assert (answer.status_code, answer.json()["code"]) == (403, "agency_not_needed")
    assert await scene.fingerprint() == before


async def test_staff_of_another_yard_cannot_let_a_consignment_in(
    service_database: NewDatabase,
) -> None:
    scene = await _case(service_database)
    answer = await scene.call(OTHER_YARD_STAFF, "post", f"{CASE}/gate-in", SEALS)
    assert (answer.status_code, answer.json()["code"]) == (404, "case_not_found")


async def test_a_supervisor_rates_for_the_own_agency_alone(service_database: NewDatabase) -> None:
    scene = Scene("mutual_recognition", await service_database("mutual_recognition"))
    company = f"/v1/companies/{factories.CONSIGNEE}"
    await scene.done(HEAD_OF_CUSTOMS, "post", "/v1/companies", COMPANY)
    rating = await scene.done(HEAD_OF_CUSTOMS, "post", f"{company}/ratings", RATING)
    assert rating["agency"] == "customs"
    for_others = {**RATING, "agency": "quarantine"}
    answer = await scene.call(HEAD_OF_CUSTOMS, "post", f"{company}/ratings", for_others)
    assert answer.status_code == 422
    ratings = (await scene.done(AUDITOR, "get", company))["ratings"]
    assert [each["agency"] for each in ratings] == ["customs"]


async def test_agencies_of_one_organisation_do_not_share_their_idempotency_keys(
    service_database: NewDatabase,
) -> None:
    scene = Scene("mutual_recognition", await service_database("mutual_recognition"))
    heads = [
        Caller(f"head of {who.agency} in one office", who.role, "office", who.agency)
        for who in (HEAD_OF_CUSTOMS, HEAD_OF_QUARANTINE)
    ]
    company = f"/v1/companies/{factories.CONSIGNEE}"
    await scene.done(heads[0], "post", "/v1/companies", COMPANY)
    for head in heads:
        answer = await scene.call(head, "post", f"{company}/ratings", RATING, key="rating-1")
        assert answer.json()["agency"] == head.agency
    ratings = (await scene.done(AUDITOR, "get", company))["ratings"]
    assert sorted(each["agency"] for each in ratings) == ["customs", "quarantine"]


async def test_a_company_cannot_file_in_the_name_of_another(service_database: NewDatabase) -> None:
    scene = Scene("declaration", await service_database("declaration"))
    other = {"uscc": factories.OTHER_BROKER, "name": "青岛另一报关有限公司"}
    before = await scene.fingerprint()
    body = factories.filing(now=START, broker=other)
    answer = await scene.call(BROKER, "post", "/v1/filings", body)
    assert answer.status_code == 422
    assert {each["pointer"] for each in answer.json()["errors"]} == {"/broker/uscc"}
    assert await scene.fingerprint() == before
