"""Whether two names call the same goods: as they are written, or by synonyms that are data."""

import json
import re
import unicodedata
from datetime import date
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

SYNONYMS = Path(__file__).with_name("synonyms.json")
HARMONISED = 6
"""Digits of an HS code that all countries have alike."""
_CHINESE = re.compile(r"[\u3400-\u9fff]+")


def plain(name: str) -> str:
    """Without the differences that no officer means: width, case, spaces.

    Punctuation stays: 1.5% and 15% are not the same.
    """
    return "".join(unicodedata.normalize("NFKC", name).casefold().split())


def same(declared: str, found: str, *, hs_code: str, on: date) -> bool:
    """Whether both are the same once plain, or each is a name of one group of synonyms.

    A name in both languages is a name of a group only if both of its halves are.
    """
    one, other = plain(declared), plain(found)
    if not one or not other:
        return False
    return one == other or any(
        _is_of(one, group) and _is_of(other, group) for group in _groups(hs_code, on)
    )


def same_code(declared: str, found: str) -> bool:
    """Whether two HS codes agree in all digits that both tell, and in what is harmonised."""
    told = max(HARMONISED, min(len(declared), len(found)))
    return declared[:told] == found[:told]


def _is_of(name: str, group: frozenset[str]) -> bool:
    halves = ("".join(_CHINESE.findall(name)), _CHINESE.sub("", name))
    return all(half in group for half in halves if half)


@lru_cache(maxsize=256)
def _groups(hs_code: str, on: date) -> tuple[frozenset[str], ...]:
    return tuple(
        frozenset(map(plain, each["names"]))
        for each in _every()
        if hs_code.startswith(each["hs_code"])
        and date.fromisoformat(each["valid_from"]) <= on
        and on <= date.fromisoformat(each.get("valid_to", "9999-12-31"))
    )


@cache
def _every() -> tuple[dict[str, Any], ...]:
    return tuple(json.loads(SYNONYMS.read_text("utf-8"))["groups"])
