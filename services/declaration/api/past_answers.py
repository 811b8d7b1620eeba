"""What is answered about a filing's past. Times are wall time, UTC."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Self
from uuid import UUID

from pydantic import BaseModel
from sqlalchemy import RowMapping

from services.declaration.domain.checks import naming
from services.declaration.domain.content import Content
from services.declaration.domain.dictionary import Dictionary
from services.declaration.domain.differences import Difference, Spot
from services.declaration.domain.moves import Status
from shared.auth.principal import Role
from shared.contracts.values import Said


class VersionOut(BaseModel):
    """A content that was accepted, since when it is in force, and by which act of whom.

    `act` is `file` or `amend`; `by` is the subject of the broker's token, null where it was not
    kept.
    """

    filing_version: int
    act: str
    by: str | None
    effective_at: datetime

    @classmethod
    def of(cls, row: RowMapping) -> Self:
        """The answer for a row."""
        return cls(**_version(row))


class VersionContentOut(VersionOut):
    """A version with its content."""

    consignment: Content

    @classmethod
    def of(cls, row: RowMapping) -> Self:
        """The answer for a row with its content."""
        return cls(**_version(row), consignment=Content.model_validate(row["content"]))


def _version(row: RowMapping) -> dict[str, Any]:
    number = row["filing_version"]
    return {
        "filing_version": number,
        "act": "file" if number == 1 else "amend",
        "by": row["asked_by"],
        "effective_at": row["effective_at"],
    }


class ActorOut(BaseModel):
    """Who acted. A broker is told an officer's agency alone; `subject` is null if it was not kept.

    What another service did has the role `service` and that service as its organisation.
    """

    role: str
    organisation: str | None
    agency: str | None
    subject: str | None


class ActOut(BaseModel):
    """One act: the state and version that the filing had after it, and its receipts' numbers.

    An act of another service is called as its event. `cause` is the id of the event or request.
    Its `reason` may hold what officers found: a broker reads in the receipts what it is told.
    """

    sequence: int
    at: datetime
    act: str
    actor: ActorOut
    status: Status
    filing_version: int
    receipts: list[int]
    reason: Said | None
    cause: str | None

    @classmethod
    def of(cls, row: Mapping[Any, Any], *, officers: bool) -> Self:
        """The answer for a row; `officers`: whether they are named, and what they found told."""
        hidden = row["role"] == Role.SERVICE and not officers
        reason = None if hidden else row["reason"]
        return cls(**{**row, "actor": _actor(row, officers=officers), "reason": reason})


def _actor(row: Mapping[Any, Any], *, officers: bool) -> ActorOut:
    hidden = row["agency"] is not None and not officers
    office = hidden and row["role"] != Role.SERVICE
    return ActorOut(
        role=row["role"],
        organisation=None if office else row["organisation"],
        agency=row["agency"],
        subject=None if hidden else row["subject"],
    )


class DictionaryItemOut(BaseModel):
    """An item of the data dictionary; what this system alone asks has no number."""

    id: str
    number: int | None
    zh: str
    en: str


class SpotOut(BaseModel):
    """A place in a version (JSON pointer) and the value there, as the version has it."""

    pointer: str
    value: Any

    @classmethod
    def of(cls, spot: Spot | None) -> Self | None:
        """The answer for a place; None: the version has nothing there."""
        return None if spot is None else cls(pointer=spot.pointer, value=spot.value)


class DifferenceOut(BaseModel):
    """One field that differs, or a whole entry that one of the versions does not have.

    `path` leads to it in both: names of fields, and of an entry of a list the fields that name it
    (a line's number, a container's number). `item` is null for what has several items.
    """

    path: list[str | list[str]]
    item: DictionaryItemOut | None
    before: SpotOut | None
    after: SpotOut | None

    @classmethod
    def of(cls, found: Difference, dictionary: Dictionary) -> Self:
        """The answer for a difference."""
        before, after = SpotOut.of(found.before), SpotOut.of(found.after)
        said = after or before
        item = None if said is None else naming.item_at(said.pointer, dictionary)
        return cls(
            path=[
                step if isinstance(step, str) else [str(each) for each in step]
                for step in found.path
            ],
            item=None
            if item is None
            else DictionaryItemOut(id=item.id, number=item.number, zh=item.zh, en=item.en),
            before=before,
            after=after,
        )


class DifferencesOut(BaseModel):
    """What differs between two versions of a filing; nothing if they say the same."""

    filing_id: UUID
    before: int
    after: int
    items: list[DifferenceOut]
