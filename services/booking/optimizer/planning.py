"""The optimizer's entry: a problem in, a closed result out."""

from collections.abc import Collection, Mapping
from dataclasses import replace
from decimal import Decimal

import numpy as np

from services.booking.optimizer import bound as bounding
from services.booking.optimizer import islands, modelling, naming, queue, search, seating
from services.booking.optimizer.bound import Bound
from services.booking.optimizer.budget import Budget, Spent
from services.booking.optimizer.lacks import Lacks
from services.booking.optimizer.modelling import Model
from services.booking.optimizer.problem import LEFT_OUT, Place, Problem
from services.booking.optimizer.queue import Queue
from services.booking.optimizer.result import NoPlan, Outcome, Plan, objective
from services.booking.optimizer.search import Search

WORKERS = 2
EVERYTHING = Decimal(1)


def plan(
    problem: Problem,
    *,
    budget: Budget,
    seed: int,
    left_out: Decimal = LEFT_OUT,
    most_moved: Decimal = EVERYTHING,
) -> Outcome:
    """The best plan that the budget finds, with a proven bound.

    A request that cannot be served is left out, with the reason, and costs `left_out` CNY. What
    is booked keeps a slot, and at most the share `most_moved` of all bookings gets another one,
    besides those that cannot be kept; bays and teams are given anew.
    """
    spent = Spent(budget)
    lacks = Lacks(problem)
    hopeless = lacks.hopeless()
    if len(hopeless) == len(problem.requests):
        return NoPlan(hopeless)
    model = modelling.build(_without(problem, hopeless), left_out)
    bound = bounding.begin(model.frame)
    lost = {each.id for each in problem.requests if each.booked and each.id in hopeless}
    broken = islands.drop_broken(model) | lost
    problem = _without_bookings(problem, broken)
    searching = _search(model, bound, seed, most_moved)
    searching.run(spent)
    places = seating.restored(problem, naming.places(model, searching.state()))
    cost = objective(problem, places, left_out)
    return Plan(
        places=places,
        unscheduled=lacks.without(places),
        moved=_moved(problem, places),
        broken=broken,
        objective=cost,
        bound=min(cost, model.money(bound.proven) + left_out * len(hopeless)),
        seconds=spent.seconds,
        seed=seed,
        turns=spent.turns,
    )


def _search(model: Model, bound: Bound, seed: int, most_moved: Decimal) -> Queue | Search:
    """The search that fits the problem."""
    if queue.applies(model.frame):
        return Queue(model, bound, seed=seed, workers=WORKERS)
    booked = int(np.count_nonzero(model.frame.kept_start >= 0))
    return Search(model, bound, seed=seed, workers=WORKERS, most_moved=int(booked * most_moved))


def _without(problem: Problem, names: Collection[str]) -> Problem:
    """The problem without these requests: the kernel relies on it that each fits into a day."""
    return replace(problem, requests=tuple(r for r in problem.requests if r.id not in names))


def _without_bookings(problem: Problem, names: frozenset[str]) -> Problem:
    """The problem as if these had no booking."""
    requests = (replace(r, booked=None) if r.id in names else r for r in problem.requests)
    return replace(problem, requests=tuple(requests))


def _moved(problem: Problem, places: Mapping[str, Place]) -> frozenset[str]:
    """Those that have another slot than is booked."""
    return frozenset(
        request.id
        for request in problem.requests
        if (place := places.get(request.id)) and request.changed(place.start, place.yard)
    )


def first_come(problem: Problem, *, left_out: Decimal = LEFT_OUT) -> dict[str, Place]:
    """The slots of a calendar that gives each request, as it came in, the best one still free."""
    model = modelling.build(_without(problem, Lacks(problem).hopeless()), left_out)
    requests = model.problem.requests
    order = sorted(range(len(requests)), key=lambda j: requests[j].requested)
    return naming.places(model, search.in_order(model.frame, np.array(order, np.int64)))


def booked(
    problem: Problem, places: Mapping[str, Place], *, change_cost: Decimal = Decimal(0)
) -> Problem:
    """The problem in which these slots are booked; another one costs `change_cost` CNY."""
    requests = (
        replace(each, booked=places.get(each.id), change_cost=change_cost)
        for each in problem.requests
    )
    return replace(problem, requests=tuple(requests))
