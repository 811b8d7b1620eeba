"""The power is cut while filings run; what was acknowledged is there, and careless servers lose."""

from collections.abc import Iterator
from pathlib import Path
from random import Random

import pytest

from tests.faults import controls, cuts, disk
from tests.faults.cuts import Ledger


@pytest.fixture(scope="module")
def power() -> Iterator[disk.Disk]:
    """A disk of its own, whose power can be cut."""
    assert not disk.lacking()
    with disk.mounted() as made:
        yield made


async def test_what_was_acknowledged_before_the_power_was_cut_is_there_and_comes_to_its_end(
    power: disk.Disk, tmp_path: Path
) -> None:
    seen: list[Ledger] = []
    lost = await cuts.lose_power(
        power, log=tmp_path / "log", cuts=1, random=Random(1), done=seen.append
    )
    assert lost == []
    assert all(each.filings and each.published for each in seen)
    assert len(seen) == 1


async def test_a_broker_and_a_database_that_do_not_sync_lose_what_they_acknowledged(
    power: disk.Disk,
) -> None:
    """The control: it shows that the cut is one."""
    acknowledged, kept = await controls.written_and_kept(power, careful=False)
    assert kept.rows < acknowledged.rows
    assert kept.messages < acknowledged.messages


async def test_ours_lose_nothing_of_the_same(power: disk.Disk) -> None:
    acknowledged, kept = await controls.written_and_kept(power, careful=True)
    assert acknowledged.rows > 0
    assert acknowledged.messages > 0
    assert kept.rows >= acknowledged.rows
    assert kept.messages >= acknowledged.messages
