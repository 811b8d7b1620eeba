"""What counts by the pilot's registers: all of the goods, and never what is unclear."""

from dataclasses import replace

import pytest

from services.mutual_recognition.decision_tables.table import Cell, Operator, Row
from services.mutual_recognition.decision_tables.version import Version
from services.mutual_recognition.domain import pilots
from services.mutual_recognition.domain.pilots import Register, Standing
from services.mutual_recognition.rules import decide
from shared.contracts.values import Mode
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
    codes = [code for register, code in pilots.asked([builders.wood()])]
    assert sorted(codes, key=len) == [WOOD[:length] for length in range(2, 11)]


def _named_goods() -> Version:
    """The founding recognition's last two rows, for goods that both agencies have in the pilot."""
    founding = builders.founding()["recognition"]
    *_, allows, default = founding.table.rows
    both = [
        Cell(input=f"pilot_goods_{agency}", op=Operator.EQUALS, value=True)
        for agency in ("customs", "quarantine")
    ]
    rows = (Row.model_validate({**allows.model_dump(), "when": both}), default)
    return replace(founding, table=founding.table.model_copy(update={"rows": rows}))


@pytest.mark.parametrize(
    ("known", "mode"),
    [
        ({"pilot_goods_customs": True, "pilot_goods_quarantine": True}, Mode.RECOGNITION),
        ({"pilot_goods_customs": True, "pilot_goods_quarantine": False}, Mode.JOINT),
        ({"pilot_goods_customs": True}, Mode.JOINT),
    ],
)
def test_a_table_recognises_named_goods_that_both_agencies_have_in_the_pilot(
    known: dict[str, bool], mode: Mode
) -> None:
    case = builders.case(builders.wood(), **known)
    case = replace(case, tables={**case.tables, "recognition": _named_goods()})
    assert decide.decide(case, agencies=builders.AGENCIES).mode is mode
