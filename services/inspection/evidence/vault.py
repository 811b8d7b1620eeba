"""What a store of files does. A file's name is the SHA-256 of its content, in hexadecimal."""

from datetime import datetime
from typing import Protocol

from shared import errors


class EvidenceLost(errors.Unavailable):
    """The file is missing, or is not as it was recorded."""

    zh = "该文件缺失，或与登记时不符。"
    mend = "Tell the operator: `onestop verify` names every such file, a backup may have it."
    mend_zh = "请告知运维人员：onestop verify 会列出所有此类文件，可从备份恢复。"


class VaultUnavailable(errors.Unavailable):
    """Files can be neither kept nor read now."""

    zh = "当前无法存取文件。"
    mend = "Nothing was saved. The operator must mend the folder of evidence; then try again."
    mend_zh = "未保存任何内容，请运维人员修复证据文件夹后重试。"


class Vault(Protocol):
    """Keeps files by the hash of what is in them, so that none is ever overwritten by another."""

    async def keep(self, name: str, content: bytes) -> None:
        """Keep a file: it outlives a crash once this returns. Raises VaultUnavailable, OSError."""

    async def read(self, name: str) -> bytes:
        """A file, whose content has its hash. Raises EvidenceLost, VaultUnavailable."""

    async def holds(self, name: str) -> bool:
        """Whether the file is there with the content that its name says."""

    async def old(self, *, before: datetime) -> list[str]:
        """The names of files that were last kept before (wall time)."""

    async def drop(self, name: str) -> None:
        """Take a file away, if it is there."""
