"""From a requirement to an agreed slot, over HTTP and by itself."""

from datetime import timedelta
from decimal import Decimal

from services.booking.domain.booking import Status
from shared.auth.principal import Role
from shared.contracts.values import Mode, utc
from tests import factories
from tests.integration.booking.room import Office, booking_id, slot_body
from tests.unit.booking import made
from tests.unit.booking.made import need


async def _offers(office: Office, serial: int = 1) -> list[dict[str, object]]:
    answer = await office.get(f"/v1/requests/{booking_id(serial)}/offers")
    assert answer.status_code == 200, answer.text
    offers: list[dict[str, object]] = answer.json()["offers"]
    return offers


async def _hold(office: Office, serial: int = 1, number: int = 0) -> dict[str, object]:
    slot = slot_body(await _offers(office, serial), number)
    answer = await office.post(
        "/v1/bookings", {"request_id": str(booking_id(serial)), "slot": slot}
    )
    assert answer.status_code == 201, answer.text
    held: dict[str, object] = answer.json()
    return held


async def test_a_requirement_opens_a_request_with_its_window(office: Office) -> None:
    await office.bring(made.determined())
    answer = await office.get(f"/v1/requests/{booking_id()}")
    assert answer.status_code == 200
    assert answer.json()["status"] == "requested"
    assert answer.json()["window"] == {
        "opens": "2026-03-01T09:00:00Z",
        "free_until": "2026-03-04T16:00:00Z",
    }
    assert await office.told() == ["requested"]


async def test_an_offer_is_held_and_confirmed(office: Office) -> None:
    await office.bring(made.determined(1, need("customs"), need("quarantine", "plant")))
    held = await _hold(office)
    assert held["status"] == "held"
    assert held["held_until"] == "2026-03-01T20:10:00Z"
    answer = await office.post(f"/v1/bookings/{booking_id()}/confirm", {})
    assert answer.status_code == 200, answer.text
    assert answer.json()["status"] == "confirmed"
    assert await office.told() == ["requested", "held", "confirmed"]
    assert await office.broken() == []


async def test_the_best_slot_is_booked_at_once_where_the_broker_wished_for_it(
    office: Office,
) -> None:
    await office.bring(made.determined(auto=True))
    booking = await office.booking()
    assert booking.status is Status.CONFIRMED
    assert booking.slot is not None
    assert booking.slot.starts == made.OPENS
    assert await office.told() == ["requested", "confirmed"]


async def test_nothing_is_asked_for_where_nobody_inspects(office: Office) -> None:
    none = made.determined().model_copy(
        update={"mode": Mode.NONE, "needs": (), "primary_agency": None}
    )
    await office.bring(none)
    answer = await office.get("/v1/requests", filing_id=str(none.filing_id))
    assert answer.json() == {"items": [], "next": None}


async def test_a_hold_that_ran_out_cannot_be_confirmed(office: Office) -> None:
    await office.bring(made.determined())
    await _hold(office)
    office.clock.now += timedelta(minutes=10)
    answer = await office.post(f"/v1/bookings/{booking_id()}/confirm", {})
    assert (answer.status_code, answer.json()["code"]) == (409, "hold_ran_out")


async def test_a_hold_lasts_sixty_wall_seconds_where_the_yards_clock_runs_fast(
    office: Office,
) -> None:
    office.clock.factor *= 600
    await office.bring(made.determined(arrival=made.MONDAY + timedelta(hours=20)))
    held = await _hold(office)
    assert held["held_until"] == "2026-03-02T06:00:00Z"


async def test_the_next_best_offers_come_with_the_refusal_of_a_taken_slot(
    office: Office,
) -> None:
    await office.bring(made.determined(1), made.determined(2))
    slot = slot_body(await _offers(office, 1))
    await _hold(office, 1)
    answer = await office.post("/v1/bookings", {"request_id": str(booking_id(2)), "slot": slot})
    problem = answer.json()
    assert (answer.status_code, problem["code"]) == (409, "slot_taken")
    better = problem["errors"][0]["facts"]["offers"]
    again = await office.post(
        "/v1/bookings", {"request_id": str(booking_id(2)), "slot": slot_body(better)}
    )
    assert again.status_code == 201, again.text


async def test_a_slot_that_cannot_serve_is_refused_with_what_is_wrong(office: Office) -> None:
    await office.bring(made.determined())
    slot = slot_body(await _offers(office))
    two = [*slot["teams"], {"agency": "customs", "team": "C02"}]
    for wrong in ({"bay": "R01"}, {"teams": two}):
        body = {"request_id": str(booking_id()), "slot": slot | wrong}
        answer = await office.post("/v1/bookings", body)
        assert (answer.status_code, answer.json()["code"]) == (422, "slot_unsuitable")
    assert (await office.booking()).status is Status.REQUESTED


async def test_why_there_is_no_slot_is_told_in_both_languages(office: Office) -> None:
    await office.bring(made.determined(1, need("customs", "diving")))
    answer = await office.get(f"/v1/requests/{booking_id()}/offers")
    assert answer.json()["offers"] == []
    assert "no customs team" in answer.json()["none_reason"]["en"]
    assert "海关" in answer.json()["none_reason"]["zh"]
    assert "call one in" in answer.json()["none_mend"]["en"]
    assert "增派" in answer.json()["none_mend"]["zh"]


async def test_another_companys_request_is_not_there(office: Office) -> None:
    await office.bring(made.determined())
    body = {"request_id": str(booking_id()), "slot": slot_body(await _offers(office))}
    other = factories.OTHER_BROKER
    for answer in (
        await office.get(f"/v1/requests/{booking_id()}", org=other),
        await office.get(f"/v1/requests/{booking_id()}/offers", org=other),
        await office.post("/v1/bookings", body, org=other),
        await office.post(f"/v1/bookings/{booking_id()}/confirm", {}, org=other),
        await office.get(f"/v1/requests/{booking_id()}", role=Role.YARD, org="CNSHA-Y9"),
        await office.get("/v1/yards/CNTAO-Y1/board", role=Role.YARD, org="CNSHA-Y9"),
    ):
        assert answer.status_code == 404, answer.text
    assert (await office.get("/v1/requests", org=other)).json()["items"] == []


async def test_requests_are_paged(office: Office) -> None:
    await office.bring(*(made.determined(serial) for serial in range(1, 6)))
    first = (await office.get("/v1/requests", limit=3)).json()
    rest = (await office.get("/v1/requests", limit=3, cursor=first["next"])).json()
    assert rest["next"] is None
    ids = [each["id"] for each in first["items"] + rest["items"]]
    assert sorted(ids) == sorted(str(booking_id(serial)) for serial in range(1, 6))


async def test_the_board_shows_each_bays_bookings_of_the_day_in_local_time(
    office: Office,
) -> None:
    await office.bring(made.determined(1, auto=True), made.determined(2, auto=True))
    answer = await office.get(
        "/v1/yards/CNTAO-Y1/board", role=Role.YARD, org="CNTAO-Y1", day="2026-03-02"
    )
    rows = {row["bay"]: row["bookings"] for row in answer.json()["rows"]}
    assert [rows["P01"][0]["starts"], rows["P02"][0]["starts"]] == ["2026-03-02T07:00:00+08:00"] * 2
    assert len(rows) == 20
    empty = await office.get("/v1/yards/CNTAO-Y1/board", role=Role.AUDITOR, day="2026-03-03")
    assert not any(row["bookings"] for row in empty.json()["rows"])


async def test_the_yard_tells_its_hours_bays_and_teams(office: Office) -> None:
    listed = (await office.get("/v1/yards")).json()["items"]
    one = (await office.get("/v1/yards/CNTAO-Y1")).json()
    assert listed == [one]
    assert one["hours"]["monday"] == ["07:00", "21:00"]
    assert len(one["teams"]) == 32
    assert (await office.get("/v1/yards/nowhere")).status_code == 404


async def test_offers_tell_their_price_the_named_choices_and_why_none_is_earlier(
    office: Office,
) -> None:
    await office.bring(made.determined())
    told = (await office.get(f"/v1/requests/{booking_id()}/offers")).json()
    first = told["offers"][0]
    assert first["slot"]["starts"] == utc(made.OPENS)
    assert first["wait_minutes"] > 0
    assert Decimal(first["cny"]) == 8 * Decimal(first["wait_minutes"]) / 60
    assert told["choices"]["next"] == told["choices"]["morning"] == first
    assert told["choices"]["afternoon"]["slot"]["starts"] == utc(made.MONDAY + timedelta(hours=12))
    assert told["choices"]["overtime"] is None
    (earlier,) = told["earlier"]
    assert [earlier["starts"], earlier["ends"]] == [
        utc(made.MONDAY + timedelta(hours=4, minutes=30)),
        utc(made.OPENS),
    ]
    assert earlier["missing"][0]["state"] == "closed"
    assert "04:30 to 07:00: the yard is not open" in earlier["text"]["en"]
    assert "07:00" in earlier["text"]["zh"]
