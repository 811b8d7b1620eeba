"""The default yard and requirements for slots, as values."""

import json
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any
from uuid import UUID, uuid5

from services.booking import seeding, yardbook
from services.booking.domain import calendar as cal
from services.booking.domain.calendar import Calendar, Taken
from services.booking.domain.parts import Want
from services.booking.domain.yard import Yard
from shared.contracts import derived
from shared.contracts.requirement import RequirementDetermined, RequirementRevised
from shared.contracts.values import AgencyNeed, BayKind, Mode, Scope, SlotWish
from tests import factories

DATA = Path(seeding.__file__).parent / "data" / "default_yards.json"

MONDAY = datetime(2026, 3, 1, 16, 0, tzinfo=UTC)  # 00:00 on 2 March in Shanghai
OPENS = MONDAY + timedelta(hours=7)
CLOSES = MONDAY + timedelta(hours=21)


@cache
def yard() -> Yard:
    """The default yard."""
    document = json.loads(DATA.read_text(encoding="utf-8"))["yards"][0]
    row = {**document, "name_zh": document["name"]["zh"], "name_en": document["name"]["en"]}
    return yardbook.yard_of(row, list(seeding.resource_rows(document, first=1)))


def content() -> dict[str, Any]:
    """What the default yard is, as its staff send it."""
    document = json.loads(DATA.read_text(encoding="utf-8"))["yards"][0]
    return {name: document[name] for name in document if name not in ("code", "time_zone")}


def need(agency: str = "customs", *skills: str, minutes: int = 60) -> AgencyNeed:
    """What an agency needs."""
    return AgencyNeed(agency=agency, scope=Scope.UNPACK, skills=skills, minutes=minutes)


def want(*needs: AgencyNeed, bay_kind: BayKind = BayKind.PLAIN) -> Want:
    """What a slot must have."""
    return Want(bay_kind=bay_kind, needs=needs or (need(),))


def calendar(
    *taken: Taken, first: datetime = MONDAY, days: int = 5, of: Yard | None = None
) -> Calendar:
    """The default yard's calendar with some of it taken."""
    return cal.calendar(of or yard(), first=first, days=days, taken=taken)


def filing_id(serial: int) -> UUID:
    """The filing of that serial."""
    return uuid5(UUID(int=0), str(serial))


def determined(
    serial: int = 1, *needs: AgencyNeed, auto: bool = False, **changes: Any
) -> RequirementDetermined:
    """A requirement: by default customs alone, one hour, in a plain bay."""
    return RequirementDetermined(**{**_determination(serial, needs, auto=auto), **changes})


def revised(
    serial: int = 1, *needs: AgencyNeed, revision: int = 2, auto: bool = False, **changes: Any
) -> RequirementRevised:
    """A later revision of that requirement."""
    facts = {**_determination(serial, needs, auto=auto), "revision": revision, **changes}
    return RequirementRevised(
        **{"cause": "escalation", "reason": factories.said("deeper look"), **facts}
    )


def _determination(serial: int, needs: tuple[AgencyNeed, ...], *, auto: bool) -> dict[str, Any]:
    needed = needs or (need(),)
    filing = filing_id(serial)
    return {
        "filing_id": filing,
        "requirement_id": derived.requirement_id(filing),
        "filing_version": 1,
        "revision": 1,
        "mode": Mode.JOINT if len(needed) > 1 else Mode.SINGLE,
        "primary_agency": needed[0].agency,
        "needs": needed,
        "bay_kind": BayKind.PLAIN,
        "lines": (),
        "terminal": "CNTAO",
        "arrival": MONDAY - timedelta(hours=10),
        "broker": factories.BROKER,
        "slot_wish": SlotWish(auto_confirm=auto),
    }
