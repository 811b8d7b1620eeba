"""What counts by the pilot's registers: all of the goods, and never what is unclear."""

from dataclasses import replace
from decimal import Decimal

import pytest

from services.mutual_recognition.decision_tables.dictionary import Value
from services.mutual_recognition.domain import pilots
from services.mutual_recognition.domain.pilots import Register, Standing
from services.mutual_recognition.rules import decide
from shared.contracts.values import Element, Mode
from tests import factories
from tests.unit.mutual_recognition import builders

WOOD = "4407110000"


def _goods(**counts: bool) -> Standing:
    return {("customs", Register.GOODS, code[1:]): said for code, said in counts.items()}


@pytest.mark.parametrize(
    ("entries", "counts"),
    [
        ({}, False),
        ({"_44": True}, True),
        ({"_4407110000": True}, True),
        ({"_44": False, "_4407": True}, False),
        ({"_44": True, "_4407": False}, False),
        ({"_4408": True}, False),
    ],
)
def test_an_entry_that_takes_out_weighs_more_than_one_that_takes_in(
    *, entries: dict[str, bool], counts: bool
) -> None:
    standing = _goods(**entries)
    assert pilots.are_goods(builders.wood(), "customs", standing) is counts
    assert pilots.are_goods(builders.wood(), "quarantine", standing) is False


def test_one_line_that_does_not_count_is_enough() -> None:
    cargo = builders.consignment(
        lines=[factories.line(1, hs_code=WOOD), factories.line(2, hs_code="8471300000")]
    )
    assert not pilots.are_goods(cargo, "customs", _goods(_44=True))
    assert pilots.are_goods(cargo, "customs", _goods(_44=True, _84=True))


def test_without_goods_lines_nothing_counts() -> None:
    empty = builders.consignment().model_copy(update={"lines": ()})
    assert not pilots.are_goods(empty, "customs", _goods(_44=True))
    assert not pilots.are_certified(empty, "customs", {})


def test_every_prefix_of_a_code_from_the_chapter_on_is_looked_up() -> None:
    asked = pilots.asked([builders.wood()])
    for register in (Register.GOODS, Register.LICENCES):
        codes = [code for of, code in asked if of is register]
        assert sorted(codes, key=len) == [WOOD[:length] for length in range(2, 11)]


def test_goods_need_a_licence_if_one_agency_says_so_of_any_of_them() -> None:
    cargo = builders.consignment(lines=[factories.line(1, hs_code=WOOD), factories.line(2)])
    assert not pilots.need_licence(cargo, {})
    says = {("customs", Register.LICENCES, "4407"): True}
    assert pilots.need_licence(cargo, says)
    taken_out = {("customs", Register.LICENCES, WOOD): False}
    assert pilots.need_licence(cargo, says | taken_out)
    assert not pilots.need_licence(cargo, taken_out)
    assert not pilots.need_licence(cargo, {("customs", Register.LICENCES, "0101"): True})


APPLES = {"hs_code": "0808100000", "name": "apples 苹果", "duty_percent": "10"}
NAMED = {"pilot_goods_customs": True, "pilot_goods_quarantine": True}


@pytest.mark.parametrize(
    ("known", "row"),
    [
        (NAMED, "R-NAMED"),
        ({**NAMED, "pilot_goods_quarantine": False}, "R-DUTY-QUARANTINE"),
        ({**NAMED, "pilot_goods_customs": False}, "R-DUTY-CUSTOMS"),
        ({**NAMED, "duty_percent_max": Decimal(0)}, "R-NAMED"),
        ({"pilot_goods_customs": True, "duty_percent_max": Decimal(0)}, "R-RISK-QUARANTINE"),
        ({"pilot_goods_quarantine": True, "duty_percent_max": Decimal(0)}, "R-RISK-CUSTOMS"),
        ({**NAMED, "rating_customs": "ordinary"}, "R-RATING-CUSTOMS"),
        ({**NAMED, "rating_quarantine": "suspended"}, "R-DEFAULT"),
        ({**NAMED, "licences_present": True}, "R-LICENCE"),
    ],
)
def test_goods_that_bear_duty_or_risk_are_recognised_if_both_agencies_have_named_them(
    known: dict[str, Value], row: str
) -> None:
    case = builders.trusted(builders.consignment(lines=[factories.line(1, **APPLES)]))
    case = replace(case, inputs=case.inputs.also(**known))
    needs = {agency: builders.need(agency) for agency in builders.AGENCIES.names}
    version = case.tables["recognition"]
    (asked,) = decide.asked_to_recognise(case, needs, agencies=builders.AGENCIES)
    hit = next(version.index.hits(asked, on=case.on))
    assert (hit.row.id, hit.fault) == (row, None)
    assert hit.row.then.eligible is (row == "R-NAMED")


def test_what_nobody_knows_of_the_registers_is_not_recognised() -> None:
    case = builders.trusted(builders.wood())
    unknown = {
        name: value
        for name, value in case.inputs.filing.items()
        if name != "pilot_goods_quarantine"
    }
    case = replace(case, inputs=replace(case.inputs, filing=unknown))
    assert decide.decide(case, agencies=builders.AGENCIES).mode is Mode.JOINT


def test_named_goods_are_held_to_a_percent_of_their_weight() -> None:
    named = builders.case(builders.wood(), rating_customs="high", rating_quarantine="high", **NAMED)
    terms = decide.decide(named, agencies=builders.AGENCIES).terms
    assert terms is not None
    assert terms.tolerances[Element.WEIGHT].percent == 1
    assert terms.tolerances[Element.QUANTITY].percent == 0
