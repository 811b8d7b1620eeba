"""What must hold of the tree over all cases: its leaves, its nodes, its roots, what was signed."""

import base64
from datetime import date

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from services.inspection import ledger
from services.inspection.domain import checkpoints
from services.inspection.domain.checkpoints import Checkpoint, Lacking, Signature
from services.inspection.settings import Settings
from shared.kit import Kit
from shared.messaging.operated import Pass, Verdict

BATCH = 500

LEAVES = """
SELECT 'leaf ' || l.index || ': its record is not as it was' FROM ledger_leaves l
LEFT JOIN case_records r ON r.case_id = l.case_id AND r.seq = l.seq
WHERE r.hash IS DISTINCT FROM l.hash
"""
NODES_OF_LEAVES = """
SELECT 'leaf ' || coalesce(l.index, n.position) || ': its node is not its hash'
FROM ledger_leaves l
FULL JOIN (SELECT * FROM ledger_nodes WHERE level = 0) n ON n.position = l.index
WHERE n.hash IS DISTINCT FROM sha256('\\x00'::bytea || convert_to(
    '{"case_id":"' || l.case_id || '","hash":"' || l.hash || '","seq":' || l.seq || '}',
    'UTF8'))
"""
NODES = """
SELECT 'node ' || n.level || '/' || n.position || ': it is not the hash of what is below'
FROM ledger_nodes n
LEFT JOIN ledger_nodes a ON a.level = n.level - 1 AND a.position = 2 * n.position
LEFT JOIN ledger_nodes b ON b.level = n.level - 1 AND b.position = 2 * n.position + 1
WHERE n.level > 0 AND n.hash IS DISTINCT FROM sha256('\\x01'::bytea || a.hash || b.hash)
"""
MISSING = """
SELECT 'the ledger has gaps' FROM (SELECT count(*) AS leaves, max(index) + 1 AS size
    FROM ledger_leaves) l, (SELECT count(*) AS numbers, max(number) AS last, max(size) AS size
    FROM checkpoints) c
WHERE l.leaves <> coalesce(l.size, 0) OR c.numbers <> coalesce(c.last, 0)
    OR l.leaves <> coalesce(c.size, 0)
"""

FOREIGN = """
SELECT 'checkpoint ' || s.number || ': no key of ' || s.agency || ' that counted has signed it'
FROM checkpoint_signatures s LEFT JOIN officer_keys k ON k.public = s.public AND k.agency = s.agency
    AND s.signed_at >= k.registered_at - interval '1 minute'
    AND (k.revoked_at IS NULL OR s.signed_at <= k.revoked_at + interval '1 minute')
WHERE k.id IS NULL
"""
"""As of officers' signatures (`sign_offs.GRACE`): clocks may differ by a minute."""
STRAY = """
SELECT 'checkpoint ' || s.number || ': ' || s.agency || ' has signed it, and it is not there'
FROM checkpoint_signatures s LEFT JOIN checkpoints c ON c.number = s.number
WHERE c.number IS NULL
"""
SIGNED = """
SELECT c.number, c.day, array_remove(array_agg(s.agency), NULL) AS agencies FROM checkpoints c
LEFT JOIN checkpoint_signatures s ON s.number = c.number GROUP BY c.number ORDER BY c.number
"""


async def check(connection: AsyncConnection) -> list[str]:
    """The tree is that of its leaves, these are records, and every signature is one."""
    found = []
    for query in (LEAVES, NODES_OF_LEAVES, NODES, MISSING, FOREIGN, STRAY):
        found += list((await connection.execute(text(query))).scalars())
    last = 0
    while some := await ledger.every(connection, after=last, limit=BATCH):
        signed = await ledger.signatures(connection, [each.number for each in some])
        for each in some:
            found += await _of(connection, each, signed[each.number])
        last = some[-1].number
    return found


def unsigned_of(kit: Kit, settings: Settings) -> Pass:
    """Which agencies have not signed which checkpoints.

    Told, and not broken: it does not show that anything was changed, and a system without signers
    has none. Broken is one that is not signed among those that are: whoever signs, signs all.
    """

    async def look() -> Verdict:
        async with kit.database.connect() as connection:
            rows = (await connection.execute(text(SIGNED))).all()
        days = {row.number: row.day for row in rows}
        signed = {row.number: row.agencies for row in rows}
        today = kit.clock.yard().astimezone(settings.zone).date()
        broken: list[str] = []
        told: list[str] = []
        for each in checkpoints.lacking(signed, settings.agencies):
            later = f"{each.agency} has signed later ones, and not this one"
            broken += [f"checkpoint {number}: {later}" for number in each.gaps]
            if each.last:
                told.append(_last(each, days[each.last[0]], today=today))
        return Verdict({"checkpoints": broken}, told)

    return look


def _last(lacking: Lacking, day: date, *, today: date) -> str:
    """What an agency has not signed since it signed last, and since when the first is due."""
    first, last = lacking.last[0], lacking.last[-1]
    which = f"checkpoint {first}" if first == last else f"checkpoints {first} to {last}"
    due = day + checkpoints.SIGNED_WITHIN
    said = "was to be signed" if today > due else "is to be signed"
    return f"{which}: not signed by {lacking.agency}; the first {said} by the end of {due}"


async def _of(
    connection: AsyncConnection, checkpoint: Checkpoint, signed: list[Signature]
) -> list[str]:
    name = f"checkpoint {checkpoint.number}"
    try:
        (root,) = await ledger.hashes(connection, [(0, checkpoint.size)])
    except KeyError:
        return [f"{name}: nodes of it are missing"]
    found = [] if root == checkpoint.root else [f"{name}: its root is not that of its leaves"]
    return found + [
        f"{name}: the signature of {each.agency} is wrong"
        for each in signed
        if not _verifies(each, checkpoint)
    ]


def _verifies(signed: Signature, checkpoint: Checkpoint) -> bool:
    try:
        raw = base64.b64decode(signed.signature, validate=True)
    except ValueError:
        return False
    return checkpoints.verifies(signed.public, raw, checkpoint.text)
