"""The founding rules, the table of modes, orders on top, and the careful way where rules break."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest

from services.mutual_recognition.domain.determination import Determination, Order
from services.mutual_recognition.rules import decide
from services.mutual_recognition.rules.decide import Case
from shared.contracts.values import BayKind, Mode, Scope
from tests import factories
from tests.unit.mutual_recognition import builders


def _decide(case: Case) -> Determination:
    return decide.decide(case, agencies=builders.AGENCIES)


def _order(agency: str, scope: Scope = Scope.UNPACK, **more: Any) -> Order:
    return Order(
        id=UUID(int=9),
        cause="late_selection",
        agency=agency,
        scope=scope,
        reason="a tip 举报",
        given_by="officer",
        given_at=datetime(2026, 3, 2, tzinfo=UTC),
        **more,
    )


def test_where_nobody_selects_nothing_is_required() -> None:
    laptops = builders.consignment(lines=[factories.line(1)])
    result = _decide(builders.case(laptops))
    assert (result.mode, result.needs, result.primary_agency) == (Mode.NONE, (), None)
    assert [row.row for row in result.rows] == ["Q-DEFAULT", "C-DEFAULT"]


def test_where_one_selects_it_inspects_alone() -> None:
    result = _decide(builders.case(builders.wood(duty_percent="5")))
    assert result.mode is Mode.SINGLE
    assert [need.agency for need in result.needs] == ["quarantine"]
    assert result.needs[0].skills == ("plant",)


def test_where_both_select_they_inspect_together() -> None:
    result = _decide(builders.case(builders.wood()))
    assert result.mode is Mode.JOINT
    assert [need.agency for need in result.needs] == ["quarantine", "customs"]
    assert result.rows[-1].row == "R-RATING-CUSTOMS"


def test_a_company_that_both_trust_is_unpacked_by_the_primary_agency_alone() -> None:
    result = _decide(builders.trusted(builders.wood()))
    assert result.mode is Mode.RECOGNITION
    assert [need.agency for need in result.needs] == ["quarantine"]
    assert result.recognising is not None
    assert result.recognising.agency == "customs"
    assert result.terms is not None


@pytest.mark.parametrize(
    ("known", "row"),
    [
        ({"rating_customs": "ordinary"}, "R-RATING-CUSTOMS"),
        ({"rating_quarantine": "low"}, "R-RATING-QUARANTINE"),
        ({"licences_present": True}, "R-LICENCE"),
        ({"dangerous_goods": True}, "R-DANGEROUS"),
    ],
)
def test_without_every_condition_there_is_no_recognition(known: dict[str, Any], row: str) -> None:
    trusted = {"rating_customs": "high", "rating_quarantine": "high"}
    result = _decide(builders.case(builders.wood(), **{**trusted, **known}))
    assert result.mode is Mode.JOINT
    assert row in [each.row for each in result.rows]


def test_a_share_of_what_would_be_recognised_is_checked_again() -> None:
    drawn = [_decide(builders.trusted(builders.wood(), drawn=side)) for side in (499, 500)]
    assert [result.mode for result in drawn] == [Mode.JOINT, Mode.RECOGNITION]


def test_an_error_in_the_recognition_table_makes_it_joint() -> None:
    case = builders.trusted(builders.wood())
    draws = {name: side for name, side in case.draws.items() if name != "recognition"}
    result = _decide(replace(case, draws=draws))
    assert result.mode is Mode.JOINT
    assert "draw is missing" in result.rows[-1].reason_en


@pytest.mark.parametrize("name", ["selection-customs", "selection-quarantine"])
def test_an_agency_without_a_table_inspects(name: str) -> None:
    case = builders.case(builders.consignment(lines=[factories.line(1)]))
    tables = {key: version for key, version in case.tables.items() if key != name}
    result = _decide(replace(case, tables=tables))
    assert result.mode is Mode.SINGLE
    assert result.needs[0].agency == name.removeprefix("selection-")
    assert result.rows[0].row == "no-table" or result.rows[-1].row == "no-table"


def test_without_a_recognition_table_both_inspect() -> None:
    case = builders.trusted(builders.wood())
    tables = {key: each for key, each in case.tables.items() if key != "recognition"}
    assert _decide(replace(case, tables=tables)).mode is Mode.JOINT


def test_rules_before_their_first_day_select_everything() -> None:
    case = builders.case(builders.consignment(lines=[factories.line(1)]))
    early = replace(case, on=case.on.replace(year=2019))
    assert _decide(early).mode is Mode.JOINT


def test_the_deepest_scope_the_most_minutes_and_two_specialities_count() -> None:
    mixed = builders.consignment(
        lines=[
            factories.line(1, hs_code="0201100000", duty_percent="20"),
            factories.line(2, hs_code="4407110000"),
            factories.line(3, hs_code="1905310000"),
        ]
    )
    result = _decide(builders.case(mixed, drawn=1_000))
    need = result.needs[0]
    assert (need.scope, need.skills) == (Scope.SAMPLE, ("animal", "food"))
    assert need.minutes == 75 + 10


def test_more_containers_take_longer_up_to_three_hours() -> None:
    boxes = [factories.container(number) for number in range(1, 31)]
    many = builders.consignment(lines=[factories.line(1, hs_code="4407110000")], containers=boxes)
    assert [need.minutes for need in _decide(builders.case(many)).needs] == [180, 180]


@pytest.mark.parametrize(
    ("changes", "kind"),
    [
        ({}, BayKind.PLAIN),
        ({"perishable_until": "2026-03-09T00:00:00Z"}, BayKind.REEFER),
        ({"containers": [factories.container(1, size_type="45R1")]}, BayKind.REEFER),
        ({"dangerous_goods": True}, BayKind.DANGEROUS),
    ],
)
def test_the_cargo_decides_the_bay(changes: dict[str, Any], kind: BayKind) -> None:
    lines = [factories.line(1, hs_code="4407110000")]
    cargo = builders.consignment(lines=lines, **changes)
    assert _decide(builders.case(cargo)).bay_kind is kind


def test_who_only_scans_gets_a_scanner() -> None:
    laptops = builders.consignment(lines=[factories.line(1)])
    result = _decide(
        replace(
            builders.case(laptops),
            draws={
                **dict.fromkeys(builders.founding(), builders.NEVER_DRAWN),
                "selection-customs": 0,
            },
        )
    )
    assert (result.mode, result.bay_kind) == (Mode.SINGLE, BayKind.SCAN)


def test_an_order_adds_the_agency_and_ends_the_recognition() -> None:
    alone = builders.case(builders.wood(duty_percent="5")).ordered(_order("customs"))
    assert _decide(alone).mode is Mode.JOINT
    recognised = builders.trusted(builders.wood()).ordered(_order("customs"))
    assert _decide(recognised).mode is Mode.JOINT


def test_an_order_only_deepens() -> None:
    case = builders.case(builders.wood(duty_percent="5"))
    shallow = _decide(case.ordered(_order("quarantine", Scope.DOCUMENTS)))
    deep = _decide(case.ordered(_order("quarantine", Scope.SAMPLE, skills=("food",))))
    assert shallow.needs == _decide(case).needs
    assert (deep.needs[0].scope, deep.needs[0].skills) == (Scope.SAMPLE, ("food", "plant"))


def test_after_a_refused_recognition_both_inspect() -> None:
    case = replace(builders.trusted(builders.wood()), recognition_refused=True)
    assert _decide(case).mode is Mode.JOINT
