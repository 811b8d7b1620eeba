"""`onestop token`: a token of the embedded instance that uses a data folder."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

from services.cli import people
from services.cli.console import fail
from shared.auth.issuer import Issuer
from shared.auth.principal import Role
from shared.errors import Refused


def make(
    role: Role,
    *,
    data: Path,
    org: str | None,
    agency: str | None,
    subject: str | None,
    hours: int,
) -> str:
    """The token, valid from now; leaves with a message for somebody who cannot be.

    What is not told is taken from the instance's own people.
    """
    defaults = {kind: home for kind, home, of in people.PEOPLE.values() if of is None}
    try:
        return Issuer.open(data, embedded=True).mint(
            role,
            organisation=org or defaults.get(role, agency or ""),
            agency=agency,
            subject=subject or f"demo-{role.value}",
            now=datetime.now(UTC),
            lifetime=timedelta(hours=hours),
        )
    except (ValueError, OSError, Refused) as error:
        fail(
            f"no token can be issued: {error}",
            chinese=f"无法签发令牌：{error}",
            mend="officers and supervisors need --agency; see `onestop token --help`.",
            mend_zh="查验员和主管须指定 --agency；参见 `onestop token --help`。",
        )
