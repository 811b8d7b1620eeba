"""Two legacy forms to merge and file: the examples, for a broker and a moment."""

import json
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from tests.factories import BROKER, NOW, Body

EXAMPLES = Path(__file__).parents[1] / "docs" / "examples"
ZONE = ZoneInfo("Asia/Shanghai")


def form(name: str) -> Body:
    """One of the two examples."""
    read: Body = json.loads((EXAMPLES / f"legacy_{name}.json").read_text(encoding="utf-8"))
    return read


def answers(reference: str) -> list[dict[str, Any]]:
    """What the examples leave open."""
    return [
        {"place": "/reference", "value": reference},
        {"place": "/lines/*/duty_percent", "value": "12"},
        {"place": "/arrival", "take": "customs"},
        {"place": "/attachments/0/number", "value": "INV-2026-0017"},
    ]


def pair(
    *, now: datetime = NOW, broker: str = BROKER, reference: str = "MERGED-1", **changes: Any
) -> Body:
    """The body of a merge whose filing is accepted: it arrives two days after `now`."""
    arrival = (now + timedelta(days=2)).astimezone(ZONE)
    customs, inspection = form("customs"), form("inspection")
    customs["arrival"] = f"{arrival:%Y%m%d}"
    inspection["arrival"] = f"{arrival + timedelta(days=1):%Y%m%d}"
    customs["declarant"] |= {"uscc": broker}
    return {
        "customs": customs,
        "inspection": inspection,
        "answers": answers(reference),
    } | changes
