"""Release notices as rows: issued once for each release, found by their code, never changed.

A notice is issued when it is first asked for. All that it says is in the filing's receipts and
contents, which never change, so that it says the same whenever that is; a release waits for no key.
"""

import base64
import json
import secrets
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import RowMapping, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncSession

from services.declaration import store
from services.declaration.domain import notices, seal
from services.declaration.domain.content import Content
from services.declaration.domain.filing import Filing
from services.declaration.domain.notices import Standing
from services.declaration.domain.receipts import Kind
from services.declaration.domain.releases import Receipt, Release, releases
from services.declaration.domain.seal import Seal
from services.declaration.notice_tables import RELEASE_NOTICES, SEAL_KEYS
from services.declaration.tables import CONTENTS, RECEIPTS
from shared import errors, keyfile
from shared.database import Database
from shared.reference import codes

_NOTICES, _KEYS = RELEASE_NOTICES.c, SEAL_KEYS.c


class NotReleased(errors.Conflict):
    """Nothing of this filing has been released."""

    zh = "该申报单尚无放行的货物。"
    mend = "Wait for the receipt that tells of a release."
    mend_zh = "请等待放行回执。"


class ReleaseNoticeNotFound(errors.NotFound):
    """There is no such release notice: no genuine paper leads here."""

    zh = "不存在该放行通知：真实的通知不会指向此处。"
    mend = "Compare the code with the paper, letter by letter; if it is the same, do not trust it."
    mend_zh = "请逐字核对纸面上的编码；如一致，请勿采信该纸面。"


class NoticeNotIssued(errors.NotFound):
    """The filing has no release notice of this number."""

    zh = "该申报单没有此编号的放行通知。"
    mend = "Choose one of the notices that are listed."
    mend_zh = "请选用已列出的通知。"


class NoSealKey(errors.Unavailable):
    """This server has no seal key, and issues no release notices."""

    zh = "本服务器未配置印章密钥，不签发放行通知。"
    mend = "The release itself holds: its receipt tells of it. Ask the operator for the seal key."
    mend_zh = "放行本身有效，以放行回执为准；请联系运维人员配置印章密钥。"


@dataclass(frozen=True)
class Sealer:
    """Who issues notices: its key, the public address of this service, and how a code is drawn."""

    seal: Seal
    public_url: str
    draw: Callable[[], str]


def draw_code() -> str:
    """A code that nobody can guess, of letters and digits that can be typed from paper."""
    return base64.b32encode(secrets.token_bytes(16)).decode().rstrip("=")


@dataclass(frozen=True)
class Notice:
    """A notice as it was issued, and what it is worth now."""

    row: Mapping[Any, Any]
    standing: Standing

    @property
    def code(self) -> str:
        """What its QR code says: where it is found, and the seal."""
        return f"{self.row['address']}#{self.row['seal']}"


@dataclass(frozen=True)
class PublicKey:
    """A key by which seals are checked; `public` is base64url.

    `since` (wall time) is None where it has sealed nothing yet.
    """

    id: str
    public: str
    since: datetime | None


async def of(
    database: Database,
    filing_id: UUID,
    *,
    sealer: Sealer | None,
    now: datetime,
    number: int | None = None,
) -> list[Notice]:
    """A filing's notices in order, issued now if they were not before.

    Without a sealer those that were. Raises NoSealKey where there are none, or not up to `number`.
    """
    async with database.connect() as connection:
        kept = await _kept(connection, filing_id)
        due = (await _released(connection, filing_id))[len(kept) :]
        filing = await store.get(connection, filing_id)
    if due and sealer is None and (number or 1) > len(kept):
        raise NoSealKey
    if due and sealer is not None:
        async with database.transaction() as session:
            await _issue(session, filing, due, sealer=sealer, now=now)
            kept = await _kept(session, filing_id)
            filing = await store.get(session, filing_id)
    return [_notice(each, filing) for each in kept]


def chosen(issued: Sequence[Notice], number: int | None) -> Notice:
    """One of a filing's notices, the newest unless told. Raises NotReleased, NoticeNotIssued."""
    if not issued:
        raise NotReleased
    if number is not None and number > len(issued):
        raise NoticeNotIssued(number=number, issued=len(issued))
    return issued[-1 if number is None else number - 1]


async def found(connection: AsyncConnection, code: str) -> Notice:
    """A notice by its code, in capitals or not. Raises ReleaseNoticeNotFound."""
    named = _SEALED.where(_NOTICES.code == code.upper())
    row = (await connection.execute(named)).mappings().first()
    if row is None:
        raise ReleaseNoticeNotFound
    return _notice(row, await store.get(connection, row["filing_id"]))


async def keys(connection: AsyncConnection, *, sealer: Sealer | None) -> list[PublicKey]:
    """Every key that has sealed a notice, the oldest first, and the one that will."""
    kept = await connection.execute(select(SEAL_KEYS).order_by(_KEYS.since, _KEYS.id))
    known = [PublicKey(row.id, row.public, row.since) for row in kept]
    if sealer is not None and all(key.id != sealer.seal.id for key in known):
        known.append(PublicKey(sealer.seal.id, sealer.seal.public, None))
    return known


_SEALED = select(RELEASE_NOTICES, _KEYS.public).join(SEAL_KEYS, _KEYS.id == _NOTICES.key_id)


async def _kept(
    connection: AsyncConnection | AsyncSession, filing_id: UUID
) -> Sequence[RowMapping]:
    its = _SEALED.where(_NOTICES.filing_id == filing_id).order_by(_NOTICES.number)
    return (await connection.execute(its)).mappings().all()


async def _released(connection: AsyncConnection, filing_id: UUID) -> list[tuple[Release, Content]]:
    """Each release of a filing, with the content that was in force."""
    told = await connection.execute(
        select(RECEIPTS.c.kind, RECEIPTS.c.facts, RECEIPTS.c.at)
        .where(RECEIPTS.c.filing_id == filing_id)
        .order_by(RECEIPTS.c.sequence)
    )
    kept = await connection.execute(
        select(CONTENTS.c.filing_version, CONTENTS.c.content).where(
            CONTENTS.c.filing_id == filing_id
        )
    )
    contents = {version: Content.model_validate(content) for version, content in kept}
    receipts = (Receipt(Kind(kind), facts, at) for kind, facts, at in told)
    return [(each, contents[each.known.filing_version]) for each in releases(receipts, contents)]


async def _issue(
    session: AsyncSession,
    filing: Filing,
    due: Sequence[tuple[Release, Content]],
    *,
    sealer: Sealer,
    now: datetime,
) -> None:
    """Seal and keep what is due; of two who do so at once, one's stays."""
    key = {"id": sealer.seal.id, "public": sealer.seal.public, "since": now}
    await session.execute(insert(SEAL_KEYS).values(key).on_conflict_do_nothing())
    for release, content in due:
        agencies = list(codes.known("agencies", on=release.at.date()))
        text = notices.text(
            release, content, receipt_number=filing.receipt_number, agencies=agencies
        )
        code = sealer.draw()
        row = {
            "filing_id": filing.id,
            "number": release.number,
            "code": code,
            "address": f"{sealer.public_url}/v1/notices/{code}",
            "text": text,
            "seal": sealer.seal.on(text),
            "key_id": sealer.seal.id,
            "issued_at": now,
        }
        put = insert(RELEASE_NOTICES).values(row)
        await session.execute(put.on_conflict_do_nothing(index_elements=["filing_id", "number"]))


def _notice(row: RowMapping, filing: Filing) -> Notice:
    public = keyfile.of_jwk(row["public"])
    proven = seal.holds(row["seal"], row["text"], public=public)
    return Notice(row, notices.standing(json.loads(row["text"]), filing, proven=proven))
