"""What waiting, lateness and changes cost is dated data with its sources."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest

from services.booking.domain import weights
from services.booking.domain.weights import History, Weight
from shared.contracts.values import BayKind

DAY = date(2026, 11, 23)


def test_every_weight_that_comes_along_holds_is_positive_and_says_where_it_is_from() -> None:
    held = weights.at(DAY)
    assert set(held.wait) == set(BayKind)
    assert all(each.cny > 0 and each.source for each in weights.published().weights)


def test_a_weight_holds_from_its_day_on_and_not_before() -> None:
    dearer = Weight("late", Decimal(90), DAY, "test")
    both = History((*weights.published().weights, dearer))
    assert both.at(DAY).late == 90
    assert both.at(DAY - timedelta(days=1)).late == weights.at(DAY).late != 90
    assert both.at(DAY) == replace(weights.at(DAY), late=Decimal(90))


def test_a_weight_that_is_not_valid_yet_is_missed_by_name() -> None:
    with pytest.raises(LookupError, match=r"wait\.plain on 2018-07-31"):
        weights.at(date(2018, 7, 31))


def test_waiting_costs_by_teu_and_hour_and_perishables_decay_besides() -> None:
    held = weights.at(DAY)
    span = timedelta(hours=2, minutes=30)
    firm = held.waiting(BayKind.REEFER, span, teu=Decimal(2), perishable=False)
    soft = held.waiting(BayKind.REEFER, span, teu=Decimal(2), perishable=True)
    assert firm == held.wait[BayKind.REEFER] * 5
    assert soft - firm == held.decay * 5


def test_what_is_in_time_costs_nothing() -> None:
    assert weights.at(DAY).lateness(timedelta(hours=-1), teu=Decimal(1)) == 0
    assert weights.at(DAY).lateness(timedelta(hours=1), teu=Decimal(3)) == weights.at(DAY).late * 3
