"""The OpenAPI documents of the services, as they are written down.

That they are current is tested once (`tests/contract/test_generated.py`); making one takes half a
second of CPU.
"""

import json
from functools import cache
from pathlib import Path
from typing import Any

API = Path(__file__).parents[1] / "docs" / "api"


@cache
def of(service: str) -> dict[str, Any]:
    """A service's document. Nobody may change it."""
    written = (API / f"openapi-{service}.json").read_text(encoding="utf-8")
    found: dict[str, Any] = json.loads(written)
    return found
