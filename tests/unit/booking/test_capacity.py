"""The default yard is sized for its work: 300 inspections in about three days."""

import random
from collections import Counter
from itertools import combinations

from services.booking.domain import fit, offers, parts
from services.booking.domain.calendar import Taken
from services.booking.domain.parts import Want
from shared.contracts.values import AgencyNeed, BayKind
from tests.unit.booking import made
from tests.unit.booking.made import need

CUSTOMS = ("valuation", "ipr")
QUARANTINE = ("plant", "animal", "food")


def _mixed(rng: random.Random) -> Want:
    minutes = rng.choices((30, 45, 60, 75, 90), (10, 10, 60, 10, 10))[0]
    customs = _need(rng, "customs", CUSTOMS, minutes)
    quarantine = _need(rng, "quarantine", QUARANTINE, minutes)
    needs = rng.choices(((customs, quarantine), (customs,), (quarantine,)), weights=(50, 20, 30))[0]
    kind = rng.choices(list(BayKind), weights=(75, 15, 4, 6))[0]
    return Want(bay_kind=kind, needs=needs)


def _need(rng: random.Random, agency: str, skills: tuple[str, ...], minutes: int) -> AgencyNeed:
    extra = rng.sample(skills, rng.choices((0, 1, 2), (25, 65, 10))[0])
    return need(agency, "general", *extra, minutes=minutes)


def test_three_hundred_inspections_fit_in_about_three_yard_days() -> None:
    rng, yard = random.Random(7), made.yard()
    taken: list[Taken] = []
    days: Counter[int] = Counter()
    for _ in range(300):
        slot = offers.best(
            made.calendar(*taken, days=7), wanted := _mixed(rng), earliest=made.MONDAY
        )
        assert slot is not None, wanted
        taken.extend(fit.taken(yard, slot))
        days[(slot.starts - made.MONDAY).days] += 1
    assert max(days) <= 3
    assert sum(days[day] for day in range(3)) >= 285


def test_every_pair_of_skills_is_there_in_every_shift() -> None:
    yard = made.yard()
    shifts = {team.work.shift for team in yard.teams}
    assert len(shifts) == 2
    for agency, skills in (("customs", CUSTOMS), ("quarantine", QUARANTINE)):
        for pair in combinations(skills, 2):
            able = parts.teams_for(yard, agency, frozenset({"general", *pair}))
            assert {team.work.shift for team in able} == shifts


def test_each_agency_has_about_sixteen_teams_and_every_kind_of_bay_is_there() -> None:
    yard = made.yard()
    assert Counter(team.agency for team in yard.teams) == {"customs": 16, "quarantine": 16}
    assert {bay.kind for bay in yard.bays} == set(BayKind)
