"""Settings: defaults that work, a broken value that says what is wrong."""

from datetime import UTC, date, datetime

import pytest
from pydantic import ValidationError

from services.declaration.settings import Settings


def test_the_calendar_day_is_that_of_the_yards_zone() -> None:
    new_year_in_shanghai = datetime(2026, 12, 31, 16, 0, tzinfo=UTC)
    assert Settings().day_of(new_year_in_shanghai) == date(2027, 1, 1)
    assert Settings(time_zone="UTC").day_of(new_year_in_shanghai) == date(2026, 12, 31)


@pytest.mark.parametrize("name", ["Asia/Shanghia", "", "../etc/passwd", "/etc/localtime"])
def test_an_unknown_zone_is_refused_with_an_example(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ONESTOP_DECLARATION_TIME_ZONE", name)
    with pytest.raises(ValidationError, match="Asia/Shanghai"):
        Settings()
