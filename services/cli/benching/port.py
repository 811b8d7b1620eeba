"""The mix of a real port: of a hundred filings ninety are not inspected.

Four are inspected by one agency, four by both, and of two the second agency recognises the
first one's result. The default rules decide, so their random draws shift the shares a little.
"""

from collections.abc import Iterator
from datetime import datetime
from itertools import count
from typing import Any

from services.cli.benching import bodies
from services.cli.replaying import making

TRUSTED = making.uscc("TRUSTED")
WOOD = {"hs_code": "4407110000", "name": "松木板 pine boards"}
FREE = {"line": WOOD}
"""Free of duty: both agencies look for it."""
TAXED = {"line": {**WOOD, "duty_percent": "5"}}
"""Under duty: quarantine alone does."""
RECOGNISED = {"line": WOOD, "consignee": {"uscc": TRUSTED, "name": "守信企业 Trusted"}}
HUNDRED: tuple[dict[str, Any], ...] = (*[{}] * 90, *[TAXED] * 4, *[FREE] * 4, *[RECOGNISED] * 2)
STRIDE = 37
"""Spreads the few among the many: 37 and 100 have no common factor."""


def filings(*, broker: str, now: datetime) -> Iterator[bytes]:
    """Filings for ever."""
    for serial in count():
        kind = HUNDRED[serial * STRIDE % len(HUNDRED)]
        yield bodies.raw(serial, broker=broker, now=now, **kind)
