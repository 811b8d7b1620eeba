"""The release notice: what is sealed of a release, and whether it still stands.

Its text is JSON in the form of RFC 8785; it is sealed, kept and shown as it is.
"""

from collections.abc import Iterator, Mapping, Sequence
from enum import StrEnum
from typing import Any

import rfc8785

from services.declaration.domain import boxes
from services.declaration.domain.boxes import State
from services.declaration.domain.content import Content
from services.declaration.domain.filing import Filing
from services.declaration.domain.moves import Status
from services.declaration.domain.releases import Release
from shared.contracts.values import utc

TYPE = "onestop.release_notice.v1"


class Standing(StrEnum):
    """What a notice that was issued is worth now.

    `amended`: another version of the filing is in force. `revoked`: what it names is no longer
    released. `unproven`: its record does not match its seal.
    """

    IN_FORCE = "in_force"
    AMENDED = "amended"
    REVOKED = "revoked"
    UNPROVEN = "unproven"


def text(
    release: Release, content: Content, *, receipt_number: str, agencies: Sequence[str]
) -> str:
    """What a notice says of a release of this content; `agencies` are all that may inspect."""
    known = release.known
    named = (*agencies, *(each for each in known.agencies if each not in agencies))
    said: dict[str, Any] = {
        "type": TYPE,
        "number": f"{receipt_number}-{release.number}",
        "receipt_number": receipt_number,
        "filing_version": known.filing_version,
        "released_at": utc(release.at),
        "whole": release.whole,
        "declarant": {"name": content.broker.name, "uscc": content.broker.uscc},
        "bill_of_lading": content.bill_of_lading,
        "direction": content.direction.value,
        "customs_office": content.customs_office,
        "terminal": content.terminal,
        "yard": known.yard,
        "containers": list(release.containers),
        "goods": list(_goods(release, content)),
        "agencies": [{"agency": each, "how": known.how(each).value} for each in named],
        "sandbox": content.sandbox is not None,
    }
    return rfc8785.dumps(said).decode()


def _goods(release: Release, content: Content) -> Iterator[dict[str, Any]]:
    """The goods lines in what was released. A container that names none may have all in it."""
    gone = [each for each in content.containers if each.number in release.containers]
    every = not gone or any(not each.lines for each in gone)
    inside = {number for each in gone for number in each.lines}
    for line in content.lines:
        if every or line.number in inside:
            yield {"number": line.number, "hs_code": line.hs_code, "name": line.name}


def standing(notice: Mapping[str, Any], filing: Filing, *, proven: bool) -> Standing:
    """What the notice is worth as its filing stands; `proven`: its seal holds."""
    if not proven:
        return Standing.UNPROVEN
    if not _released(notice["containers"], filing):
        return Standing.REVOKED
    if notice["filing_version"] != filing.filing_version:
        return Standing.AMENDED
    return Standing.IN_FORCE


def _released(containers: Sequence[str], filing: Filing) -> bool:
    if not containers:
        return filing.status is Status.RELEASED
    return all(
        boxes.state(filing.told.get(each), whole=filing.status, opened=filing.opened)
        is State.RELEASED
        for each in containers
    )
