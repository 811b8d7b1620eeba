"""`onestop provision`: the database, roles and schemas on a named PostgreSQL."""

import asyncio
import json
from collections.abc import Mapping
from pathlib import Path

import asyncpg

from services.cli.console import fail, say
from services.cli.registry import BY_NAME
from shared.embedded import provision


def run(admin_url: str, *, database: str, passwords: Path) -> None:
    """Make what is missing; leaves with a message if the server or the file does not allow it."""
    secrets = _read(passwords)
    try:
        asyncio.run(provision.provision(admin_url, database=database, services=secrets))
    except (asyncpg.PostgresError, asyncpg.InterfaceError, OSError, ValueError) as error:
        reason = str(error) or type(error).__name__
        fail(
            f"the database server does not take us: {reason}",
            chinese=f"无法使用数据库服务器：{reason}",
            mend="check --admin-url (a superuser's address, such as postgresql://user:pw@host/db).",
            mend_zh="请检查 --admin-url（超级用户地址，如 postgresql://user:pw@host/db）。",
        )
    say(f"database {database} has a schema and a role for each service")


def _read(passwords: Path) -> Mapping[str, str]:
    names = ", ".join(BY_NAME)
    try:
        secrets = json.loads(passwords.read_text())
        wrong = sorted(set(secrets) ^ set(BY_NAME))
        if not wrong and all(isinstance(each, str) and each for each in secrets.values()):
            return dict(secrets)
        reason = f"wrong or missing: {', '.join(wrong)}" if wrong else "a password is empty"
    except (OSError, ValueError, TypeError, AttributeError) as error:
        reason = str(error)
    fail(
        f"{passwords} is not a file of passwords: {reason}",
        chinese=f"{passwords} 不是口令文件：{reason}",
        mend=f"write a JSON object with a password for each of {names}.",
        mend_zh=f"请写成 JSON 对象，为以下每个服务给出密码：{names}。",
    )
