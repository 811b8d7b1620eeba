"""What `onestop rules risk` does: learn rates of findings from one file, try them on another."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from services.cli.replaying.rows import Label, Row, Unreadable
from services.mutual_recognition.domain.intervals import Interval
from services.mutual_recognition.risk import experience, judging
from services.mutual_recognition.risk.experience import Kind
from services.mutual_recognition.risk.rates import Count, Rate, Rates
from services.mutual_recognition.rules.report import Share

MOST = 10
"""Companies and goods that are told: those whose rate is surest to be high."""

Figures = dict[str, Any]


def _company(row: Row) -> str:
    return row.importer


def _goods(row: Row) -> str:
    return row.hs6


@dataclass(frozen=True)
class Learnt:
    """The rates of the companies and of the goods, by the HS code's first six digits."""

    companies: Rates
    goods: Rates

    def ratings(self) -> Mapping[str, Callable[[Row], float]]:
        """What a row is rated by: its company, its goods, or both together."""

        def company(row: Row) -> float:
            return self.companies.of(_company(row)).mean

        def goods(row: Row) -> float:
            return self.goods.of(_goods(row)).mean

        def both(row: Row) -> float:
            return judging.together(self.goods.whole.mean, (company(row), goods(row)))

        return {"company": company, "goods": goods, "both": both}


def figures(fit: Iterable[Row | Unreadable], judge: Iterable[Row | Unreadable]) -> Figures:
    """Of both files' rows, of each rating, and the highest rates with their 95% intervals."""
    fitted, fit_rows = _inspected(fit, known=frozenset())
    judged, judge_rows = _inspected(judge, known=frozenset(row.id for row in fitted))
    of = experience.learnt(
        {Kind.COMPANIES: _counts(fitted, _company), Kind.GOODS: _counts(fitted, _goods)}
    )
    learnt = Learnt(companies=of[Kind.COMPANIES], goods=of[Kind.GOODS])
    return {
        "fit": fit_rows,
        "judge": judge_rows,
        "base": Share.of_counts(sum(map(_is_finding, judged)), len(judged)).model_dump(),
        "ratings": {
            name: judging.judged([(rating(row), _is_finding(row)) for row in judged]).model_dump()
            for name, rating in learnt.ratings().items()
        },
        "companies": _rates(learnt.companies),
        "goods": _rates(learnt.goods),
    }


def lines(told: Figures) -> Iterator[str]:
    """For people, all rates in percent."""
    for name in ("fit", "judge"):
        counted = ", ".join(f"{key} {count}" for key, count in told[name].items())
        yield f"{name:10} {counted}"
    yield f"{'base':10} {_share(told['base'])}"
    for name, rating in told["ratings"].items():
        auc = "-" if rating["auc"] is None else f"{rating['auc']:.3f}"
        yield f"{name:10} AUC {auc}"
        for spared in rating["spared"]:
            expected = "-" if spared["expected"] is None else f"{spared['expected']:.1%}"
            found = f"{_share(spared['found'])}, expected {expected}"
            yield f"  lowest {spared['at_most']:4.0%}  {found}"
    for name in ("companies", "goods"):
        own = told[name]
        yield f"{name:10} {own['inspected']} inspected, group worth {own['strength']} inspections"
        for key, rate in own["highest"].items():
            yield f"  {key:12} {_share(rate)}"


def _inspected(
    rows: Iterable[Row | Unreadable], *, known: frozenset[str]
) -> tuple[list[Row], Figures]:
    """The rows with a result that are not `known` already, and how many there are of each kind.

    A row without a label was not inspected, or its result is to come: it is not taken as clean.
    """
    used: list[Row] = []
    kinds = Counter(rows=0, used=0, unlabelled=0, known=0, unreadable=0)
    for row in rows:
        kinds["rows"] += 1
        if isinstance(row, Unreadable):
            kinds["unreadable"] += 1
        elif row.id in known:
            kinds["known"] += 1
        elif row.label is None:
            kinds["unlabelled"] += 1
        else:
            kinds["used"] += 1
            used.append(row)
    return used, dict(kinds)


def _is_finding(row: Row) -> bool:
    return row.label is not Label.NOTHING


def _counts(rows: Iterable[Row], member: Callable[[Row], str]) -> dict[str, Count]:
    inspected = Counter(map(member, rows := list(rows)))
    hits = Counter(member(row) for row in rows if _is_finding(row))
    return {name: Count(hits[name], of) for name, of in inspected.items()}


def _rates(learnt: Rates) -> Figures:
    """How firm the groups are, and the members whose interval begins highest."""
    of = {name: learnt.of(name) for name in learnt.counts}
    intervals = {rate: rate.interval() for rate in set(of.values())}  # many are equal
    first = sorted(of, key=lambda name: (-intervals[of[name]].low, name))[:MOST]
    return {
        "inspected": len(of),
        "strength": round(learnt.strength, 2),
        "highest": {
            name: _rate(of[name], intervals[of[name]], learnt.counts[name]) for name in first
        },
    }


def _rate(rate: Rate, interval: Interval, count: Count) -> Figures:
    return {
        "hits": count.found,
        "of": count.inspected,
        "share": round(rate.mean, 6),
        "low": round(interval.low, 6),
        "high": round(interval.high, 6),
    }


def _share(told: Mapping[str, Any]) -> str:
    share = "-" if told["share"] is None else f"{told['share']:.1%}"
    return f"{share} ({told['low']:.1%} to {told['high']:.1%}), {told['hits']} of {told['of']}"
