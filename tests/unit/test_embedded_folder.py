"""The data folder: its lock, its secrets, and refusals that name the mend."""

import errno
import os
import socket
import stat
from pathlib import Path

import pytest

from shared.embedded import errors, folder, ports
from shared.embedded.folder import Folder, Lock, Running


@pytest.fixture
def made(tmp_path: Path) -> Folder:
    room = Folder(tmp_path / "data")
    room.make()
    return room


def test_a_secret_is_made_once_and_for_us_alone(made: Folder) -> None:
    assert made.secret("postgres") == made.secret("postgres") != made.secret("nats")
    assert len(made.secret("postgres")) >= 43
    assert stat.S_IMODE((made.secrets / "postgres").stat().st_mode) == 0o600
    assert stat.S_IMODE(made.secrets.stat().st_mode) == 0o700


@pytest.mark.parametrize("name", ["../outside", "a/b", "", "Ａ"])
def test_a_secrets_name_cannot_leave_its_folder(made: Folder, name: str) -> None:
    with pytest.raises(ValueError, match="not a name"):
        made.secret(name)


def test_the_umask_does_not_shut_the_servers_account_out(tmp_path: Path) -> None:
    before = os.umask(0o077)
    try:
        room = Folder(tmp_path / "parent" / "data")
        room.make()
    finally:
        os.umask(before)
    assert (tmp_path / "parent").stat().st_mode & 0o001
    assert room.data.stat().st_mode & 0o001


def test_a_second_holder_is_told_who_serves_the_folder_and_where(made: Folder) -> None:
    lock = Lock(made)
    made.announce(Running(pid=4711, url="http://127.0.0.1:8080"))
    with pytest.raises(errors.AlreadyServed) as refused:
        Lock(made)
    assert "4711" in str(refused.value)
    assert "http://127.0.0.1:8080" in str(refused.value)
    assert "--data DIR" in str(refused.value)
    lock.release()
    Lock(made).release()


def test_a_second_holder_is_told_even_while_the_first_is_starting(made: Folder) -> None:
    lock = Lock(made)
    assert made.running() == Running(pid=os.getpid())
    with pytest.raises(errors.AlreadyServed, match=str(os.getpid())):
        Lock(made)
    lock.release()


def test_a_run_file_that_a_killed_process_left_means_nothing(made: Folder) -> None:
    made.lock.touch()
    made.announce(Running(pid=os.getpid(), url="http://127.0.0.1:8080"))
    assert made.running() is None
    lock = Lock(made)
    assert made.running() == Running(pid=os.getpid())
    lock.release()


def test_nobody_serves_a_folder_that_does_not_exist(tmp_path: Path) -> None:
    assert Folder(tmp_path / "none").running() is None


def test_what_is_written_replaces_the_file_whole(made: Folder) -> None:
    path = made.data / "file"
    folder.write(path, "first")
    with pytest.raises(UnicodeEncodeError):
        folder.write(path, "second \ud800")
    assert path.read_text() == "first"
    assert [one.name for one in made.data.glob(".file*")] == []


def test_a_full_disk_is_told_with_what_is_free_and_the_mend(made: Folder) -> None:
    with pytest.raises(errors.DiskFull, match="--data DIR") as refused, folder.told(made):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), "file")
    assert int(str(refused.value.facts["free_mb"])) > 0
    assert "磁盘已满" in str(refused.value)


def test_a_folder_that_cannot_be_made_is_told_with_the_mend(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    room = Folder(tmp_path / "file" / "data")
    with pytest.raises(errors.FolderUnusable, match="File exists") as refused, folder.told(room):
        room.make()
    assert "--data DIR" in str(refused.value)
    assert "无法使用" in str(refused.value)


def test_a_taken_port_is_named_with_the_option_that_chooses_another() -> None:
    with socket.create_server((ports.HOST, 0)) as other:
        port = other.getsockname()[1]
        with pytest.raises(errors.PortTaken) as refused:
            ports.check(port, purpose="NATS", option="--nats-port")
    assert str(port) in str(refused.value)
    assert "--nats-port PORT" in str(refused.value)
    assert "已被其他程序占用" in str(refused.value)


def test_a_free_port_lost_to_another_program_is_replaced_by_the_next() -> None:
    taken: list[socket.socket] = []

    def start(port: int) -> None:
        if not taken:
            taken.append(socket.create_server((ports.HOST, port)))
            raise errors.ServerFailed(server="NATS", reason="bind", log="log")

    port = ports.settle(start, port=None, purpose="NATS", option="--nats-port")
    with taken[0] as other:
        assert port != other.getsockname()[1]


def test_a_server_that_fails_on_a_free_port_is_not_tried_again() -> None:
    tries: list[int] = []

    def start(port: int) -> None:
        tries.append(port)
        raise errors.ServerFailed(server="NATS", reason="broken", log="log")

    with pytest.raises(errors.ServerFailed, match="broken"):
        ports.settle(start, port=None, purpose="NATS", option="--nats-port")
    assert len(tries) == 1
