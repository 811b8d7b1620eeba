"""What was found that must not be is told to supervisors, with a time for them."""

from datetime import timedelta
from typing import Any

import pytest

from services.inspection.domain import alarms, inspecting, sampling
from services.inspection.domain.alarms import Acknowledgement, Alarm
from services.inspection.domain.case import Change
from shared.contracts.case import AbnormalFound
from shared.contracts.values import Finding, Sandbox
from tests.unit.inspection import builders as b

BRAND = Finding(code="brand", text="copied brand 仿冒商标")
BOTH = ("customs", "quarantine")
FIRST = Acknowledgement("customs", "head", b.at(5).yard)


def _raised(change: Change) -> list[AbnormalFound]:
    return [each for each in change.events if isinstance(each, AbnormalFound)]


def test_a_finding_raises_an_alarm_and_its_conclusion_does_not_raise_it_again() -> None:
    noted = inspecting.find(b.opened(), b.FOUND_PEST, who=b.CUSTOMS, now=b.at(3))
    (alarm,) = _raised(noted)
    assert (alarm.agency, alarm.findings) == ("customs", (b.FOUND_PEST,))
    assert alarm.acknowledge_by == b.at(33).yard
    concluded = b.concluded(noted.case, b.CUSTOMS, b.NONCONFORM)
    assert [each.findings for each in _raised(concluded)] == [b.NONCONFORM.findings]
    assert _raised(b.concluded(b.opened(), b.CUSTOMS)) == []


def test_the_time_is_that_of_the_most_urgent_finding() -> None:
    now = b.at().yard
    assert alarms.time_for([BRAND], at=now) == timedelta(hours=2)
    assert alarms.time_for([BRAND, b.FOUND_PEST], at=now) == timedelta(minutes=30)


def test_a_laboratorys_bad_result_raises_an_alarm_a_good_one_none() -> None:
    asked = sampling.Draw("kiwifruit 猕猴桃", seal="Q-1", laboratory="L1")
    case = sampling.draw(b.opened(), asked, who=b.QUARANTINE, now=b.at()).case
    told: dict[str, Any] = {
        "report": "R-1",
        "text": "residues 农残超标",
        "who": b.QUARANTINE,
        "now": b.at(60),
    }
    bad = _raised(sampling.judge(case, 1, conforms=False, **told))
    assert [each.findings[0].code for each in bad] == ["laboratory"]
    assert _raised(sampling.judge(case, 1, conforms=True, **told)) == []


def test_what_is_no_real_cargo_alarms_nobody() -> None:
    case = b.opened(sandbox=Sandbox.JOINT)
    assert _raised(inspecting.find(case, b.FOUND_PEST, who=b.CUSTOMS, now=b.at())) == []


def _alarm(**changes: object) -> Alarm:
    facts = {"found_at": b.at().yard, "acknowledge_by": b.at(30).yard}
    return Alarm(record=4, agency="customs", findings=(b.FOUND_PEST,), **(facts | changes))  # type: ignore[arg-type]


def test_it_is_overdue_once_where_an_agency_has_not_acknowledged_it_in_time() -> None:
    case, late = b.opened(), b.at(30).yard
    assert alarms.lapse(case, _alarm(), agencies=BOTH, now=b.at(29).yard) is None
    change = alarms.lapse(case, _alarm(acknowledged=(FIRST,)), agencies=BOTH, now=late)
    assert change is not None
    (note,) = change.notes
    assert (note.kind, note.payload) == ("alarm_overdue", {"alarm": 4, "missing": ["quarantine"]})
    assert alarms.lapse(case, _alarm(overdue_at=late), agencies=BOTH, now=late) is None
    assert (
        alarms.lapse(case, _alarm(acknowledged=(FIRST,)), agencies=("customs",), now=late) is None
    )


@pytest.mark.parametrize(("agencies", "settles"), [(BOTH, True), ((*BOTH, "port"), False)])
def test_an_agency_acknowledges_once_and_says_whether_it_was_the_last(
    agencies: tuple[str, ...], *, settles: bool
) -> None:
    case, alarm = b.opened(), _alarm(acknowledged=(FIRST,))
    assert alarms.acknowledge(case, alarm, agency="customs", agencies=agencies) is None
    change = alarms.acknowledge(case, alarm, agency="quarantine", agencies=agencies)
    assert change is not None
    assert [(each.kind, each.payload) for each in change.notes] == [
        ("alarm_acknowledged", {"alarm": 4, "settles": settles})
    ]
