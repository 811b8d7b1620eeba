"""`ONESTOP_CRASH_AT`: only a test may have a process killed.

The variable alone does nothing where somebody could be served: the process refuses to start
unless it listens on this machine's loopback address and uses servers there.
"""

from ipaddress import ip_address
from urllib.parse import urlsplit

from services.cli.console import fail
from services.cli.settings import System
from shared import crash


def arm(system: System, *, host: str) -> None:
    """Arm the crash point that the settings name, if any.

    `host` is where the process listens. Leaves with a message if that or a named server is not
    on the loopback address.
    """
    if not system.crash_at:
        return
    urls = [system.database_url, *system.nats_url.split(",")]
    hosts = [host, *(urlsplit(url.strip()).hostname or "" for url in urls if url)]
    beyond = sorted({each for each in hosts if not _is_loopback(each)})
    if beyond:
        fail(
            f"ONESTOP_CRASH_AT is set, and {', '.join(beyond)} is not this machine alone.",
            chinese=f"设置了 ONESTOP_CRASH_AT，但 {'、'.join(beyond)} 不限于本机。",
            mend="unset ONESTOP_CRASH_AT: it kills the process, for tests on 127.0.0.1 only.",
            mend_zh="请取消 ONESTOP_CRASH_AT：它会终止进程，仅供在 127.0.0.1 上测试。",
        )
    crash.arm(system.crash_at)


def _is_loopback(host: str) -> bool:
    """Names are not resolved: what they mean may change."""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False
