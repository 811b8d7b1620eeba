"""The beta distribution: how much of it lies below a share, and below which share so much lies.

Formulas from the NIST Digital Library of Mathematical Functions, section 8.17.
"""

from math import exp, lgamma, log, log1p

PRECISION = 1e-13
TINY = 1e-300
MOST_TERMS = 10_000
HALVINGS = 40
"""To a share's twelfth decimal place."""


def below(x: float, a: float, b: float) -> float:
    """The part of Beta(a, b), both above 0, that lies below the share `x`, from 0 to 1.

    Raises ArithmeticError where the fraction does not come to an end.
    """
    if x <= 0:
        return 0.0
    if x >= 1:
        return 1.0
    front = exp(a * log(x) + b * log1p(-x) + lgamma(a + b) - lgamma(a) - lgamma(b))
    if x > (a + 1) / (a + b + 2):  # the fraction converges fast on the other side (8.17.4)
        return 1 - front * _fraction(1 - x, b, a) / b
    return front * _fraction(x, a, b) / a


def quantile(part: float, a: float, b: float) -> float:
    """The share below which `part` (0 to 1) of Beta(a, b) lies, by halving."""
    low, high = 0.0, 1.0
    for _ in range(HALVINGS):
        middle = (low + high) / 2
        if below(middle, a, b) < part:
            low = middle
        else:
            high = middle
    return (low + high) / 2


def _fraction(x: float, a: float, b: float) -> float:
    """The continued fraction 8.17.22, by the method of Lentz (Applied Optics 15, 1976)."""
    up, down, value = 1.0, 0.0, 1.0
    for n in range(MOST_TERMS):
        term = _term(n, x, a, b)
        down = 1 / _not_zero(1 + term * down)
        up = _not_zero(1 + term / up)
        value *= up * down
        if abs(up * down - 1) < PRECISION and n > 0:
            return 1 / value
    raise ArithmeticError(f"Beta({a}, {b}) at {x}")


def _term(n: int, x: float, a: float, b: float) -> float:
    """The coefficients of 8.17.23, the first at 0."""
    m, odd = divmod(n + 1, 2)
    if odd:
        return -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1))
    return m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m))


def _not_zero(number: float) -> float:
    return number if abs(number) > TINY else TINY
