"""A decision says which rows decided, which nearly did, and what would lead to another verdict."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest

from services.mutual_recognition.decision_tables.table import Cell
from services.mutual_recognition.domain.determination import Order
from services.mutual_recognition.rules import decide, dictionaries, explain, mismatch, prose
from services.mutual_recognition.rules.decide import Case
from services.mutual_recognition.rules.explain import Asked, Explanation
from shared.contracts.values import Mode, Scope
from tests import factories
from tests.unit.mutual_recognition import builders

HALF_TRUSTED = builders.case(builders.wood(), rating_customs="high")


def _explained(case: Case) -> Explanation:
    agencies = builders.AGENCIES
    return explain.explain(case, decide.decide(case, agencies=agencies), agencies=agencies)


def _table(case: Case, name: str) -> Asked:
    return next(each for each in _explained(case).tables if each.table == name)


def _what_if(case: Case, mode: Mode) -> list[str]:
    return [each.said.en for each in _explained(case).what_if if each.mode is mode]


def test_it_says_by_which_rows_and_which_laws_each_table_decided() -> None:
    table = _table(HALF_TRUSTED, "recognition")
    (decided,) = table.decided
    assert (decided.row, table.version) == ("R-RATING-QUARANTINE", 3)
    assert decided.reason.zh == "收发货人未获检验检疫高信用等级。"
    assert decided.source
    assert "not rated high by quarantine" in _explained(HALF_TRUSTED).verdict.en


def test_the_row_that_lacks_one_thing_and_says_otherwise_is_told_first() -> None:
    first = _table(HALF_TRUSTED, "recognition").nearly[0]
    (lack,) = first.lacks
    assert (first.row, lack.input) == ("R-RECOGNISE", "rating_quarantine")
    assert lack.asked.en == "the company's quarantine rating: high"
    assert lack.given.zh == "未评级"


def test_a_row_that_is_met_behind_the_one_that_decided_lacks_nothing() -> None:
    case = builders.case(builders.wood(), licences_present=True)
    met = [each.row for each in _table(case, "recognition").nearly if not each.lacks]
    assert met == ["R-RATING-CUSTOMS", "R-RATING-QUARANTINE"]


def test_of_several_lines_the_nearest_is_named() -> None:
    lines = [
        factories.line(1, duty_percent="5"),
        factories.line(2, hs_code="4407110000", duty_percent="5"),
    ]
    case = builders.case(builders.consignment(lines=lines))
    agri = next(e for e in _table(case, "selection-customs").nearly if e.row == "C-FREE-AGRI")
    assert (agri.line, [lack.input for lack in agri.lacks]) == (2, ["duty_percent"])


def test_only_tables_that_were_asked_are_told() -> None:
    one = _explained(builders.case(builders.wood(duty_percent="5")))
    assert {each.table for each in one.tables} == {"selection-customs", "selection-quarantine"}
    refused = builders.trusted(builders.wood()).refused(mismatch.of_findings())
    assert _table(refused, "mismatch").decided[0].row == "M-FINDINGS"


def test_what_would_have_to_change_is_said_as_officers_would() -> None:
    (told,) = [each for each in _explained(HALF_TRUSTED).what_if if each.mode is Mode.RECOGNITION]
    assert told.said.en == (
        "Recognised without a second unpacking if the company's quarantine rating were high."
    )
    assert told.said.zh == "如企业的检验检疫评级为高，则监管互认，不再掏箱。"


def test_two_changes_are_looked_for_where_one_leads_nowhere() -> None:
    assert _what_if(builders.case(builders.wood()), Mode.RECOGNITION) == [
        "Recognised without a second unpacking if the company's customs rating were high"
        " and the company's quarantine rating were high."
    ]


def test_every_thing_that_a_recognition_hangs_on_is_named() -> None:
    told = " ".join(_what_if(builders.trusted(builders.wood()), Mode.JOINT))
    for part in (
        "the filing had dangerous goods",
        "the filing had goods under a licence",
        "the highest duty in percent were at least 0.01",
        "customs rating were low or ordinary or suspended or none",
        "quarantine rating were low or ordinary or suspended or none",
        "the random draw of 10,000 were below 500 (table recognition)",
    ):
        assert part in told


def test_nothing_a_company_changes_undoes_an_order_or_a_refused_recognition() -> None:
    trusted = builders.trusted(builders.wood())
    order = Order(
        id=UUID(int=9),
        cause="late_selection",
        agency="customs",
        scope=Scope.UNPACK,
        reason="a tip 举报",
        given_by="officer",
        given_at=datetime(2026, 3, 2, tzinfo=UTC),
    )
    assert _what_if(trusted.ordered(order), Mode.RECOGNITION) == []
    assert _what_if(trusted.refused(mismatch.of_findings()), Mode.RECOGNITION) == []


@pytest.mark.parametrize("given", [None, "excellent", 5])
def test_a_case_with_an_input_that_cannot_be_is_explained_too(given: Any) -> None:
    broken = replace(HALF_TRUSTED, inputs=HALF_TRUSTED.inputs.also(rating_customs=given))
    told = _explained(broken)
    assert "could not be evaluated" in told.verdict.en
    assert [each for each in told.what_if if each.mode is Mode.RECOGNITION] == []


@pytest.mark.parametrize(
    ("name", "op", "value", "en", "zh"),
    [
        ("origin", "in", ["KR", "JP"], "the origin of a line: KR or JP", "原产国：KR或JP"),
        ("chilled", "equals", False, "chilled goods: no", "冷藏货物：否"),
        (
            "net_kg",
            "range",
            {"below": "5"},
            "the net weight in kg: below 5",
            "净重（千克）：低于 5",
        ),
        (
            "net_kg",
            "range",
            {"min": "1", "below": "5"},
            "the net weight in kg: at least 1 and below 5",
            "净重（千克）：不低于 1且低于 5",
        ),
        (
            "arrival",
            "days",
            {"first": "2026-06-01", "last": "2026-06-30"},
            "the day of arrival: from 2026-06-01 on and before 2026-07-01",
            "到港日期：2026-06-01 起且2026-07-01 之前",
        ),
        (
            "hs_code",
            "prefix",
            ["01"],
            "the HS code of a line: begins with 01",
            "商品编码：以 01 开头",
        ),
    ],
)
def test_a_condition_is_said_in_both_languages(
    name: str, op: str, value: Any, en: str, zh: str
) -> None:
    asked = dictionaries.of("selection-customs", builders.AGENCIES)[name]
    cell = Cell.model_validate({"input": name, "op": op, "value": value})
    said = prose.condition(asked, cell)
    assert (said.en, said.zh) == (en, zh)
