"""`onestop bench items`: how many items a broker fills in, on two forms and on one.

Distinct items: each counts once, however many lines have it. The pairs beside this module are made
up, of kinds of goods that a port sees; each merges into a filing that is accepted as it is.
"""

import json
from collections.abc import Iterator, Mapping
from importlib import resources
from typing import Any
from zoneinfo import ZoneInfo

from services.declaration import dictionary
from services.declaration.dictionary import legacy
from services.declaration.domain.legacy import LegacyItem
from services.declaration.domain.places import Document
from services.declaration.merging import merge
from services.declaration.merging.report import Merged
from services.declaration.merging.request import MergeIn

ZONE = ZoneInfo("Asia/Shanghai")
Figures = dict[str, Any]


def pairs() -> Iterator[tuple[str, MergeIn]]:
    """The realistic pairs by name; goods that needed no inspection form have none."""
    folder = resources.files(__package__).joinpath("pairs")
    for file in sorted(folder.iterdir(), key=lambda each: each.name):
        told = json.loads(file.read_text(encoding="utf-8"))
        asked = {name: told[name] for name in ("customs", "inspection", "answers")}
        yield told["id"], MergeIn.model_validate_json(json.dumps(asked))


def merged(pair: MergeIn) -> Merged:
    """A pair's filing on the day of the reform, with the answers that belong to it."""
    return merge.of_forms(
        pair.customs,
        pair.inspection,
        dictionary=dictionary.at(dictionary.REFORM),
        zone=ZONE,
        answers=[each.answer() for each in pair.answers],
    )


def filled_in(form: Mapping[str, Any], entries: tuple[LegacyItem, ...]) -> int:
    """How many items of a form are filled in anywhere on it."""
    parts = (form, *form["lines"], *form["containers"])
    told = {name for part in parts for name, value in part.items() if value is not None}
    return sum(item.id in told for item in entries)


def declared(filing: Mapping[str, Any]) -> int:
    """How many items of the merged declaration a filing has."""
    document = Document(filing)
    items = dictionary.at(dictionary.REFORM).merged
    return sum(
        any(value is not None for field in item.fields for value in document.values(field.pointer))
        for item in items
    )


def run() -> Figures:
    """Count; percentages are of the items of both forms."""
    found = {name: _counted(pair) for name, pair in pairs()}
    both = {name: each for name, each in found.items() if each["inspection"]}
    alone = {name: each for name, each in found.items() if not each["inspection"]}
    return {
        "name": "items",
        "fewer_percent": _fewer(both),
        "fewest_percent": min(each["fewer_percent"] for each in both.values()),
        "fewer_percent_without_inspection": _fewer(alone),
        "pairs": found,
    }


def _counted(pair: MergeIn) -> Figures:
    forms = legacy.forms()
    customs = filled_in(pair.customs.model_dump(), forms.customs)
    inspection = 0
    if pair.inspection is not None:
        inspection = filled_in(pair.inspection.model_dump(), forms.inspection)
    result = merged(pair)
    if result.conflicts:
        raise RuntimeError(f"open: {[entry.place for entry in result.conflicts]}")
    after = declared(result.values)
    counts = {"customs": customs, "inspection": inspection, "merged": after}
    return counts | {"fewer_percent": _percent(customs + inspection, after)}


def _fewer(found: Mapping[str, Figures]) -> float:
    before = sum(each["customs"] + each["inspection"] for each in found.values())
    return _percent(before, sum(each["merged"] for each in found.values()))


def _percent(before: int, after: int) -> float:
    return round(100 * (before - after) / before, 1)
