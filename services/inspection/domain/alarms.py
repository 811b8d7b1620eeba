"""What an agency finds that must not be: the supervisors of every agency acknowledge it in time.

An alarm is the record `abnormal_found` of what one step found. It is acknowledged once by each
agency; what nobody of an agency has acknowledged by its time is recorded as overdue.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from services.inspection.domain.case import Case, Change
from services.inspection.domain.records import Moment
from shared import errors
from shared.contracts.case import AbnormalFound
from shared.contracts.values import Agency, Finding

RAISED, ACKNOWLEDGED, OVERDUE = AbnormalFound.name, "alarm_acknowledged", "alarm_overdue"
OF_LABORATORY = "laboratory"
"""The code of what a laboratory found."""


class AlarmNotFound(errors.NotFound):
    """This record of the case is no alarm."""

    zh = "案卷中没有该异常通报。"
    mend = "Use the `record` of one of the alarms that GET /v1/alarms lists."
    mend_zh = "请使用 GET /v1/alarms 所列异常通报的 record。"


@dataclass(frozen=True)
class Limit:
    """How long supervisors have to acknowledge, from a moment on, for these codes; none: all."""

    since: datetime
    codes: frozenset[str]
    time: timedelta


_REFORM = datetime(2018, 8, 1, tzinfo=UTC)
URGENT = frozenset({"pest", "radiation", "explosive", "weapon", "drugs", "leak", "infected"})
LIMITS = (
    Limit(_REFORM, frozenset(), timedelta(minutes=120)),
    Limit(_REFORM, URGENT, timedelta(minutes=30)),
)
"""Ours, until the agencies agree on others: no published rule gives a time. Of what applies at a
moment the last one counts; a change is another entry with its day.
"""


@dataclass(frozen=True)
class Acknowledgement:
    """That somebody of an agency has seen it (yard clock)."""

    agency: str
    by: str
    at: datetime


@dataclass(frozen=True)
class Alarm:
    """An alarm as it stands (yard clock); `record` is its record's number in the case."""

    record: int
    agency: str
    findings: tuple[Finding, ...]
    found_at: datetime
    acknowledge_by: datetime
    overdue_at: datetime | None = None
    acknowledged: tuple[Acknowledgement, ...] = ()

    def missing(self, agencies: Collection[str]) -> list[str]:
        """The agencies that have not acknowledged it."""
        done = {each.agency for each in self.acknowledged}
        return [each for each in agencies if each not in done]


def time_for(findings: Sequence[Finding], *, at: datetime) -> timedelta:
    """How long supervisors have for what was found at a moment: for the most urgent of it."""
    return min(_time(each.code, at=at) for each in findings)


def _time(code: str, *, at: datetime) -> timedelta:
    fitting = [
        each for each in LIMITS if each.since <= at and (not each.codes or code in each.codes)
    ]
    return fitting[-1].time if fitting else LIMITS[0].time


def raised(change: Change, findings: Sequence[Finding], *, agency: Agency, now: Moment) -> Change:
    """Also raise an alarm for what was found just now; not for what is no real cargo."""
    required = change.case.required
    if not findings or (required is not None and required.sandbox is not None):
        return change
    by = now.yard + time_for(findings, at=now.yard)
    return change.told(
        AbnormalFound, agency=agency, findings=tuple(findings), found_at=now.yard, acknowledge_by=by
    )


def acknowledge(
    case: Case, alarm: Alarm, *, agency: str, agencies: Collection[str]
) -> Change | None:
    """Somebody of the agency has seen it, the last of the `agencies` or not; None if somebody had
    before.
    """
    if not alarm.missing([agency]):
        return None
    settles = not set(alarm.missing(agencies)) - {agency}
    return Change(case).noted(ACKNOWLEDGED, alarm=alarm.record, settles=settles)


def lapse(case: Case, alarm: Alarm, *, agencies: Collection[str], now: datetime) -> Change | None:
    """It is overdue at `now` (yard clock), once; None if it is not, or is known to be."""
    missing = alarm.missing(agencies)
    if alarm.overdue_at is not None or not missing or now < alarm.acknowledge_by:
        return None
    return Change(case).noted(OVERDUE, alarm=alarm.record, missing=list(missing))
