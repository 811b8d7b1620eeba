"""What cannot have a slot is told by name, with what would help."""

from services.booking.optimizer import planning
from services.booking.optimizer.problem import Bay, Place, Problem, Team
from tests.unit.booking.optimizer import judging
from tests.unit.booking.optimizer.made import bay, planned, problem, refused, request, team


def test_every_way_to_be_hopeless_is_told() -> None:
    given = problem(
        request("fine"),
        request("long", duration=9),
        request("scan", kind="scan"),
        request("plant", needs={"quarantine": "plant"}),
        request("late", available=15),
        request("apart", needs={"customs": "general", "quarantine": "food"}),
        teams=(team("C1"), team("Q1", (0, 1), agency="quarantine", skills="food")),
    )
    plan = planned(given)
    assert {name: lack.rule for name, lack in plan.unscheduled.items()} == {
        "long": "longer-than-a-day",
        "scan": "no-bay",
        "plant": "no-team",
        "late": "never-together",
        "apart": "never-together",
    }
    assert "plant" in plan.unscheduled["plant"].mend
    assert "plant" in plan.unscheduled["plant"].mend_zh


def test_what_the_others_leave_no_room_for_is_told_apart() -> None:
    given = problem(
        *(request(str(i), duration=8, wait=i) for i in range(1, 4)), teams=(team("C1"),)
    )
    plan = planned(given)
    assert {name: lack.rule for name, lack in plan.unscheduled.items()} == {"3": "crowded"}
    assert plan.objective == judging.least(given) == judging.LEFT_OUT + 8


def test_a_roster_without_any_team_is_no_plan() -> None:
    found = refused(problem(request("1"), request("2"), teams=()))
    assert {name: lack.rule for name, lack in found.lacks.items()} == {
        "1": "no-team",
        "2": "no-team",
    }


def test_nothing_to_plan_is_no_plan() -> None:
    assert refused(problem()).lacks == {}


def test_teams_of_one_yard_do_not_help_bays_of_another() -> None:
    given = problem(
        request("1"),
        bays=(bay("B1", "Y1"),),
        teams=(Team("C1", "Y2", "customs", frozenset({"general"}), ((0, 16),)),),
    )
    assert refused(given).lacks["1"].rule == "never-together"


def test_a_bay_that_is_closed_all_the_time_does_not_help() -> None:
    given = problem(request("1"), bays=(Bay("B1", "Y1", frozenset({"plain"}), ()),))
    assert refused(given).lacks["1"].rule == "never-together"


def test_what_is_longer_than_a_day_has_no_slot_however_long_the_day() -> None:
    hours = ((0, 64), (64, 128))
    given = Problem(
        64, 2, ("Y1",), (Bay("B1", "Y1", frozenset({"plain"}), hours),),
        (Team("C1", "Y1", "customs", frozenset({"general"}), hours),),
        (request("fine"), request("twice a day", duration=128, wait=9)),
    )  # fmt: skip
    booked = Place(0, "Y1", "B1", {"customs": "C1"})
    plan = planned(planning.booked(given, {"twice a day": booked}))
    judging.assert_sound(given, plan)
    assert plan.unscheduled["twice a day"].rule == "longer-than-a-day"
    assert plan.broken == {"twice a day"}
    assert plan.objective == plan.bound == judging.LEFT_OUT
    assert set(planning.first_come(given)) == {"fine"}
