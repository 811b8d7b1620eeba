"""Strict models and types for what comes in from outside.

They are for JSON (`model_validate_json`, or `shared.http.body`), not for query parameters, whose
values arrive as text.
"""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from functools import cache
from typing import Annotated, Any

from annotated_types import GroupedMetadata
from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field
from pydantic.json_schema import WithJsonSchema
from pydantic_core import PydanticCustomError

from shared.http import faults


class StrictModel(BaseModel):
    """Input that is taken as it is or refused: no unknown fields, no guessing of types, frozen."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, allow_inf_nan=False)


def finding(
    code: str, *, en: str, zh: str, mend: str = "", mend_zh: str = "", **facts: Any
) -> PydanticCustomError:
    """A validator's own fault, to be raised: it keeps its code and texts up to the client.

    A brace in `en` would be read as a placeholder for a fact of that name.
    """
    context = {"zh": zh, "mend_en": mend, "mend_zh": mend_zh, **facts}
    return PydanticCustomError(code, en, context)


def _by(rule: faults.Rule, **facts: Any) -> PydanticCustomError:
    return finding(
        rule.code,
        en=rule.en,
        zh=rule.zh,
        mend=rule.mend_en,
        mend_zh=rule.mend_zh,
        **facts,
    )


# Cc control, Cf format (zero width, direction, tags), Cs surrogates, Zl and Zp separators.
_FORBIDDEN_CATEGORIES = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})
# Letters and marks that are drawn as nothing (Unicode: Default_Ignorable_Code_Point, and U+2800).
# Variation selectors are not among them: names of persons and places need them.
_BLANK = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0")


def clean(text: str, *, lines: bool = False) -> str:
    """`text` in NFC and stripped; `lines` allows line feeds and tabs.

    Raises a `forbidden_character` finding for what a reader cannot see or would be misled by.
    """
    # What is printable is in none of the categories, so most text is not looked at one by one.
    if text.isprintable() and _BLANK.isdisjoint(text):
        return unicodedata.normalize("NFC", text).strip()
    for character in text:
        if lines and character in "\n\t":
            continue
        if character in _BLANK or unicodedata.category(character) in _FORBIDDEN_CATEGORIES:
            raise _by(faults.FORBIDDEN_CHARACTER, character=f"U+{ord(character):04X}")
    return unicodedata.normalize("NFC", text).strip()


@cache  # what `re` itself keeps takes longer to find than most texts take to match
def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern)


@dataclass(frozen=True, kw_only=True)
class Text(GroupedMetadata):
    """Text for people: `Annotated[str, Text(max=120)]`. Lengths count characters after cleaning.

    `pattern` must match the whole cleaned text; write `[0-9]`, since `\\d` takes other digits.
    """

    max: int
    min: int = 1
    pattern: str | None = None
    lines: bool = False

    def __iter__(self) -> Iterator[object]:
        """The parts, for pydantic."""
        schema: dict[str, Any] = {"type": "string", "minLength": self.min, "maxLength": self.max}
        if self.pattern is not None:
            schema["pattern"] = f"^(?:{self.pattern})$"
        yield AfterValidator(self.check)
        yield WithJsonSchema(schema)

    def check(self, text: str) -> str:
        """The cleaned text. Raises `forbidden_character`, `too_short`, `too_long`, `bad_format`."""
        # ASCII without control characters is clean, but for the space around it.
        plain = text.isascii() and text.isprintable()
        cleaned = text.strip() if plain else clean(text, lines=self.lines)
        if len(cleaned) > self.max:
            raise _by(faults.TOO_LONG, max_length=self.max)
        if len(cleaned) < self.min:
            raise _by(faults.TOO_SHORT, min_length=self.min)
        if self.pattern is not None and not _compiled(self.pattern).fullmatch(cleaned):
            raise _by(faults.BAD_FORMAT, pattern=self.pattern)
        return cleaned


_PLAIN_NUMBER = re.compile(r"-?[0-9]{1,30}(\.[0-9]{1,30})?")


def _plain_number(value: object) -> object:
    """Refuse what Python's Decimal would take: full-width digits, `1_0`, `1E+999999`, spaces."""
    if isinstance(value, str):
        if not _PLAIN_NUMBER.fullmatch(value):
            raise _by(faults.BAD_FORMAT, example="1234.50")
    elif isinstance(value, bool) or not isinstance(value, int | float | Decimal):
        raise _by(faults.WRONG_TYPE, expected="a number, or a string that holds one")
    return value


def _no_negative_zero(value: Decimal) -> Decimal:
    return value.copy_abs() if value.is_zero() else value


def _two_places(value: Decimal) -> Decimal:
    exponent = value.as_tuple().exponent
    return value.quantize(Decimal("0.01")) if isinstance(exponent, int) and exponent > -2 else value


@dataclass(frozen=True, kw_only=True)
class Number(GroupedMetadata):
    """A bounded exact number: `Annotated[Decimal, Number(digits=18, places=5)]`.

    Takes a JSON string in plain notation, or a JSON number (`shared.http.jsontext` has refused
    those that a float would change). Written out as a JSON string.
    """

    digits: int
    places: int
    ge: Decimal | None = Decimal(0)
    le: Decimal | None = None

    def __iter__(self) -> Iterator[object]:
        """The parts, for pydantic."""
        bounds = {
            name: bound for name in ("ge", "le") if (bound := getattr(self, name)) is not None
        }
        # Strict would take a Decimal alone; `_plain_number` is the stricter judge.
        yield Field(strict=False, max_digits=self.digits, decimal_places=self.places, **bounds)
        yield BeforeValidator(_plain_number)
        yield AfterValidator(_no_negative_zero)


Money = Annotated[Decimal, Number(digits=18, places=4), AfterValidator(_two_places)]
"""An amount in some currency: at most 18 digits, 4 places; at least 2 places when written out."""

Kilograms = Annotated[Decimal, Number(digits=18, places=5)]
"""A weight in kilograms, 0 or more."""

Quantity = Annotated[Decimal, Number(digits=18, places=5)]
"""A quantity in a unit said beside it, 0 or more."""

_TIMESTAMP = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}[T ][0-9]{2}:[0-9]{2}.*", re.IGNORECASE)
FIRST_YEAR, LAST_YEAR = 1990, 2100


def _timestamp(value: object) -> object:
    """Refuse what pydantic would take as Unix seconds, such as "1700000000"."""
    if isinstance(value, str):
        if not _TIMESTAMP.fullmatch(value):
            raise _by(faults.BAD_FORMAT, example="2026-07-01T08:30:00+08:00")
    elif not isinstance(value, datetime):
        raise _by(faults.WRONG_TYPE, expected="a date and time with an offset, as a string")
    return value


def _utc(value: datetime) -> datetime:
    if value.tzinfo is None or value.utcoffset() is None:
        raise _by(faults.NAIVE_TIME)
    if not FIRST_YEAR <= value.year <= LAST_YEAR:
        raise _by(faults.OUT_OF_RANGE, first_year=FIRST_YEAR, last_year=LAST_YEAR)
    return value.astimezone(UTC)


Instant = Annotated[
    datetime, Field(strict=False), BeforeValidator(_timestamp), AfterValidator(_utc)
]
"""A moment with its offset, kept in UTC; years 1990 to 2100."""

_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


def _day(value: object) -> object:
    """Refuse what pydantic would take as Unix seconds, or as a midnight."""
    if isinstance(value, str):
        if not _DAY.fullmatch(value):
            raise _by(faults.BAD_FORMAT, example="2026-07-01")
    elif type(value) is not date:
        raise _by(faults.WRONG_TYPE, expected="a date, as a string")
    return value


def _plausible(value: date) -> date:
    if not FIRST_YEAR <= value.year <= LAST_YEAR:
        raise _by(faults.OUT_OF_RANGE, first_year=FIRST_YEAR, last_year=LAST_YEAR)
    return value


Day = Annotated[date, Field(strict=False), BeforeValidator(_day), AfterValidator(_plausible)]
"""A calendar date; years 1990 to 2100."""
