"""`onestop dictionary`: the merged declaration's items on a day, and the two forms before it."""

from collections.abc import Iterator
from datetime import date
from typing import Any

from services.cli import console
from services.declaration import dictionary
from services.declaration.dictionary import described, legacy
from services.declaration.domain.dictionary import Origin
from services.declaration.domain.legacy import LegacyItem

REFORM = dictionary.REFORM


def document(day: date) -> dict[str, Any]:
    """What `onestop dictionary --json` prints: counts first.

    `shared` counts merged items that stood on both forms, `dropped` items of either that are asked
    no more: on the reform's day customs + inspection - shared - dropped = merged.
    """
    if day < REFORM:
        console.fail(
            f"There is no merged declaration before {REFORM}.",
            chinese=f"{REFORM} 之前没有整合申报。",
            mend="Ask for that day or a later one.",
            mend_zh="请查询该日或之后的日期。",
        )
    merged, forms = dictionary.at(day).merged, legacy.forms()
    return {
        "at": day,
        "merged": len(merged),
        "customs": len(forms.customs),
        "inspection": len(forms.inspection),
        "shared": sum(item.origin is Origin.SHARED for item in merged),
        "dropped": forms.dropped,
        "items": [described.item(item) for item in merged],
        "legacy_customs": [_legacy(each) for each in forms.customs],
        "legacy_inspection": [_legacy(each) for each in forms.inspection],
    }


def _legacy(entry: LegacyItem) -> dict[str, Any]:
    return entry.model_dump(mode="json")


def lines(day: date) -> Iterator[str]:
    """The same for people: a line an item."""
    told = document(day)
    for name in ("at", "merged", "customs", "inspection", "shared", "dropped"):
        yield f"{name:20} {told[name]}"
    for item in told["items"]:
        words = f"{item['number']:>3}  {item['zh']}  {item['en']}"
        yield f"{words}  [{item['group']}, {item['origin']}, {item['obligation']}]"
    for form, entries in (
        ("海关报关单 customs form", told["legacy_customs"]),
        ("检验检疫报检单 inspection form", told["legacy_inspection"]),
    ):
        yield form
        yield from (_told(entry) for entry in entries)


def _told(entry: dict[str, Any]) -> str:
    reason = entry["reason"]
    why = f": {reason['zh']}{reason['en']}" if reason else ""
    return f"  {entry['zh']}  {entry['en']}  [{entry['fate']} -> {entry['item'] or '-'}]{why}"
