"""A file becomes evidence: it is in the vault, for good, before its record is committed."""

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from services.inspection import commands, files, marks, store
from services.inspection.domain import evidence, marking
from services.inspection.domain.evidence import About, Piece
from services.inspection.domain.records import Actor, Moment, Record
from services.inspection.domain.results import IdTaken
from services.inspection.evidence.content import Taken
from services.inspection.evidence.vault import Vault
from shared import crash
from shared.ids import Ids


@dataclass(frozen=True)
class Room:
    """Where files are kept, and how many bytes those of one case may have."""

    vault: Vault
    case_bytes: int


async def attach(
    session: AsyncSession,
    case_id: UUID,
    evidence_id: UUID,
    taken: Taken,
    about: About,
    *,
    investigation: str | None = None,
    room: Room,
    who: Actor,
    now: Moment,
    ids: Ids,
) -> int:
    """The number of a file's record; one that is there under its id, sent again, stays as it is.

    If the vault has lost its file, it has it then again. `investigation`: why others may not know.

    Raises CaseNotFound, IdTaken, VaultUnavailable, OSError, and what `evidence.attach` raises.
    """
    piece = Piece(
        evidence_id, taken.media_type, taken.sha256, len(taken.content), taken.sent, about
    )
    case = await store.lock(session, case_id)
    known = await files.found(session, evidence_id)
    if known is not None:
        seq = await _same(session, known, case_id, piece, secret=investigation is not None)
        await _keep_again(session, piece.sha256, taken.content, vault=room.vault)
        return seq
    kept = await files.size_of(session, case_id)
    change = evidence.attach(case, piece, who=who, kept=kept, most=room.case_bytes)
    if investigation is not None:
        change = marking.kept_back(change, reason=investigation)
    await files.hold(session, piece.sha256)
    await room.vault.keep(piece.sha256, taken.content)
    crash.at("evidence.kept")
    await commands.hear(session, case, change, who=who, now=now, ids=ids)
    seq = case.head.seq + 1
    if investigation is not None:
        await marks.keep(session, case_id, [seq, seq + 1], agency=who.agency or "")
    return seq


async def _keep_again(session: AsyncSession, name: str, content: bytes, *, vault: Vault) -> None:
    if await vault.holds(name):
        return
    await files.hold(session, name)
    await vault.keep(name, content)


async def _same(
    session: AsyncSession, known: Record, case_id: UUID, piece: Piece, *, secret: bool
) -> int:
    """Sent again, to be kept back, is not the same as what others see already."""
    there = evidence.piece_of(known) if known.kind == evidence.KIND else None
    if there is None or (known.case_id, there.sent) != (case_id, piece.sent):
        raise IdTaken(id=str(piece.id))
    if secret and not await marks.marked(session, case_id, known.seq):
        raise IdTaken(id=str(piece.id))
    return known.seq
