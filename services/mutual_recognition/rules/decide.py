"""From one filing's inputs and the tables in force to its determination. Fails closed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from services.mutual_recognition.decision_tables import kinds
from services.mutual_recognition.decision_tables.dictionary import Inputs, Value
from services.mutual_recognition.decision_tables.index import Hit
from services.mutual_recognition.decision_tables.version import Version
from services.mutual_recognition.domain import agencies as agency_data
from services.mutual_recognition.domain import determination, recognition
from services.mutual_recognition.domain.agencies import Agencies
from services.mutual_recognition.domain.determination import (
    Cargo,
    Determination,
    Eligibility,
    Order,
    Selection,
)
from services.mutual_recognition.rules import because, dictionaries, sandbox
from services.mutual_recognition.rules.inputs import Mismatch
from shared.contracts.requirement import DecidingRow
from shared.contracts.values import AgencyNeed, Scope

BROKEN_SCOPE = Scope.UNPACK
MANY = Decimal(10_000)


@dataclass(frozen=True)
class Case:
    """All that a decision depends on; the same case always gives the same determination.

    `draws` has a number from 0 to 9,999 for each table; so does each of the `further` ones, by
    another seed. A table is asked once by each, and the most careful answer counts.
    `recognition_refused`: found and declared did not agree, or the result did not come in time, so
    the secondary agency inspects as well; `mismatch` is what is known of that, None if nothing
    about the goods was why, or it was before there was a table for it.
    """

    inputs: Inputs
    on: date
    tables: Mapping[str, Version]
    draws: Mapping[str, int]
    orders: tuple[Order, ...] = ()
    recognition_refused: bool = False
    mismatch: Mismatch | None = None
    further: tuple[Mapping[str, int], ...] = ()

    def drawn(self, table: str) -> tuple[int, ...]:
        """All that was drawn for a table."""
        return tuple([each[table] for each in (self.draws, *self.further) if table in each])

    def taking_part(self, agencies: Agencies) -> Agencies:
        """Those that were drawn for when the case began, or gave an order since.

        An agency that is added later takes no part in what was decided before.
        """
        drawn = [each for each in agencies.names if kinds.selection_of(each) in self.draws]
        return agencies.among([*drawn, *(order.agency for order in self.orders)])

    def ordered(self, order: Order) -> "Case":
        """The same case with one more order."""
        return replace(self, orders=(*self.orders, order))

    def refused(self, mismatch: Mismatch | None) -> "Case":
        """The same case after its recognition was refused, or its result did not come."""
        return replace(self, recognition_refused=True, mismatch=mismatch)


def decide(case: Case, *, agencies: Agencies) -> Determination:
    """The determination. Selections first, orders on top, then recognition, then the mode."""
    agencies = case.taking_part(agencies)
    cargo = cargo_of(case.inputs)
    selections = [
        determination.ordered(
            selected(case, agency, cargo=cargo, agencies=agencies), case.orders, cargo=cargo
        )
        for agency in agencies.names
    ]
    if case.mismatch is not None:
        selections = [
            _mismatched(each, case, case.mismatch, cargo=cargo)
            if each.agency == agencies.secondary
            else each
            for each in selections
        ]
    eligibility = _eligibility(case, selections, agencies=agencies)
    merged = determination.merge(
        selections, eligibility=eligibility, cargo=cargo, agencies=agencies
    )
    forced = sandbox.of(case.inputs)
    return merged if forced is None else merged.model_copy(update={"sandbox": forced})


def selected(case: Case, agency: str, *, cargo: Cargo, agencies: Agencies) -> Selection:
    """What an agency's table selects, or the sandbox in its place; before any order."""
    forced = sandbox.of(case.inputs)
    if forced is not None:
        return sandbox.selection(forced, agency, cargo=cargo, agencies=agencies)
    return select(case, agency, cargo=cargo)


def select(case: Case, agency: str, *, cargo: Cargo) -> Selection:
    """One agency's selection: every row that is met counts, a broken one inspects."""
    name = kinds.selection_of(agency)
    version = case.tables.get(name)
    hits = _hits(case, version) if version else ()
    if version is None or not hits:
        return _careful(agency, because.no_table(name, agency), cargo=cargo)
    deciding = [hit for hit in hits if hit.fault or hit.row.then.inspect]
    rows = tuple(because.row(version, hit, agency) for hit in deciding or hits)
    if not deciding:
        return Selection(agency=agency, rows=rows)
    bays = tuple(filter(None, (hit.row.then.bay for hit in deciding if not hit.fault)))
    return Selection(agency=agency, need=_need(agency, deciding, cargo=cargo), rows=rows, bays=bays)


def _hits(case: Case, version: Version) -> tuple[Hit, ...]:
    """Every row that is met by any of the draws, once."""
    asked = drawn(case, version.name)
    every = (hit for known in asked for hit in version.index.hits(known, on=case.on))
    return tuple({hit.row.id: hit for hit in every}.values())


def _need(agency: str, hits: Sequence[Hit], *, cargo: Cargo) -> AgencyNeed:
    deepest_first = sorted(hits, key=_depth, reverse=True)
    skills = [skill for hit in deepest_first if not hit.fault for skill in hit.row.then.skills]
    return AgencyNeed(
        agency=agency,
        scope=_scope(deepest_first[0]),
        skills=agency_data.specialities(tuple(skills)),
        minutes=agency_data.minutes(max(map(_minutes, hits)), containers=cargo.containers),
    )


def _minutes(hit: Hit) -> int:
    return (not hit.fault and hit.row.then.minutes) or agency_data.MINUTES[_scope(hit)]


def _depth(hit: Hit) -> int:
    return _scope(hit).depth


def _scope(hit: Hit) -> Scope:
    return BROKEN_SCOPE if hit.fault or hit.row.then.scope is None else hit.row.then.scope


def _careful(agency: str, row: DecidingRow, *, cargo: Cargo) -> Selection:
    need = AgencyNeed(
        agency=agency,
        scope=BROKEN_SCOPE,
        skills=(agency_data.GENERAL,),
        minutes=agency_data.minutes(agency_data.MINUTES[BROKEN_SCOPE], containers=cargo.containers),
    )
    return Selection(agency=agency, need=need, rows=(row,))


def _mismatched(selection: Selection, case: Case, mismatch: Mismatch, *, cargo: Cargo) -> Selection:
    """The agency that did not recognise inspects, at least as deep as the mismatch table says."""
    version, hit = case.tables.get(kinds.MISMATCH), None
    if version is not None:
        hit = next(version.index.hits(case.inputs.also(**mismatch), on=case.on), None)
    if version is None or hit is None:
        scope, row = kinds.LEAST, because.no_table(kinds.MISMATCH, selection.agency)
    else:
        scope, row = _scope(hit), because.row(version, hit, selection.agency)
    need = determination.at_least(selection.need, selection.agency, scope, cargo=cargo)
    return replace(selection, need=need, rows=(*selection.rows, row))


def _eligibility(case: Case, selections: Sequence[Selection], *, agencies: Agencies) -> Eligibility:
    needs = {each.agency: each.need for each in selections if each.need}
    if not {agencies.primary, agencies.secondary} <= set(needs) or case.recognition_refused:
        return Eligibility()
    if any(_forbids_recognition(order, agencies) for order in case.orders):
        return Eligibility()
    forced = sandbox.of(case.inputs)
    if forced is not None:
        return sandbox.eligibility(forced)
    version = case.tables.get(kinds.RECOGNITION)
    if version is None:
        return Eligibility(rows=(because.no_table(kinds.RECOGNITION, None),))
    asked = asked_to_recognise(case, needs, agencies=agencies)
    hits = [next(version.index.hits(known, on=case.on), None) for known in asked]
    if None in hits:
        return Eligibility(rows=(because.no_table(kinds.RECOGNITION, None),))
    found = list({hit.row.id: hit for hit in hits if hit is not None}.values())
    forbids = next((hit for hit in found if not _allows(hit)), None)
    counted = found if forbids is None else [forbids]
    rows = tuple(because.row(version, hit, None) for hit in counted)
    if forbids is not None:
        return Eligibility(rows=rows)
    return Eligibility(
        terms=recognition.strictest([hit.row.then.terms for hit in found]), rows=rows
    )


def _allows(hit: Hit) -> bool:
    return hit.fault is None and hit.row.then.eligible is True


def asked_to_recognise(
    case: Case, needs: Mapping[str, AgencyNeed], *, agencies: Agencies
) -> tuple[Inputs, ...]:
    """What the recognition table is asked of a case that both agencies of the pair select."""
    scopes = {
        f"{dictionaries.SCOPE}{name}": str(needs[name].scope)
        if name in needs
        else dictionaries.NOT_SELECTED
        for name in agencies.names
    }
    covers = needs[agencies.primary].scope.depth >= needs[agencies.secondary].scope.depth
    return drawn(case, kinds.RECOGNITION, **scopes, **{dictionaries.PAIR_COVERED: covers})


def _forbids_recognition(order: Order, agencies: Agencies) -> bool:
    """An officer's order does; so does an amendment before which the secondary inspected itself."""
    return order.cause != "amendment" or (order.agency == agencies.secondary and order.inspects)


def drawn(case: Case, name: str, **also: Value) -> tuple[Inputs, ...]:
    """What a table is asked of a case: what is known, and `also`, with each of its draws."""
    draws = case.drawn(name)
    asked = [case.inputs.also(**also, **{dictionaries.DRAW: Decimal(each)}) for each in draws]
    return tuple(asked) or (case.inputs.also(**also),)


def cargo_of(known: Inputs) -> Cargo:
    """What of the inputs decides where and for how long; unclear is dangerous."""
    return Cargo(
        dangerous=known.filing.get("dangerous_goods") is not False,
        chilled=known.filing.get("chilled") is True,
        containers=_containers(known),
    )


def _containers(known: Inputs) -> int:
    counted = known.filing.get("containers")
    if not isinstance(counted, Decimal) or not counted.is_finite():
        return 1
    return int(min(counted, MANY))
