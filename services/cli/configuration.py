"""Settings read from the environment; what is wrong with them is said in words."""

from collections.abc import Callable
from typing import Any, TypeVar

from pydantic import ValidationError
from pydantic_settings import SettingsError

from services.cli.console import fail
from services.cli.registry import Entry
from services.cli.settings import System

T = TypeVar("T")


def system() -> System:
    """What every service needs; leaves with a message that names each variable that is wrong."""
    return _read(System, prefix=str(System.model_config.get("env_prefix")))


def of(entry: Entry) -> Any:
    """A service's own settings; leaves with such a message too."""
    return _read(entry.settings, prefix=f"ONESTOP_{entry.name.upper()}_")


def _read(settings: Callable[[], T], *, prefix: str) -> T:
    try:
        return settings()
    except ValidationError as invalid:
        faults = "; ".join(
            f"{_variable(prefix, fault['loc'])}: {fault['msg']}"
            for fault in invalid.errors(include_url=False, include_input=False)
        )
    except SettingsError as unreadable:
        faults = f"{prefix}*: {unreadable}, {unreadable.__cause__}"
    fail(
        f"configuration: {faults}.",
        chinese=f"配置有误：{faults}。",
        mend="correct these environment variables; README lists every one.",
        mend_zh="请更正这些环境变量；README 列出了全部变量。",
    )


def _variable(prefix: str, place: tuple[int | str, ...]) -> str:
    """The variable's name; a rule about several of them is told of all."""
    return prefix + (str(place[0]).upper() if place else "*")
