"""What replayed filings add up to. Sums alone are kept, so that parts of them can be put together.

They grow with the companies and HS headings that there are, not with the filings.
"""

from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from services.mutual_recognition.domain.agencies import Agencies
from services.mutual_recognition.domain.determination import Determination
from services.mutual_recognition.rules import replaying
from services.mutual_recognition.rules.replaying import Compared
from shared.contracts.values import Scope

Sums = Counter[str]
SAVED = ("moves", "unpackings", "minutes", "fen")
SQUARED = "_squared"


@dataclass(frozen=True)
class Prices:
    """What moving and unpacking one container costs, in fen (CNY 0.01)."""

    move_fen: int
    unpacking_fen: int


@dataclass
class Tally:
    """The sums of all filings, and of those of each company, HS heading and agency."""

    whole: Sums = field(default_factory=Counter)
    companies: defaultdict[str, Sums] = field(default_factory=lambda: defaultdict(Counter))
    goods: defaultdict[str, Sums] = field(default_factory=lambda: defaultdict(Counter))
    agencies: defaultdict[str, Sums] = field(default_factory=lambda: defaultdict(Counter))

    def add(self, compared: Compared, *, agencies: Agencies, prices: Prices) -> None:
        """Count one filing."""
        sums = _filing(compared, prices=prices)
        for name in agencies.names:
            own = _agency(compared, name)
            self.agencies[name].update(own)
            sums.update({each: own[each] for each in own if each not in _OF_AN_AGENCY})
        _differ(sums, "missed", sums["missed_findings"] - sums["missed_before"])
        self.whole.update(sums)
        self.companies[compared.company].update(sums)
        for heading in compared.headings:
            self.goods[heading].update(sums)

    def include(self, other: Mapping[str, Any]) -> None:
        """Add what another process has counted, as `dumped` there."""
        self.whole.update(other["whole"])
        for name in _PARTS:
            mine = getattr(self, name)
            for key, sums in other[name].items():
                mine[key].update(sums)

    def dumped(self) -> dict[str, Any]:
        """As JSON."""
        return {"whole": self.whole, **{name: getattr(self, name) for name in _PARTS}}


_PARTS = ("companies", "goods", "agencies")
_OF_AN_AGENCY = frozenset(
    {"filings", "inspected_before", "inspected_after", "minutes", "minutes" + SQUARED}
)


def _filing(compared: Compared, *, prices: Prices) -> Sums:
    before, after = compared.before, compared.after
    sums = Counter(
        filings=1,
        inspected=int(bool(compared.filing.looks)),
        changed=int(compared.changed),
        recognised_before=int(replaying.is_recognised(before)),
        recognised_after=int(replaying.is_recognised(after)),
    )
    _differ(sums, "recognised", sums["recognised_after"] - sums["recognised_before"])
    if compared.changed:
        had, has = _effort(compared, before, prices), _effort(compared, after, prices)
        for name in SAVED:
            _differ(sums, name, had[name] - has[name])
    return sums


def _differ(sums: Sums, name: str, by: int) -> None:
    """A difference, and its square for the interval."""
    sums[name] = by
    sums[name + SQUARED] = by * by


def _effort(compared: Compared, outcome: Determination, prices: Prices) -> dict[str, int]:
    """Containers moved and unpacked in one visit of all who inspect, and the teams' minutes."""
    deepest = max((need.scope.depth for need in outcome.needs), default=-1)
    counted = compared.filing.case.inputs.filing.get("containers")
    containers = max(1, int(str(counted))) if counted is not None else 1
    moves = containers if deepest >= Scope.SCAN.depth else 0
    unpackings = containers if deepest >= Scope.UNPACK.depth else 0
    return {
        "moves": moves,
        "unpackings": unpackings,
        "minutes": _minutes(compared, outcome),
        "fen": moves * prices.move_fen + unpackings * prices.unpacking_fen,
    }


def _minutes(compared: Compared, outcome: Determination, agency: str | None = None) -> int:
    """The teams' minutes, of all agencies or of one; also of who would find a reason to come."""
    looks, recognising = compared.filing.looks, outcome.recognising
    return sum(
        need.minutes
        for need in (*outcome.needs, *((recognising,) if recognising else ()))
        if agency in {None, need.agency}
        and replaying.inspects(outcome, need.agency, looks) is not None
    )


def _agency(compared: Compared, agency: str) -> Sums:
    """What an agency's inspections of one filing come to; spared ones by what was known of them."""
    looks = compared.filing.looks
    before, after = (
        replaying.inspects(outcome, agency, looks) for outcome in (compared.before, compared.after)
    )
    sums = Counter(
        filings=1,
        inspected_before=int(before is not None),
        inspected_after=int(after is not None),
        missed_before=int(replaying.misses(compared.before, agency, looks)),
        missed_findings=int(replaying.misses(compared.after, agency, looks)),
        added=int(before is None and after is not None),
    )
    spent = [_minutes(compared, outcome, agency) for outcome in (compared.before, compared.after)]
    _differ(sums, "minutes", spent[0] - spent[1])
    if before is not None and after is None:
        look = looks.get(agency)
        known = look is not None and (look.found or look.scope.depth >= before.depth)
        kind = "unknown" if look is None or not known else "found" if look.found else "clean"
        sums[f"spared_{kind}"] = 1
    return sums
