"""What a finding may be called: codes as dated data, each agency's own on top of the common ones.

A list holds for the day on which something was found: what was written under an older list keeps
its code, and a code `other_…` with words takes what a list has no name for.
"""

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from difflib import get_close_matches
from enum import StrEnum
from functools import lru_cache
from pathlib import Path

from services.inspection.domain import errors
from shared import errors as refusals
from shared.contracts.envelope import Fact
from shared.contracts.values import Agency, Finding, Said
from shared.errors import Fault

DATA = Path(__file__).parents[1] / "data" / "finding_codes.json"
OTHER = "other_"
MOST_NEAR = 5
Known = Mapping[str, "Entry"]
"""The codes that an agency may use on a day."""


class Severity(StrEnum):
    """How much a finding weighs; `critical` is what supervisors have to hear of at once."""

    MINOR = "minor"
    MAJOR = "major"
    CRITICAL = "critical"


class FindingCodeUnknown(refusals.Invalid):
    """Your agency's list of findings has no such code."""

    zh = "本单位的查验发现代码表中没有该代码。"
    mend = (
        "Use one of the nearest codes, which are named; one that begins with `other_` if none fits."
    )
    mend_zh = "请使用所列相近代码之一；均不适用时使用 other_ 开头的代码并以文字说明。"


class CodeEditionPast(refusals.Invalid):
    """A list of findings is not changed for days that are over."""

    zh = "不得更改已过日期的查验发现代码表。"
    mend = "Let it take effect today or later."
    mend_zh = "请将生效日期设为今日或以后。"


class Entry(Fact):
    """A code of an agency, or of all; `item` is the code of the checklist's item it belongs to."""

    code: str
    agency: Agency | None = None
    said: Said
    item: str | None = None
    severity: Severity


@dataclass(frozen=True)
class Edition:
    """A code as it is from a day on; `withdrawn`: it is not used any more."""

    entry: Entry
    version: int
    valid_from: date
    withdrawn: bool = False


@lru_cache(maxsize=1)
def founding() -> tuple[Edition, ...]:
    """The codes that come along, as version 0."""
    return tuple(
        Edition(
            entry=Entry(
                code=each["code"],
                agency=each.get("agency"),
                said=Said(en=each["en"], zh=each["zh"]),
                item=each["item"],
                severity=Severity(each["severity"]),
            ),
            version=0,
            valid_from=date.fromisoformat(each["valid_from"]),
        )
        for each in json.loads(DATA.read_text(encoding="utf-8"))["codes"]
    )


def in_force(editions: Iterable[Edition], *, agency: str, on: date) -> list[Edition]:
    """The codes of an agency on a day: of each the newest edition that has taken effect."""
    newest: dict[str, Edition] = {}
    for each in sorted(editions, key=lambda edition: edition.version):
        if each.valid_from <= on and each.entry.agency in (None, agency):
            newest[each.entry.code] = each
    return [each for _, each in sorted(newest.items()) if not each.withdrawn]


def known(editions: Sequence[Edition], *, agency: str, days: Iterable[date]) -> Known:
    """The codes that an agency had on any of these days."""
    return {
        each.entry.code: each.entry
        for day in days
        for each in in_force(editions, agency=agency, on=day)
    }


def faults(
    findings: Iterable[Finding], codes: Known, *, pointer: Callable[[int], str]
) -> Iterator[Fault]:
    """The findings whose code is not on the list, each with the codes that are nearest to it."""
    for index, finding in enumerate(findings):
        if finding.code not in codes:
            near = nearest(finding.code, codes)
            unknown = FindingCodeUnknown(pointer=pointer(index), code=finding.code, nearest=near)
            yield errors.fault(unknown)


def nearest(code: str, codes: Known) -> list[str]:
    """The codes that look most like this one; where none does, those for something else."""
    within = [each for each in sorted(codes) if each in code or code in each]
    alike = get_close_matches(code, sorted(codes), n=MOST_NEAR)
    near = list(dict.fromkeys([*within, *alike]))[:MOST_NEAR]
    return near or [each for each in sorted(codes) if each.startswith(OTHER)]
