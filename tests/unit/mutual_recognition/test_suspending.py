"""What suspends a company, by the founding policy; and that it fails closed."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from services.mutual_recognition.decision_tables import check
from services.mutual_recognition.decision_tables.table import Table
from services.mutual_recognition.rules import suspending
from tests.unit.mutual_recognition import builders

POLICY = builders.founding()["suspension"]
KNOWN = builders.case(builders.wood()).inputs.also(
    verdict="conform",
    disposal="release",
    findings=(),
    name_disagrees=False,
    quantity_disagrees=False,
    weight_disagrees=False,
    undeclared_goods=False,
    not_found=False,
    deviation_percent_max=Decimal(0),
)


@pytest.mark.parametrize(
    ("found", "row", "days"),
    [
        ({"verdict": "nonconform", "name_disagrees": True}, "S-REFUSED", 180),
        ({"name_disagrees": True}, "S-NAME", 90),
        ({"undeclared_goods": True}, "S-UNDECLARED", 90),
        ({"deviation_percent_max": Decimal(10)}, "S-FAR", 30),
    ],
)
def test_the_first_row_that_is_met_suspends(found: Any, row: str, days: int) -> None:
    judged = suspending.judge(KNOWN.also(**found), POLICY, on=builders.DAY)
    assert judged is not None
    assert (judged.row, judged.liftable_from) == (row, builders.DAY + timedelta(days=days))


@pytest.mark.parametrize("verdict", ["conform", "minor", "suspend"])
def test_what_no_row_names_suspends_nobody(verdict: str) -> None:
    assert suspending.judge(KNOWN.also(verdict=verdict), POLICY, on=builders.DAY) is None


@pytest.mark.parametrize("broken", [{"verdict": "?"}, {"deviation_percent_max": "many"}])
def test_what_cannot_be_evaluated_suspends_until_it_is_looked_at(broken: Any) -> None:
    judged = suspending.judge(KNOWN.also(**broken), POLICY, on=builders.DAY)
    assert judged is not None
    assert judged.liftable_from == builders.DAY
    assert "could not be evaluated" in judged.reason.en


def _faults(then: dict[str, Any], *, row: int = 0) -> list[str]:
    content = POLICY.table.model_dump(mode="json", exclude_defaults=True)
    content["rows"][row]["then"] = then
    found = check.faults(
        "suspension",
        Table.model_validate(content),
        dictionary=POLICY.dictionary,
        agencies=builders.AGENCIES,
    )
    return [each.code for each in found]


WAY_BACK = {"en": "an audit", "zh": "稽核"}


@pytest.mark.parametrize(
    "then",
    [
        {},
        {"suspend": True, "days": 30},
        {"suspend": True, "way_back": WAY_BACK},
        {"suspend": False, "days": 30},
        {"suspend": True, "days": 30, "way_back": WAY_BACK, "eligible": True},
    ],
)
def test_a_row_says_how_long_and_the_way_back_or_nothing(then: dict[str, Any]) -> None:
    assert _faults(then) == ["not_a_suspension_verdict"]


def test_the_last_row_suspends_nobody_and_a_longer_suspension_stands_first() -> None:
    suspends = {"suspend": True, "days": 30, "way_back": WAY_BACK}
    assert _faults(suspends, row=-1) == ["last_row_not_the_default"]
    assert _faults(suspends) == ["hidden_by_a_softer_row"] * 2
