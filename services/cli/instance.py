"""The running system that a command talks to: found, started for the while, or named."""

import json
import os
import signal
import ssl
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from types import MappingProxyType
from typing import IO

import httpx
import jwt

from services.cli import people
from services.cli.console import fail, say
from shared.auth.issuer import Issuer
from shared.embedded.folder import Folder

START_SECONDS = 120
STOP_SECONDS = 30
UNAVAILABLE = 503
PLAIN = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
"""For plain HTTP, which ours speak: reading certificates took longer than a look itself."""


@dataclass(frozen=True)
class Instance:
    """Where a system answers, and a token for each of its people (`people.PEOPLE`)."""

    url: str
    tokens: Mapping[str, str]


@contextmanager
def scratch() -> Iterator[Path]:
    """A data folder for as long as the block runs, which the database's account can enter."""
    with tempfile.TemporaryDirectory(prefix="onestop-") as folder:
        data = Path(folder)
        data.chmod(0o711)
        yield data


@contextmanager
def found(
    data: Path,
    *,
    url: str | None,
    token_file: Path | None,
    factor: Decimal | None,
    environment: Mapping[str, str] = MappingProxyType({}),
) -> Iterator[Instance]:
    """The named system, or the one that serves `data`, or one started as long as the block runs.

    `factor` is the speed of the yards' clock of one that is started here, `environment` what is
    set for it besides this process's own.
    """
    if url is not None:
        yield Instance(url.rstrip("/"), _read_tokens(token_file))
        return
    folder = Folder(data)
    if folder.running() is not None:
        yield _of(folder, _wait(folder, alive=lambda: folder.running() is not None))
        return
    with _started(folder, factor=factor, environment=environment) as address:
        yield _of(folder, address)


def organisation_of(token: str) -> str:
    """The `org` claim of a token, which its server checks, not we."""
    return _claim(token, "org")


def subject_of(token: str) -> str:
    """The `sub` claim of a token, which its server checks, not we."""
    return _claim(token, "sub")


def _claim(token: str, name: str) -> str:
    claims = jwt.decode(token, options={"verify_signature": False})
    return str(claims[name])


def _of(folder: Folder, url: str) -> Instance:
    issuer = Issuer.open(folder.data, embedded=True)
    return Instance(url, people.tokens(issuer, now=datetime.now(UTC)))


def _read_tokens(path: Path | None) -> Mapping[str, str]:
    if path is None:
        fail(
            "a remote system needs --token-file.",
            chinese="访问远程系统需要 --token-file。",
            mend=f"give a JSON file with a token for each of: {', '.join(people.PEOPLE)}.",
            mend_zh=f"请提供 JSON 文件，包含以下每一角色的令牌：{'、'.join(people.PEOPLE)}。",
        )
    try:
        tokens = json.loads(path.read_text())
        return {str(name): str(token) for name, token in tokens.items()}
    except (OSError, ValueError, AttributeError) as error:
        fail(
            f"{path} is not a token file: {error}.",
            chinese=f"{path} 不是令牌文件：{error}。",
            mend=f"write a JSON object with the keys {', '.join(people.PEOPLE)}.",
            mend_zh=f"请写成 JSON 对象，键为：{'、'.join(people.PEOPLE)}。",
        )


@contextmanager
def _started(
    folder: Folder, *, factor: Decimal | None, environment: Mapping[str, str]
) -> Iterator[str]:
    say(f"no system serves {folder.data}: starting one for as long as this runs")
    command = [sys.executable, "-m", "services.cli.main", "up", "--port", "0"]
    command += ["--data", str(folder.data)]
    if factor is not None:
        command += ["--clock", f"{factor}x"]
    settings = {**os.environ, "ONESTOP_LOG_LEVEL": "WARNING", **environment}
    with (
        tempfile.TemporaryFile("w+") as told,
        subprocess.Popen(command, env=settings, stdout=told, stderr=told) as child,
    ):
        try:
            yield _wait(folder, alive=lambda: child.poll() is None, told=told)
        finally:
            child.send_signal(signal.SIGTERM)
            try:
                child.wait(timeout=STOP_SECONDS)
            except subprocess.TimeoutExpired:
                child.kill()


def _wait(folder: Folder, *, alive: Callable[[], bool], told: IO[str] | None = None) -> str:
    """The address of the system on `folder` once it is ready; a message if it does not start."""
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline and alive():
        running = folder.running()
        if running is not None and running.url is not None and ready(running.url):
            return running.url
        time.sleep(0.1)
    said = ""
    if told is not None:
        told.seek(0)
        said = told.read()[-2000:]
    fail(
        f"the system on {folder.data} did not start.\n{said}",
        chinese="系统未能启动。",
        mend="run `onestop up` to see it start.",
        mend_zh="请运行 `onestop up` 查看启动过程。",
    )


def ready(url: str) -> bool:
    try:
        answer = httpx.get(f"{url}/readyz", timeout=2, verify=PLAIN)
    except httpx.HTTPError:
        return False
    return answer.status_code < UNAVAILABLE and answer.json().get("status") == "ready"
