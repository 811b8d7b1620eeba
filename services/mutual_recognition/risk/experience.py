"""What inspections that ended say of companies and goods, and what is known by that of a filing."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from functools import lru_cache

from services.mutual_recognition.decision_tables.dictionary import Value
from services.mutual_recognition.domain import crosscheck
from services.mutual_recognition.domain.intervals import Interval
from services.mutual_recognition.domain.recognition import Recognition, Status
from services.mutual_recognition.domain.settle import Conclusion
from services.mutual_recognition.risk import rates
from services.mutual_recognition.risk.rates import Count, GroupOf, Rate, Rates
from services.mutual_recognition.rules import dictionaries, replaying
from services.mutual_recognition.rules.replaying import Said
from shared.contracts.filing import Consignment

CHAPTER, HEADING, SUBHEADING = 2, 4, 6
"""Digits of an HS code: what all countries have alike ends with the subheading."""
EVERY = "all"
"""The group of every company: nothing is known of it before it was inspected."""
CENT, ALL = Decimal("0.01"), Decimal(100)


class Kind(StrEnum):
    """Of what there are rates: companies by their code, goods by the HS code's first six digits."""

    COMPANIES = "companies"
    GOODS = "goods"


Learnt = Mapping[Kind, Rates]


@dataclass(frozen=True)
class Percents:
    """A rate of findings in percent, and where it lies with 95% (credible interval).

    `high` is not below all of what its own count and those of its groups say alone: groups of which
    little is known make no rate surely low.
    """

    mean: Decimal
    low: Decimal
    high: Decimal


def members(consignment: Consignment) -> Mapping[Kind, tuple[str, ...]]:
    """Of what an inspection of this consignment says something."""
    goods = {line.hs_code[:SUBHEADING] for line in consignment.lines}
    return {
        Kind.COMPANIES: (consignment.consignee.uscc,),
        Kind.GOODS: tuple(sorted(goods)),
    }


def found(conclusions: Iterable[Conclusion], recognition: Recognition | None) -> bool | None:
    """Whether an inspection that ended found something, as backtests have it; None: nobody looked.

    What was not recognised because it was not what had been declared is a finding as well.
    """
    said = [
        Said(each.agency, each.scope, each.verdict, each.disposal, bool(each.findings))
        for each in sorted(conclusions, key=lambda each: each.number)
    ]
    if not said:
        return None
    looks = replaying.looks(said, ended=True)
    return _disagreed(recognition) or any(look.found for look in looks.values())


def _disagreed(recognition: Recognition | None) -> bool:
    if recognition is None or recognition.status is not Status.REFUSED:
        return False
    return any(crosscheck.differs(verdict) for verdict in recognition.verdicts)


def learnt(counts: Mapping[Kind, Mapping[str, Count]]) -> Learnt:
    """The rates of all that was inspected: companies as one group, goods by heading and chapter."""
    return {kind: rates.fitted(counts[kind], groups=GROUPS[kind]) for kind in Kind}


def _everybody(_company: str) -> str:
    return EVERY


def _heading(goods: str) -> str:
    return goods[:HEADING]


def _chapter(heading: str) -> str:
    return heading[:CHAPTER]


GROUPS: Mapping[Kind, tuple[GroupOf, ...]] = {
    Kind.COMPANIES: (_everybody,),
    Kind.GOODS: (_heading, _chapter),
}
"""What was counted of a heading before codes had six digits is a member of that heading."""


def known(learned: Learnt, consignment: Consignment) -> dict[str, Value]:
    """What tables may ask: the upper ends of the intervals, of goods that of the worst code."""
    of = members(consignment)
    names = {Kind.COMPANIES: dictionaries.COMPANY_RATE, Kind.GOODS: dictionaries.GOODS_RATE}
    return {
        name: max((percents(learned[kind], each).high for each in of[kind]), default=ALL)
        for kind, name in names.items()
    }


def percents(learned: Rates, member: str) -> Percents:
    """A member's rate in percent, to the hundredth."""
    rate = learned.of(member)
    interval, alone = _interval(rate), [_interval(each).high for each in learned.alone(member)]
    mean, low, high = (
        Decimal(share * 100).quantize(CENT)
        for share in (rate.mean, interval.low, max(interval.high, min(alone)))
    )
    return Percents(mean, low, high)


@lru_cache(maxsize=10_000)
def _interval(rate: Rate) -> Interval:
    """Many members have the same rate."""
    return rate.interval()
