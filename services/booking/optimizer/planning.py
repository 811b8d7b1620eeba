"""The optimizer's entry: a problem in, a closed result out."""

from decimal import Decimal

import numpy as np

from services.booking.optimizer import bound as bounding
from services.booking.optimizer import frame as framing
from services.booking.optimizer import naming, queue, search
from services.booking.optimizer.budget import Budget, Spent
from services.booking.optimizer.lacks import Lacks
from services.booking.optimizer.problem import LEFT_OUT, Problem
from services.booking.optimizer.queue import Queue
from services.booking.optimizer.result import NoPlan, Outcome, Plan, objective
from services.booking.optimizer.search import Search

WORKERS = 2


def plan(problem: Problem, *, budget: Budget, seed: int, left_out: Decimal = LEFT_OUT) -> Outcome:
    """The best plan that the budget finds, with a proven bound.

    A request that cannot be served is left out, with the reason, and costs `left_out` CNY.
    """
    spent = Spent(budget)
    if not problem.requests:
        return NoPlan({})
    lacks = Lacks(problem)
    hopeless = lacks.hopeless()
    if len(hopeless) == len(problem.requests):
        return NoPlan(hopeless)
    model = framing.build(problem, left_out)
    bound = bounding.begin(model.frame)
    method = Queue if queue.applies(model.frame) else Search
    searching = method(model, bound, seed=seed, workers=WORKERS)
    searching.run(spent)
    places = naming.places(model, searching.state())
    cost = objective(problem, places, left_out)
    return Plan(
        places=places,
        unscheduled=lacks.without(places),
        objective=cost,
        bound=min(cost, model.money(bound.proven)),
        seconds=spent.seconds,
        seed=seed,
        turns=spent.turns,
    )


def first_come(problem: Problem, *, left_out: Decimal = LEFT_OUT) -> Decimal:
    """What a calendar costs that gives each request, as it came in, the best slot still free."""
    model = framing.build(problem, left_out)
    order = sorted(range(len(problem.requests)), key=lambda j: problem.requests[j].requested)
    cost = search.in_order(model.frame, np.array(order, np.int64))
    return model.money(cost)
