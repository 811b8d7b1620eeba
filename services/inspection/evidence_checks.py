"""What must hold of evidence: each file is there, and is the one that its record names."""

from collections.abc import Awaitable, Callable

from sqlalchemy.ext.asyncio import AsyncConnection

from services.inspection import files
from services.inspection.evidence.vault import Vault

Check = Callable[[AsyncConnection], Awaitable[list[str]]]


def check_of(vault: Vault | None) -> Check:
    """The check of the files in a vault; each file is read once."""

    async def check(connection: AsyncConnection) -> list[str]:
        broken: list[str] = []
        name, holds = "", False
        async for its, case_id, seq in files.every(connection):
            if its != name:
                name = its
                holds = await _holds(vault, name)
            if not holds:
                of = f"case {case_id} record {seq}"
                broken.append(f"{of}: its file is missing, or not as it was recorded")
        return broken

    return check


async def _holds(vault: Vault | None, name: str) -> bool:
    """Of what a changed record names, and is no hash, there is no file."""
    try:
        return vault is not None and await vault.holds(name)
    except ValueError:
        return False
