"""A disk of its own that can lose its power: an ext4 file system in a file, through a loop device.

`cut` is the file system's own shutdown without flushing its log: what was not synced is gone, all
at once, and nothing more can be read or written. After `mount_again` the journal is recovered, as
after a real power cut. Copying a live image would not be atomic, and fail falsely.
"""

import fcntl
import os
import struct
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import psutil

EXT4_IOC_SHUTDOWN = 0x8004587D
WITHOUT_LOG_FLUSH = 2
MEGABYTES = 3_000
PATIENCE_SECONDS = 20.0


@dataclass(frozen=True)
class Disk:
    """The image of a file system, and where it is mounted."""

    image: Path
    place: Path

    def cut(self) -> None:
        """Take the power away."""
        descriptor = os.open(self.place, os.O_RDONLY)
        try:
            fcntl.ioctl(descriptor, EXT4_IOC_SHUTDOWN, struct.pack("I", WITHOUT_LOG_FLUSH))
        finally:
            os.close(descriptor)

    def mount(self) -> None:
        """Mount it, recovering its journal."""
        _run("mount", "-o", "loop", self.image, self.place)

    def mount_again(self) -> None:
        """Power is back. Ends every process that still uses the disk."""
        self.unmount()
        self.mount()

    def unmount(self) -> None:
        """Take it away from every process that uses it."""
        ends = time.monotonic() + PATIENCE_SECONDS
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
    """A new disk for as long as the block runs; nothing of it is left, whatever happens."""
    with tempfile.TemporaryDirectory(prefix="onestop-power-") as room:
        Path(room).chmod(0o711)
        disk = Disk(image=Path(room) / "disk.img", place=Path(room) / "disk")
        disk.place.mkdir()
        with disk.image.open("wb") as image:
            image.truncate(MEGABYTES * 2**20)
        _run("mkfs.ext4", "-q", "-E", "lazy_itable_init=1", disk.image)
        disk.mount()
        disk.place.chmod(0o711)
        try:
            yield disk
        finally:
            disk.unmount()


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


def _run(*command: str | Path) -> None:
    subprocess.run(command, check=True, capture_output=True)
