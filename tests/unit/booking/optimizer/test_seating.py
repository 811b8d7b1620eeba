"""What keeps its time keeps its bay and its teams, where the others can do without them."""

from dataclasses import replace
from itertools import permutations

from hypothesis import given, settings
from hypothesis import strategies as st

from services.booking.optimizer import seating
from services.booking.optimizer.problem import Place, Problem
from tests.unit.booking.optimizer import judging
from tests.unit.booking.optimizer.made import bay, problem, request, team

TEAMS = ("C1", "C2", "C3", "C4")
SKILLS = ("a", "a b", "b", "a b")


def _day(needs: str, booked: str, now: str, starts: str = "") -> tuple[Problem, dict[str, Place]]:
    """Requests by the skill each needs, the teams that they have booked and have now, the starts.

    Teams are told by their numbers; 0 is no booking.
    """
    starts = starts or "0" * len(needs)
    bays = tuple(bay(f"B{i}") for i in range(1, 5))
    teams = tuple(team(n, skills=s) for n, s in zip(TEAMS, SKILLS, strict=True))
    requests, places = [], {}
    for i, (need, had, has, start) in enumerate(zip(needs, booked, now, starts, strict=True), 1):
        place = Place(int(start), "Y1", f"B{i}", {"customs": f"C{has}"})
        old = None if had == "0" else replace(place, teams={"customs": f"C{had}"})
        requests.append(replace(request(str(i), needs={"customs": need}), booked=old))
        places[str(i)] = place
    return problem(*requests, bays=bays, teams=teams), places


def _restored(given: Problem, places: dict[str, Place]) -> str:
    found = seating.restored(given, places)
    assert judging.faults(given, found) == []
    assert [(p.start, p.bay) for p in found.values()] == [(p.start, p.bay) for p in places.values()]
    return "".join(place.teams["customs"][1] for place in found.values())


def test_whoever_was_given_anothers_team_gives_it_back() -> None:
    assert _restored(*_day("aab", "123", "214")) == "123"
    assert _restored(*_day("aab", "023", "214"))[1:] == "23"


def test_a_team_that_somebody_else_cannot_do_without_is_not_given_back() -> None:
    given, places = _day("ab", "20", "12")
    assert _restored(given, places)[0] == "2"
    assert _restored(replace(given, teams=given.teams[:2]), places) == "12"


def test_what_is_booked_for_another_time_has_no_claim() -> None:
    given, places = _day("aaa", "120", "214")
    moved = {name: replace(place, start=place.start + 2) for name, place in places.items()}
    assert _restored(given, moved) == "214"


@settings(max_examples=40, deadline=None)
@given(
    st.sampled_from(["aab", "abb", "aaa", "bbb"]),
    st.permutations("1234"),
    st.permutations("1234"),
    st.sampled_from(["000", "001", "012", "024"]),
)
def test_as_many_as_can_be_keep_their_team(
    needs: str, booked: list[str], now: list[str], starts: str
) -> None:
    given, places = _day(needs, "".join(booked[:3]), "".join(now[:3]), starts)
    if judging.faults(given, places):
        return
    found = _restored(given, places)
    kept = sum(one == other for one, other in zip(found, booked, strict=False))
    assert kept == max(_kept(given, places, booked, "".join(each)) for each in permutations("1234"))


def _kept(given: Problem, places: dict[str, Place], booked: list[str], teams: str) -> int:
    """How many would keep their team with these; -1 if it cannot be."""
    tried = {
        name: replace(place, teams={"customs": f"C{number}"})
        for (name, place), number in zip(places.items(), teams, strict=False)
    }
    if judging.faults(given, tried):
        return -1
    return sum(one == other for one, other in zip(teams[:3], booked, strict=False))
