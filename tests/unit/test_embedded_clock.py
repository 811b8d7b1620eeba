"""The stored yard clock: a restart goes on, another factor takes over where time stands."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from shared.clock import ScaledClock, yard_time_of
from shared.embedded import clock, errors

START = datetime(2026, 3, 1, 8, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


def _yard(made: ScaledClock, *, at: datetime) -> datetime:
    return ScaledClock(made.wall_epoch, made.yard_epoch, made.factor, now=lambda: at).yard()


def test_a_new_folder_starts_with_yard_time_equal_to_wall_time(tmp_path: Path) -> None:
    made = clock.load_or_create(tmp_path / "new", factor=None, now=START)
    assert _yard(made, at=START + MINUTE) == START + MINUTE


def test_a_restart_goes_on_as_if_it_had_never_stopped(tmp_path: Path) -> None:
    clock.load_or_create(tmp_path, factor=Decimal(600), now=START)
    for factor in (None, Decimal(600)):
        again = clock.load_or_create(tmp_path, factor=factor, now=START + MINUTE)
        assert _yard(again, at=START + 2 * MINUTE) == START + 1200 * MINUTE


def test_what_the_yards_clock_showed_is_told_of_any_moment_of_the_walls() -> None:
    fast = ScaledClock(START, START, Decimal(600), now=lambda: START + 3 * MINUTE)
    assert yard_time_of(fast, START + MINUTE) == START + 600 * MINUTE
    assert yard_time_of(fast, START + 4 * MINUTE) == START + 2400 * MINUTE


def test_another_factor_takes_over_where_the_yard_time_stands(tmp_path: Path) -> None:
    clock.load_or_create(tmp_path, factor=Decimal(600), now=START)
    slower = clock.load_or_create(tmp_path, factor=Decimal(1), now=START + MINUTE)
    assert _yard(slower, at=START + MINUTE) == START + 600 * MINUTE
    assert _yard(slower, at=START + 2 * MINUTE) == START + 601 * MINUTE
    kept = clock.load_or_create(tmp_path, factor=None, now=START + 2 * MINUTE)
    assert kept == slower


def test_yard_time_does_not_step_back_with_the_machines_clock(tmp_path: Path) -> None:
    clock.load_or_create(tmp_path, factor=Decimal(2), now=START)
    earlier = START - timedelta(hours=2)
    made = clock.load_or_create(tmp_path, factor=Decimal(3), now=earlier)
    assert _yard(made, at=earlier) == START


@pytest.mark.parametrize("factor", ["0", "-1", "10001", "NaN", "Infinity"])
def test_a_factor_that_is_no_speed_is_refused(tmp_path: Path, factor: str) -> None:
    with pytest.raises(ValueError, match="factor"):
        clock.load_or_create(tmp_path, factor=Decimal(factor), now=START)
    assert not (tmp_path / "clock.json").exists()


def test_a_damaged_clock_is_refused_with_the_way_to_mend_it(tmp_path: Path) -> None:
    (tmp_path / "clock.json").write_text('{"factor": ')
    with pytest.raises(errors.FolderUnusable, match="is damaged"):
        clock.load_or_create(tmp_path, factor=None, now=START)
