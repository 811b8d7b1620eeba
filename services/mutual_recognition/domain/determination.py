"""What is required of one filing: the merged selections and the mode."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from uuid import UUID

from pydantic import Field

from services.mutual_recognition.domain import agencies as agency_data
from services.mutual_recognition.domain.agencies import Agencies
from shared.contracts.envelope import Fact
from shared.contracts.requirement import Cause, DecidingRow
from shared.contracts.values import Agency, AgencyNeed, BayKind, Element, Mode, Said, Sandbox, Scope
from shared.ids import Ids

ITSELF = "mutual_recognition"
SELECTED_BEFORE = Said(en="selected before the amendment", zh="修改前已布控")


class Tolerance(Fact):
    """How far found may be from declared: the greater of the two, in percent or in the unit."""

    percent: Decimal = Field(default=Decimal(0), ge=0, le=100)
    absolute: Decimal = Field(default=Decimal(0), ge=0)

    def allowed(self, declared: Decimal) -> Decimal:
        """The greatest difference that still agrees, in the unit of `declared`."""
        return max(declared * self.percent / 100, self.absolute)


class Terms(Fact):
    """What one agency may recognise of the other's result, within which tolerances and how soon.

    `result_within_hours`: how long the result is waited for, on the yard clock, from when the
    inspection was to be over; null: 24 hours.
    """

    elements: tuple[Element, ...]
    tolerances: Mapping[Element, Tolerance]
    # Decisions from before there was a time are stored without it and must stay as they are.
    result_within_hours: int | None = Field(default=None, ge=1, exclude_if=lambda it: it is None)


@dataclass(frozen=True, slots=True)
class Selection:
    """One agency's decision to inspect: `need` is None if it does not.

    `bays` are the kinds of bay that its rows ask for.
    """

    agency: Agency
    need: AgencyNeed | None = None
    rows: tuple[DecidingRow, ...] = ()
    bays: tuple[BayKind, ...] = ()


@dataclass(frozen=True, slots=True)
class Eligibility:
    """Whether the secondary agency may recognise; `terms` is None if it may not."""

    terms: Terms | None = None
    rows: tuple[DecidingRow, ...] = ()


class Order(Fact):
    """An officer's order to inspect, or an escalation in the yard. It outlives amendments.

    With cause `amendment` it is what was selected before one; `inspects` is False if the agency
    was only to recognise then, and may do so again. `bays` are those that its rows asked for.
    """

    id: UUID
    cause: Cause
    agency: Agency
    scope: Scope
    skills: tuple[str, ...] = ()
    minutes: int | None = Field(default=None, ge=1)
    reason: str
    given_by: str
    given_at: datetime
    inspects: bool = True
    bays: tuple[BayKind, ...] = ()


class Determination(Fact):
    """The result: mode, who inspects how, who may recognise on which terms, and why.

    `sandbox`: the reference decided, not the tables.
    """

    mode: Mode
    primary_agency: Agency | None = None
    needs: tuple[AgencyNeed, ...] = ()
    recognising: AgencyNeed | None = None
    terms: Terms | None = None
    bay_kind: BayKind = BayKind.PLAIN
    rows: tuple[DecidingRow, ...] = ()
    sandbox: Sandbox | None = None


@dataclass(frozen=True, slots=True)
class Cargo:
    """What of a consignment decides where it can be inspected and for how long."""

    dangerous: bool
    chilled: bool
    containers: int


def mode_of(selected: int, *, eligible: bool) -> Mode:
    """The table of modes: how many agencies selected, and whether one may recognise."""
    if selected == 0:
        return Mode.NONE
    if selected == 1:
        return Mode.SINGLE
    return Mode.RECOGNITION if eligible else Mode.JOINT


def bay_kind(
    cargo: Cargo, *, needs: Sequence[AgencyNeed], asked: Collection[BayKind] = ()
) -> BayKind:
    """The place it needs, by the cargo itself or because a row asks for it.

    Danger before cold, a scanner only where nobody unpacks.
    """
    if cargo.dangerous or BayKind.DANGEROUS in asked:
        return BayKind.DANGEROUS
    if cargo.chilled or BayKind.REEFER in asked:
        return BayKind.REEFER
    scans = BayKind.SCAN in asked or any(need.scope is Scope.SCAN for need in needs)
    if scans and not any(need.scope.depth > Scope.SCAN.depth for need in needs):
        return BayKind.SCAN
    return BayKind.PLAIN


def merge(
    selections: Sequence[Selection],
    *,
    eligibility: Eligibility,
    cargo: Cargo,
    agencies: Agencies,
) -> Determination:
    """One requirement from all selections. Only the two agencies of the pair can recognise."""
    needs = {each.agency: each.need for each in selections if each.need is not None}
    pair = {agencies.primary, agencies.secondary}
    terms = eligibility.terms if set(needs) == pair else None
    mode = mode_of(len(needs), eligible=terms is not None)
    recognising = needs[agencies.secondary] if mode is Mode.RECOGNITION else None
    inspecting = tuple(
        needs[name] for name in agencies.names if name in needs and needs[name] != recognising
    )
    there = {need.agency for need in inspecting}
    asked = {kind for each in selections if each.agency in there for kind in each.bays}
    return Determination(
        mode=mode,
        primary_agency=agencies.first_of(frozenset(needs)),
        needs=inspecting,
        recognising=recognising,
        terms=terms if recognising else None,
        bay_kind=bay_kind(cargo, needs=inspecting, asked=asked),
        rows=(*(row for each in selections for row in each.rows), *eligibility.rows),
    )


def ordered(selection: Selection, orders: Sequence[Order], *, cargo: Cargo) -> Selection:
    """A selection deepened by the orders of its agency."""
    for order in orders:
        if order.agency == selection.agency:
            kept = order.cause == "amendment"
            reason = SELECTED_BEFORE if kept else Said.as_given(order.reason)
            row = DecidingRow(
                table=f"order-{order.agency}",
                version=1,
                row=str(order.id),
                agency=order.agency,
                reason_en=reason.en,
                reason_zh=reason.zh,
            )
            need = deepened(selection.need, order, cargo=cargo)
            rows, bays = (*selection.rows, row), (*selection.bays, *order.bays)
            selection = replace(selection, need=need, rows=rows, bays=bays)
    return selection


def carried(
    orders: Sequence[Order],
    before: Determination,
    *,
    bays: Mapping[str, tuple[BayKind, ...]],
    ids: Ids,
    now: datetime,
) -> tuple[Order, ...]:
    """The orders under which an amended filing is decided: the officers', and what was needed.

    Whoever was to inspect or to recognise stays selected, as deep, as long and at such a bay
    (`bays`, by agency) as before.
    """
    recognising = (before.recognising,) if before.recognising else ()
    kept = tuple(
        Order(
            id=ids(),
            cause="amendment",
            agency=need.agency,
            scope=need.scope,
            skills=need.skills,
            minutes=need.minutes,
            reason=SELECTED_BEFORE.en,
            given_by=ITSELF,
            given_at=now,
            inspects=need in before.needs,
            bays=bays.get(need.agency, ()),
        )
        for need in (*before.needs, *recognising)
    )
    return (*(order for order in orders if order.cause != "amendment"), *kept)


def at_least(need: AgencyNeed | None, agency: str, scope: Scope, *, cargo: Cargo) -> AgencyNeed:
    """What an agency needs that has to look so deep: never less than before."""
    minutes = agency_data.minutes(agency_data.MINUTES[scope], containers=cargo.containers)
    if need is None:
        skills = (agency_data.GENERAL,)
        return AgencyNeed(agency=agency, scope=scope, skills=skills, minutes=minutes)
    return AgencyNeed(
        agency=agency,
        scope=max(need.scope, scope, key=lambda each: each.depth),
        skills=need.skills,
        minutes=max(need.minutes, minutes),
    )


def deepened(need: AgencyNeed | None, order: Order, *, cargo: Cargo) -> AgencyNeed:
    """What an agency needs after an order: never less than before."""
    wanted = order.minutes or agency_data.minutes(
        agency_data.MINUTES[order.scope], containers=cargo.containers
    )
    if need is None:
        skills = agency_data.specialities(order.skills)
        return AgencyNeed(agency=order.agency, scope=order.scope, skills=skills, minutes=wanted)
    # An order's skills come first; after an amendment those that the goods of now ask for.
    kept = order.cause == "amendment"
    skills = (*need.skills, *order.skills) if kept else (*order.skills, *need.skills)
    return AgencyNeed(
        agency=need.agency,
        scope=max(need.scope, order.scope, key=lambda scope: scope.depth),
        skills=agency_data.specialities(skills),
        minutes=max(need.minutes, wanted),
    )
