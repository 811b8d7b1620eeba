"""The system is killed, and its power is cut, while filings run: what was acknowledged is there.

Where no power can be cut (it takes root, loop devices and ext4 on Linux), every process is killed
in its place, which a careless broker survives as well: the run's header says so.
"""

from collections.abc import Iterator
from pathlib import Path
from random import Random

import pytest

from tests.faults import controls, cuts, disk
from tests.faults.cuts import Blow, Ledger


@pytest.fixture(scope="module")
def power() -> Iterator[disk.Disk]:
    """A disk of its own, whose power can be cut if that can be done here."""
    with disk.mounted_or_plain() as made:
        yield made


async def test_what_was_acknowledged_before_a_kill_or_a_power_cut_is_there_and_comes_to_its_end(
    power: disk.Disk, tmp_path: Path
) -> None:
    seen: list[Ledger] = []
    blows = (Blow.KILL, Blow.POWER)
    lost = await cuts.endure(power, blows, log=tmp_path / "log", random=Random(1), done=seen.append)
    assert lost == []
    assert len(seen) == len(blows)
    assert all(each.filings and each.published for each in seen)


async def test_a_broker_and_a_database_that_do_not_sync_lose_what_they_acknowledged(
    power: disk.Disk,
) -> None:
    """The control: it shows that the cut is one."""
    acknowledged, kept = await controls.written_and_kept(power, careful=False)
    cut = power.image is not None
    assert (kept.messages < acknowledged.messages) is cut
    # a database that is only killed may lose what it had not handed to the system yet, or not
    assert not cut or kept.rows < acknowledged.rows


async def test_ours_lose_nothing_of_the_same(power: disk.Disk) -> None:
    acknowledged, kept = await controls.written_and_kept(power, careful=True)
    assert acknowledged.rows > 0
    assert acknowledged.messages > 0
    assert kept.rows >= acknowledged.rows
    assert kept.messages >= acknowledged.messages
