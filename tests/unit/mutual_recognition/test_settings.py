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


@pytest.mark.parametrize(
    ("seeds", "by"),
    [
        (None, "founding"),
        ({"founding": "onestop-founding-seed", "own": "a secret of our own"}, "founding"),
        ({"own": "too short"}, "own"),
        ({"own": "onestop-founding-seed"}, "own"),
    ],
)
def test_a_public_or_short_seed_can_be_foreseen(seeds: dict[str, str] | None, by: str) -> None:
    given = {} if seeds is None else {"draw_seeds": seeds}
    assert Settings.model_validate({**given, "draw_seed_id": by}).draw_can_be_foreseen


def test_a_secret_seed_cannot_be_foreseen_though_the_public_one_is_kept() -> None:
    seeds = {"founding": "onestop-founding-seed", "own": "a secret of our own"}
    own = Settings.model_validate({"draw_seeds": seeds, "draw_seed_id": "own"})
    assert not own.draw_can_be_foreseen
