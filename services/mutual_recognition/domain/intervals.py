"""95% intervals for what was counted: how far the stored filings may be from those to come."""

from dataclasses import dataclass
from math import sqrt
from statistics import NormalDist

CONFIDENCE = 0.95
Z = NormalDist().inv_cdf((1 + CONFIDENCE) / 2)


@dataclass(frozen=True)
class Interval:
    """From `low` to `high`, both included."""

    low: float
    high: float


def share(hits: int, of: int) -> Interval:
    """The share of `hits` among `of`, from 0 to 1; of nothing anything may be.

    The score interval of E. B. Wilson (JASA 22, 1927): unlike the usual one it also says something
    where none was hit. Brown, Cai and DasGupta (Statistical Science 16, 2001) recommend it.
    """
    if of == 0:
        return Interval(0.0, 1.0)
    p, z2 = hits / of, Z * Z
    middle = (p + z2 / (2 * of)) / (1 + z2 / of)
    half = Z / (1 + z2 / of) * sqrt(p * (1 - p) / of + z2 / (4 * of * of))
    return Interval(
        0.0 if hits == 0 else max(0.0, middle - half),
        1.0 if hits == of else min(1.0, middle + half),
    )


def total(added: int, squares: int, of: int) -> Interval:
    """The sum over as many filings again, by the central limit theorem.

    `added` is the sum of what each of `of` filings has, `squares` that of its square.
    """
    variance = max(0.0, squares - added * added / of) if of else 0.0
    half = Z * sqrt(variance)
    return Interval(added - half, added + half)
