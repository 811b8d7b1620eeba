"""What cannot have a slot is told by name, with what would help."""

from services.booking.optimizer import planning, together
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


def test_requests_that_need_more_than_there_is_are_told_by_name() -> None:
    given = problem(
        request("free", available=0),
        *(request(str(i), duration=8, wait=i, available=0) for i in range(1, 4)),
        bays=(bay("B1"), bay("B2")),
        teams=(team("C1"), team("C2", (0, 4))),
    )
    plan = planned(given)
    assert plan.objective == judging.least(given)
    ((name, lack),) = plan.unscheduled.items()
    assert lack.rule == "conflict"
    # eight slots in a row has C1 alone, but counting cannot know: C2 has four, together 20
    assert lack.en.startswith(f"{name}, ")
    assert "24 slots of C1, C2, which have 20 from slot 0 on" in lack.en
    assert "free" not in lack.en
    assert lack.mend.startswith("Add 4 slots of one more like one of C1, C2")


def test_the_set_that_is_told_is_small_and_late() -> None:
    given = problem(
        *(request(f"early{i}") for i in range(3)),
        *(request(f"late{i}", available=12) for i in range(3)),
        teams=(team("C1"),),
    )
    ((_, lack),) = planned(given).unscheduled.items()
    assert {f"late{i}" for i in range(3)} == {
        w.strip(",") for w in lack.en.split(" need ")[0].split()
    }
    assert "6 slots of B1, which have 4 from slot 12 on" in lack.en


def test_requests_that_do_not_fit_together_are_told_though_there_are_slots_enough() -> None:
    given = problem(
        request("1", duration=3, available=8),
        request("2", duration=3, available=8),
        request("3", duration=2, available=8),
        request("other", duration=2, available=0),
        teams=(team("C1", (0, 4), (8, 12), (12, 16)),),
    )
    ((name, lack),) = planned(given).unscheduled.items()
    named = set(lack.en.split(" cannot ")[0].split(", "))
    assert (lack.rule, named) == ("conflict", {"1", "2", "3"})
    assert name in named
    for each in named:
        assert together.possible(given, [r for r in given.requests if r.id in named - {each}])


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
