"""A filing's content where it is stored a second time: kept for ever, and by what it is found."""

from datetime import datetime
from typing import Any

from sqlalchemy import (
    ARRAY,
    DateTime,
    Delete,
    Insert,
    Text,
    Uuid,
    bindparam,
    delete,
    func,
    insert,
    select,
)

from services.declaration.domain import terms
from services.declaration.domain.filing import Filing
from services.declaration.tables import CONTENTS, TERMS
from shared import prepared
from shared.prepared import json_of

_MOMENT = DateTime(timezone=True)


def parts() -> list[Insert | Delete]:
    """What an amended filing's statement does besides: keep the content, change the terms."""
    of = (bindparam("accepted_at", type_=_MOMENT), bindparam("id", type_=Uuid))
    lost = func.any(bindparam("lost_terms", type_=ARRAY(Text)))
    found = func.unnest(bindparam("new_terms", type_=ARRAY(Text))).column_valued("found")
    return [
        prepared.insertion(CONTENTS, prefix="kept_"),
        delete(TERMS).where(
            TERMS.c.term == lost, TERMS.c.accepted_at == of[0], TERMS.c.filing_id == of[1]
        ),
        insert(TERMS).from_select(
            ["term", "accepted_at", "filing_id"],
            select(found, *of),
        ),
    ]


def values(before: Filing, filing: Filing, *, now: datetime) -> dict[str, Any]:
    """The values of the parts and of the filing's own row, for its new content."""
    had, has = set(terms.of(before.content)), set(terms.of(filing.content))
    content = json_of(filing.content)
    kept = {
        "filing_id": filing.id,
        "filing_version": filing.filing_version,
        "content": content,
        "effective_at": now,
        "asked_by": None if before.pending is None else before.pending.asked_by,
    }
    return {
        **prepared.named([kept], prefix="kept_"),
        "content": content,
        "lost_terms": sorted(had - has),
        "new_terms": sorted(has - had),
    }
