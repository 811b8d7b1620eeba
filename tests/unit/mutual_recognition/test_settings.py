"""A broken setting is refused, with what is wrong."""

from typing import Any

import pytest
from pydantic import ValidationError

from services.mutual_recognition.settings import Settings


@pytest.mark.parametrize(
    ("broken", "says"),
    [
        ({"primary": "customs"}, "two of the agencies"),
        ({"secondary": "navy"}, "two of the agencies"),
        ({"draw_seed_id": "lost"}, "draw_seed_id"),
        ({"time_zone": "Mars/Base"}, "time zone"),
        ({"time_zone": "../etc/passwd"}, "time zone"),
    ],
)
def test_a_setting_that_cannot_work_is_refused(broken: dict[str, Any], says: str) -> None:
    with pytest.raises(ValidationError, match=says):
        Settings(**broken)


def test_the_seed_is_not_shown() -> None:
    assert "onestop-founding-seed" not in repr(Settings())
