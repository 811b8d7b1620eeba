"""Scales: the values of an input that a table tells apart, as numbered steps.

A table of finitely many conditions tells finitely many values of an input apart: two values on one
step meet the same conditions. So each condition is a set of steps (`Steps`, runs of a scale), a
value is found on its step once for all rows, and questions about all filings, such as whether a
row can ever be met, become questions about finitely many steps.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from decimal import Decimal
from typing import Any, Protocol

from services.mutual_recognition.decision_tables.dictionary import Input, Kind
from services.mutual_recognition.decision_tables.table import Cell, Days, Operator, Range

Runs = Sequence[tuple[int, int]]
"""Disjoint runs of steps, from the first to just below the second number."""
OTHER = ""
"""Stands for any word that the table does not mention."""
LAST_CHARACTER = "\U0010ffff"


class Scale(Protocol):
    """The steps of one input, numbered from 0."""

    size: int

    def runs(self, cell: Cell) -> Runs:
        """The steps on which a condition is met."""

    def steps(self, value: Any) -> Sequence[int]:
        """The step of a value; several for a set of codes: it meets what any of them meets."""

    def sample(self, step: int) -> Any:
        """A value on a step; `OTHER` for one that the table does not mention."""


def scale_of(asked: Input, cells: Iterable[Cell]) -> Scale:
    """The scale of an input, from all conditions that a table puts on it."""
    cells = tuple(cells)
    if asked.kind is Kind.FLAG:
        return Flags()
    if asked.kind in {Kind.NUMBER, Kind.DAY}:
        return Ordered(cells)
    words = {word for cell in cells if cell.op is not Operator.PREFIX for word in listed(cell)}
    if asked.kind is Kind.CODES:
        return Codes(words)
    if asked.words:
        return Words(asked.words)
    prefixes = {each for cell in cells if cell.op is Operator.PREFIX for each in listed(cell)}
    return Texts(words, prefixes)


def listed(cell: Cell) -> tuple[str, ...]:
    """The words or prefixes that a cell names. Raises ValueError if it names none."""
    if isinstance(cell.value, tuple):
        return cell.value
    if isinstance(cell.value, str):
        return (cell.value,)
    raise ValueError(f"{cell.input} is compared with no word")


def bounds(cell: Cell) -> tuple[Any, Any]:
    """From where to just below where a range or some days reach; None: without end."""
    if isinstance(cell.value, Range):
        return cell.value.min, cell.value.below
    if isinstance(cell.value, Days):
        last = cell.value.last
        return cell.value.first, None if last is None else last + timedelta(days=1)
    raise ValueError(f"{cell.input} has no range")


class Flags:
    """No and yes."""

    size = 2

    def runs(self, cell: Cell) -> Runs:
        """The one that it equals."""
        if not isinstance(cell.value, bool):
            raise TypeError(f"{cell.input} equals neither yes nor no")
        return ((int(cell.value), int(cell.value) + 1),)

    def steps(self, value: Any) -> Sequence[int]:
        """0 or 1."""
        return (int(value),)

    def sample(self, step: int) -> bool:
        """False or True."""
        return bool(step)


class Ordered:
    """Numbers or days: a step from each bound that is mentioned to the next."""

    def __init__(self, cells: Iterable[Cell]) -> None:
        """By the bounds of these conditions."""
        self.at = sorted({each for cell in cells for each in bounds(cell) if each is not None})
        self.size = len(self.at) + 1

    def runs(self, cell: Cell) -> Runs:
        """From its lower bound to its upper one."""
        low, high = bounds(cell)
        first = 0 if low is None else bisect_right(self.at, low)
        end = self.size if high is None else bisect_right(self.at, high)
        return ((first, end),)

    def steps(self, value: Any) -> Sequence[int]:
        """How many bounds it has reached."""
        return (bisect_right(self.at, value),)

    def sample(self, step: int) -> Any:
        """The bound at which a step begins; just below its end for the first one."""
        if step:
            return self.at[step - 1]
        if not self.at:
            return OTHER
        end = self.at[0]
        return end - timedelta(days=1) if isinstance(end, date) else end - Decimal("0.00001")

    def spans(self, steps: Iterable[int]) -> Sequence[tuple[Any, Any]]:
        """From where to just below where some steps reach, neighbours as one; None: without end."""
        found: list[tuple[Any, Any]] = []
        for step in sorted(steps):
            low = self.at[step - 1] if step else None
            below = self.at[step] if step < len(self.at) else None
            if found and found[-1][1] == low:
                low, _ = found.pop()
            found.append((low, below))
        return found


class Words:
    """A closed vocabulary: a step for each word."""

    def __init__(self, words: Iterable[str]) -> None:
        """Of these words."""
        self.words = sorted(words)
        self.step = {word: number for number, word in enumerate(self.words)}
        self.size = len(self.words)

    def runs(self, cell: Cell) -> Runs:
        """The words that it names. Raises ValueError for one that is none of them."""
        unknown = [word for word in listed(cell) if word not in self.step]
        if unknown:
            raise ValueError(f"{cell.input} is never {unknown[0]}")
        return [(self.step[word], self.step[word] + 1) for word in sorted(set(listed(cell)))]

    def steps(self, value: str) -> Sequence[int]:
        """Its one step."""
        return (self.step[value],)

    def sample(self, step: int) -> str:
        """The word."""
        return self.words[step]


class Codes(Words):
    """A set of codes: a step for each code that is mentioned, and one for all others."""

    def __init__(self, words: Iterable[str]) -> None:
        """Mentioned are these codes."""
        super().__init__({OTHER, *words})

    def steps(self, value: Any) -> Sequence[int]:
        """Those of its codes that are mentioned, or the one for none of them."""
        found = [self.step[code] for code in value if code in self.step]
        return found or (self.step[OTHER],)


class Texts:
    """Words and leading digits: each is a step, and so is everything that is not mentioned.

    What is on the step of some leading digits begins with no longer ones that are mentioned.
    """

    def __init__(self, words: Iterable[str], prefixes: Iterable[str]) -> None:
        """Mentioned are these."""
        whole, leading = set(words), set(prefixes)
        mentioned = sorted({(each, False) for each in leading} | {(each, True) for each in whole})
        self.texts = [OTHER, *(text for text, _ in mentioned)]
        self.size = len(self.texts)
        numbered = list(enumerate(mentioned, start=1))
        self.word = {text: number for number, (text, is_word) in numbered if is_word}
        self.prefix = {text: number for number, (text, is_word) in numbered if not is_word}
        self.lengths = sorted({len(each) for each in leading}, reverse=True)

    def runs(self, cell: Cell) -> Runs:
        """The words that it names, or all that begin as it says."""
        if cell.op is not Operator.PREFIX:
            return [(self.word[each], self.word[each] + 1) for each in sorted(set(listed(cell)))]
        shortest = [each for each in set(listed(cell)) if not self._covered(each, listed(cell))]
        return [
            (bisect_left(self.texts, each), bisect_left(self.texts, each + LAST_CHARACTER))
            for each in sorted(shortest)
        ]

    def steps(self, value: str) -> Sequence[int]:
        """The step of the word itself, or of the longest leading digits that are mentioned."""
        found = self.word.get(value)
        if found is not None:
            return (found,)
        for length in self.lengths:
            found = self.prefix.get(value[:length])
            if found is not None:
                return (found,)
        return (0,)

    def sample(self, step: int) -> str:
        """The word, or the leading digits."""
        return self.texts[step]

    @staticmethod
    def _covered(text: str, others: Iterable[str]) -> bool:
        return any(text != other and text.startswith(other) for other in others)
