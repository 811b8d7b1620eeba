"""Treatments: ordered by a conclusion, told as done or failed, late, or not needed any more."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest

from services.inspection.domain import (
    correcting,
    ending,
    ordering,
    treating,
    treatments,
    verdicts,
)
from services.inspection.domain.case import Case, Change
from services.inspection.domain.moves import Status
from services.inspection.domain.records import append
from services.inspection.domain.treatments import Order, Treatment
from shared.contracts.case import AbnormalFound
from shared.contracts.values import Container, Disposal, Outcome, Verdict
from shared.errors import Faults
from tests import factories
from tests.factories import NOW, container_number
from tests.unit.inspection import builders as b

DUE = NOW + timedelta(days=2)
RELEASE = verdicts.Report(Verdict.MINOR, Disposal.RELEASE, (b.FOUND_PEST,))
FUMIGATED: dict[str, Any] = {"certificate": "F-1", "dose": "48", "hours": "24", "celsius": "21.5"}
BOXES = tuple(
    Container(number=container_number(each), size_type="45G1", lines=(each,)) for each in (1, 2)
)


def _report(kind: str = "fumigation", **changes: Any) -> verdicts.Report:
    order = Order(kind, "CNTAO-T1", DUE)
    return replace(b.TREAT, treatment=replace(order, **changes))


def _ordered(report: verdicts.Report | None = None, **facts: Any) -> Change:
    return b.concluded(b.opened(**(facts or b.single())), b.CUSTOMS, report or _report())


def _result(number: int = 1, *, done: bool = True, **figures: str) -> treating.Result:
    told: dict[str, Any] = {
        name: value if name == "certificate" else Decimal(value) for name, value in figures.items()
    }
    return treating.Result(number, done=done, text="seen 已查看", **told)


def _told(case: Case, result: treating.Result, minutes: float = 600) -> Change:
    return treating.tell(case, result, who=b.CUSTOMS, now=b.at(minutes))


def _treatments(case: Case) -> tuple[Treatment, ...]:
    return case.sections[0].treatments


def _codes(report: verdicts.Report) -> list[tuple[str, str]]:
    with pytest.raises(Faults) as refused:
        _ordered(report)
    return [(each.code, each.pointer) for each in refused.value.faults]


def test_a_conclusion_to_treat_makes_an_order_and_a_record_of_it() -> None:
    change = _ordered()
    (order,) = _treatments(change.case)
    assert (order.kind, order.by, order.due, order.open) == ("fumigation", "CNTAO-T1", DUE, True)
    note = next(each for each in change.notes if each.kind == "treatment_ordered")
    assert (note.payload["agency"], note.payload["number"]) == ("customs", 1)
    assert note.payload["conclusion"] == 1


def test_an_order_that_cannot_be_is_refused_with_all_that_is_wrong() -> None:
    assert _codes(replace(b.TREAT, treatment=None)) == [("treatment_missing", "/treatment")]
    assert _codes(_report("prayer", due=NOW)) == [
        ("treatment_kind_unknown", "/treatment/kind"),
        ("treatment_due_past", "/treatment/due"),
    ]
    assert _codes(_report("other")) == [("treatment_text_missing", "/treatment/text")]
    order = Order("cleaning", "T1", DUE)
    assert _codes(replace(RELEASE, treatment=order)) == [("treatment_unfit", "/treatment")]
    full = replace(
        b.opened(**b.single()).sections[0], treatments=(_treatments(_ordered().case) * 50)
    )
    with pytest.raises(ordering.TooManyTreatments):
        b.concluded(b.opened(**b.single()).with_section(full), b.CUSTOMS, _report())


def test_kinds_are_dated_and_say_what_they_are_judged_by() -> None:
    known = treatments.kinds()
    assert {"fumigation", "heat", "cold", "disinfection", "relabelling", "removal"} <= set(known)
    assert all(each.said.zh and each.said.en for each in known.values())
    kind = replace(known["heat"], valid_until=date(2026, 3, 2))
    days = (date(2018, 7, 31), date(2018, 8, 1), date(2026, 3, 2), date(2026, 3, 3))
    assert [kind.on(day) for day in days] == [False, True, True, False]


def test_nothing_is_released_before_the_treatment_is_told_nor_if_it_failed() -> None:
    held = b.kept(
        ending.meet(_ordered().case, Outcome.HELD, reason=factories.said("treat"), now=b.at(60))
    )
    with pytest.raises(ordering.TreatmentAwaited):
        b.concluded(held, b.CUSTOMS, RELEASE, minutes=600)
    failed = _told(held, _result(done=False)).case
    with pytest.raises(ordering.TreatmentFailed):
        b.concluded(failed, b.CUSTOMS, RELEASE, minutes=700)
    again = b.concluded(failed, b.CUSTOMS, _report("heat"), minutes=700).case
    done = _told(again, _result(2, certificate="H-1", hours="0.5", celsius="56"), 800).case
    assert "concluded" in b.names(b.concluded(done, b.CUSTOMS, RELEASE, minutes=900))
    assert "concluded" in b.names(b.concluded(failed, b.CUSTOMS, b.NONCONFORM, minutes=700))


def test_one_that_is_done_has_the_figures_that_its_kind_is_judged_by() -> None:
    case = _ordered().case
    with pytest.raises(Faults) as refused:
        _told(case, _result(hours="24"))
    assert [(each.code, each.pointer) for each in refused.value.faults] == [
        ("treatment_certificate_missing", "/certificate"),
        ("treatment_figure_missing", "/dose"),
        ("treatment_figure_missing", "/celsius"),
    ]
    assert refused.value.faults[1].facts["unit"] == "g/m3"
    change = _told(case, _result(**FUMIGATED))
    (note,) = change.notes
    assert (note.kind, note.payload["dose"], note.payload["done"]) == (
        "treatment_reported",
        "48",
        True,
    )
    with pytest.raises(treating.TreatmentSettled):
        _told(change.case, _result(**FUMIGATED))
    for number in (0, 2):
        with pytest.raises(treating.TreatmentUnknown):
            _told(case, _result(number))


def test_one_that_failed_raises_an_alarm() -> None:
    change = _told(_ordered().case, _result(done=False))
    (event,) = change.events
    assert isinstance(event, AbnormalFound)
    assert [(each.code, each.text) for each in event.findings] == [
        ("treatment_failed", "seen 已查看")
    ]


def test_one_that_is_late_is_told_once() -> None:
    case = _ordered().case
    minutes = timedelta(days=2) / timedelta(minutes=1)
    assert treating.lapse(case, "customs", 1, now=b.at(minutes - 1)) is None
    late = treating.lapse(case, "customs", 1, now=b.at(minutes))
    assert late is not None
    assert [note.kind for note in late.notes] == ["treatment_overdue", "abnormal_found"]
    (event,) = late.events
    assert isinstance(event, AbnormalFound)
    assert event.findings[0].code == "treatment_overdue"
    assert treating.lapse(late.case, "customs", 1, now=b.at(minutes + 1)) is None
    told = _told(late.case, _result(**FUMIGATED), minutes + 1).case
    assert _treatments(told)[0].overdue_at == b.at(minutes).yard
    done = _told(case, _result(**FUMIGATED)).case
    assert treating.lapse(done, "customs", 1, now=b.at(minutes)) is None
    ended = replace(case, status=Status.COMPLETED)
    assert treating.lapse(ended, "customs", 1, now=b.at(minutes)) is None


def test_what_may_not_come_in_or_has_ended_is_not_treated() -> None:
    case = _ordered().case
    assert treating.settled(Change(case), now=b.at(60).yard) == Change(case)
    refused = b.concluded(case, b.CUSTOMS, b.NONCONFORM, minutes=60)
    given_up = treating.settled(refused, now=b.at(60).yard)
    assert given_up.notes[-1].kind == "treatment_cancelled"
    assert _treatments(given_up.case)[0].cancelled_at == b.at(60).yard
    with pytest.raises(treating.TreatmentSettled):
        _told(given_up.case, _result(**FUMIGATED))
    ended = Change(replace(case, status=Status.COMPLETED))
    assert [note.kind for note in treating.settled(ended, now=b.at(60).yard).notes] == [
        "treatment_cancelled"
    ]


def test_other_containers_are_concluded_while_one_is_treated() -> None:
    facts = b.single() | {"containers": BOXES}
    first = replace(_report(), containers=(container_number(1),))
    case = _ordered(first, **facts).case
    (order,) = _treatments(case)
    assert order.containers == (container_number(1),)
    other = replace(b.CONFORM, containers=(container_number(2),))
    assert b.names(b.concluded(case, b.CUSTOMS, other)) == ["partly_concluded"]
    with pytest.raises(ordering.TreatmentAwaited):
        b.concluded(case, b.CUSTOMS, replace(RELEASE, containers=(container_number(1),)))


def test_a_result_is_corrected_in_what_it_says() -> None:
    change = _told(_ordered().case, _result(**FUMIGATED))
    record = append(b.new().head, change.notes, case_id=b.CASE, actor=b.CUSTOMS, now=b.at())[0]
    right = {"certificate": "F-2"}
    after = treating.corrected(change.case, record, right)
    result = _treatments(after)[0].result
    assert result is not None
    assert result.certificate == "F-2"
    proposed = correcting.correct(change.case, record, right, reason="typo 笔误", who=b.CUSTOMS)
    assert [note.kind for note in proposed.notes] == ["correction_proposed"]
