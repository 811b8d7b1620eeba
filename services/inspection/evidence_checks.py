"""What must hold of evidence: each file is there, and is the one that its record names."""

from collections.abc import Awaitable, Callable

from sqlalchemy.ext.asyncio import AsyncConnection

from services.inspection import files
from services.inspection.domain import evidence
from services.inspection.evidence.vault import Vault

Check = Callable[[AsyncConnection], Awaitable[list[str]]]


def check_of(vault: Vault | None) -> Check:
    """The check of the files in a vault; each file is read once."""

    async def check(connection: AsyncConnection) -> list[str]:
        broken: list[str] = []
        name, holds = "", False
        async for record in files.every(connection):
            piece = evidence.piece_of(record)
            if piece.sha256 != name:
                name = piece.sha256
                holds = vault is not None and await vault.holds(name)
            if not holds:
                of = f"case {record.case_id} record {record.seq}"
                broken.append(f"{of}: its file is missing, or not as it was recorded")
        return broken

    return check
