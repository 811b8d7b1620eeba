"""What the API answers with, made from rows."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from pydantic import BaseModel
from sqlalchemy import RowMapping

from services.mutual_recognition.decision_tables.table import Table
from services.mutual_recognition.domain.determination import Determination, Order, Terms
from services.mutual_recognition.domain.recognition import Status as RecognitionStatus
from services.mutual_recognition.domain.requirement import Requirement, Status
from services.mutual_recognition.rules.explain import Explanation
from services.mutual_recognition.store import requirement_of
from shared.auth.principal import Principal, Role
from shared.contracts.recognition import ElementVerdict
from shared.contracts.requirement import DecidingRow
from shared.contracts.values import AgencyNeed, BayKind, Element, Mode, Outcome, Purpose, Said


class RecognitionOut(BaseModel):
    """A recognition: terms agreed beforehand, verdicts once found was compared with declared.

    `terms`, `verdicts` and `reason` are null where they are not yours to see yet. `result_due`:
    when the primary agency's result must have come; null unless it is expected and planned.
    `conclusions` are the numbers of that agency's in the case on which the verdicts rest.
    """

    id: UUID
    filing_id: UUID
    requirement_id: UUID
    status: RecognitionStatus
    primary_agency: str
    recognising_agency: str
    elements: tuple[Element, ...]
    terms: Terms | None
    result_due: datetime | None
    verdicts: list[ElementVerdict] | None
    conclusions: list[int] | None
    reason: Said | None
    changed_at: datetime


class ContainerOut(BaseModel):
    """A container, and what was decided of it: null while that is to come. `held` is open."""

    number: str
    outcome: Outcome | None
    reason: Said | None


class RequirementOut(BaseModel):
    """A requirement as it stands. `pending` is a change that the broker waits for.

    `rows` (why it is so, with the officers' orders in their own words) is null where it is not
    yours to see yet.
    """

    id: UUID
    filing_id: UUID
    filing_version: int
    revision: int
    version: int
    status: Status
    mode: Mode
    primary_agency: str | None
    needs: tuple[AgencyNeed, ...]
    recognising: AgencyNeed | None
    bay_kind: BayKind
    rows: tuple[DecidingRow, ...] | None
    decision_id: UUID
    pending: Purpose | None
    outcome: Outcome | None
    reason: Said | None
    containers: list[ContainerOut]
    recognition: RecognitionOut | None = None


class DrawsOut(BaseModel):
    """The draws of each table under another seed."""

    seed_id: str
    draws: dict[str, int]


class DecisionOut(BaseModel):
    """Why: everything a determination depended on, and the determination.

    `draws` are HMAC-SHA256 draws from 0 to 9,999 for `draw_key`, under the seed `seed_id`;
    `further_draws` those under other seeds: the most careful of them counts.
    `mismatch` is what is known of a recognition that was refused. `recomputed` says whether the
    same inputs give the same determination today.
    """

    id: UUID
    requirement_id: UUID
    filing_id: UUID
    filing_version: int
    revision: int
    cause: str
    decided_on: date
    decided_at: datetime
    inputs: dict[str, Any]
    tables: dict[str, int]
    seed_id: str
    draw_key: str
    draws: dict[str, int]
    further_draws: list[DrawsOut]
    orders: list[Order]
    recognition_refused: bool
    mismatch: dict[str, Any] | None
    outcome: Determination
    explanation: Explanation
    recomputed: bool


class CompanyOut(BaseModel):
    """A registered company."""

    uscc: str
    name: str
    registered_by: str
    registered_at: datetime


class RatingOut(BaseModel):
    """An agency's rating; both days are included, no `valid_to` means until further notice."""

    id: UUID
    agency: str
    grade: str
    valid_from: date
    valid_to: date | None
    grounds: str
    given_by: str
    given_at: datetime


class RatedCompanyOut(CompanyOut):
    """A company with all ratings it was ever given, the oldest first."""

    ratings: list[RatingOut]


class ApprovalOut(BaseModel):
    """An agency's approval of a table."""

    agency: str
    approved_by: str
    approved_at: datetime


class VersionOut(BaseModel):
    """One version of a table."""

    name: str
    version: int
    status: str
    valid_from: date
    author: str
    author_agency: str
    drafted_at: datetime
    submitted_at: datetime | None
    published_at: datetime | None
    rejected_by: str | None
    rejected_at: datetime | None
    rejected_because: str | None


class AttachedBacktestOut(BaseModel):
    """The last backtest that was done of exactly this content; `GET /v1/backtests/{id}`."""

    id: UUID
    finished_at: datetime


class TableVersionOut(VersionOut):
    """One version of a table with its rows, approvals and backtest."""

    approvals: list[ApprovalOut]
    backtest: AttachedBacktestOut | None
    content: Table


def requirement(
    row: RowMapping | Requirement, found: RowMapping | None = None, *, who: Principal
) -> RequirementOut:
    """A requirement as `who` may see it, with its recognition if there is one.

    What the agencies select by and compare is shown to brokers only once the requirement is closed.
    """
    value = row if isinstance(row, Requirement) else requirement_of(row)
    whole = _whole(who, is_open=value.is_open)
    determination = value.determination
    return RequirementOut(
        id=value.id,
        filing_id=value.filing_id,
        filing_version=value.filing_version,
        revision=value.revision,
        version=value.version,
        status=value.status,
        mode=determination.mode,
        primary_agency=determination.primary_agency,
        needs=determination.needs,
        recognising=determination.recognising,
        bay_kind=determination.bay_kind,
        rows=determination.rows if whole else None,
        decision_id=value.decision_id,
        pending=value.pending.purpose if value.pending else None,
        outcome=value.outcome,
        reason=value.reason,
        containers=[_container(each.number, value) for each in value.consignment.containers],
        recognition=None if found is None else recognition(found, is_open=value.is_open, who=who),
    )


def _container(number: str, whole: Requirement) -> ContainerOut:
    """As it was told of the container alone, else as the whole stands."""
    told = whole.ends.get(number)
    if told is None:
        return ContainerOut(number=number, outcome=whole.outcome, reason=whole.reason)
    return ContainerOut(number=number, outcome=told.outcome, reason=told.reason)


def recognition(row: RowMapping, *, is_open: bool, who: Principal) -> RecognitionOut:
    """A recognition as `who` may see it; `is_open`: whether its requirement still is."""
    whole = _whole(who, is_open=is_open)
    terms = Terms.model_validate(row["terms"])
    return RecognitionOut(
        id=row["id"],
        filing_id=row["filing_id"],
        requirement_id=row["requirement_id"],
        status=row["status"],
        primary_agency=row["agency_primary"],
        recognising_agency=row["agency_secondary"],
        elements=terms.elements,
        terms=terms if whole else None,
        result_due=row["result_due"],
        verdicts=row["verdicts"] if whole else None,
        conclusions=row["conclusions"] if whole else None,
        reason=row["reason"] if whole else None,
        changed_at=row["changed_at"],
    )


def _whole(who: Principal, *, is_open: bool) -> bool:
    return who.role is not Role.BROKER or not is_open
