"""A disk of its own that can lose its power: an ext4 file system in a file, through a loop device.

`cut` is the file system's own shutdown without flushing its log: what was not synced is gone, all
at once, and nothing more can be read or written. After `mount_again` the journal is recovered, as
after a real power cut. Copying a live image would not be atomic, and fail falsely.
"""

import fcntl
import os
import shutil
import struct
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import psutil

EXT4_IOC_SHUTDOWN = 0x8004587D
WITHOUT_LOG_FLUSH = 2
MEGABYTES = 3_000
PREFIX = "onestop-power-"
PATIENCE_SECONDS = 20.0


@dataclass(frozen=True)
class Disk:
    """The image of a file system, and where it is mounted.

    Without `image` it is a plain folder, whose users can be killed, which is no power cut.
    """

    place: Path
    image: Path | None

    def cut(self) -> None:
        """Take the power away."""
        if self.image is None:
            return
        descriptor = os.open(self.place, os.O_RDONLY)
        try:
            fcntl.ioctl(descriptor, EXT4_IOC_SHUTDOWN, struct.pack("I", WITHOUT_LOG_FLUSH))
        finally:
            os.close(descriptor)

    def mount(self) -> None:
        """Mount it, recovering its journal."""
        if self.image is not None:
            _run("mount", "-o", "loop", self.image, self.place)

    def mount_again(self) -> None:
        """Power is back. Ends every process that still uses the disk."""
        self.unmount()
        self.mount()

    def unmount(self) -> None:
        """Take it away from every process that uses it."""
        ends = time.monotonic() + PATIENCE_SECONDS
        for each in self._users():
            each.kill()
        while os.path.ismount(self.place):
            for each in self._users():
                each.kill()
            done = subprocess.run(["umount", self.place], check=False, capture_output=True)
            if done.returncode and time.monotonic() > ends:
                raise AssertionError(done.stderr.decode())
            time.sleep(0.02)

    def _users(self) -> Iterator[psutil.Process]:
        """Who works in a folder of the disk, or was started with one: servers, not their tester."""
        for each in psutil.process_iter():
            try:
                words = [each.cwd(), *each.cmdline()]
            except psutil.Error:
                continue
            if each.pid != os.getpid() and any(str(self.place) in word for word in words):
                yield each


@contextmanager
def mounted() -> Iterator[Disk]:
    """A new disk for as long as the block runs; nothing of it is left, whatever happens.

    What a run left behind that was itself killed is cleared by the next.
    """
    _sweep()
    with tempfile.TemporaryDirectory(prefix=f"{PREFIX}{os.getpid()}-") as room:
        Path(room).chmod(0o711)
        image = Path(room) / "disk.img"
        disk = Disk(place=Path(room) / "disk", image=image)
        disk.place.mkdir()
        with image.open("wb") as file:
            file.truncate(MEGABYTES * 2**20)
        _run("mkfs.ext4", "-q", "-E", "lazy_itable_init=1", image)
        disk.mount()
        disk.place.chmod(0o711)
        try:
            yield disk
        finally:
            disk.unmount()


@contextmanager
def mounted_or_plain() -> Iterator[Disk]:
    """A disk whose power can be cut or, where that cannot be done, a plain folder."""
    with ExitStack() as stack:
        if not lacking():
            yield stack.enter_context(mounted())
            return
        room = stack.enter_context(tempfile.TemporaryDirectory(prefix=PREFIX))
        Path(room).chmod(0o711)
        disk = Disk(place=Path(room), image=None)
        stack.callback(disk.unmount)
        yield disk


@cache
def lacking() -> str:
    """Why no power can be cut here; empty if it can. Tried, not guessed."""
    try:
        with mounted() as disk:
            disk.cut()
    except (OSError, subprocess.CalledProcessError) as refused:
        said = getattr(refused, "stderr", b"") or str(refused).encode()
        return f"power cuts need root, loop devices and ext4 on Linux: {said.decode().strip()}"
    return ""


def _sweep() -> None:
    for room in Path(tempfile.gettempdir()).glob(f"{PREFIX}*-*"):
        owner = room.name.removeprefix(PREFIX).partition("-")[0]
        if owner.isdigit() and not psutil.pid_exists(int(owner)):
            Disk(place=room / "disk", image=None).unmount()
            shutil.rmtree(room, ignore_errors=True)


def _run(*command: str | Path) -> None:
    subprocess.run(command, check=True, capture_output=True)
