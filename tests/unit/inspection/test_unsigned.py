"""Which checkpoints an agency has not signed."""

import pytest

from services.inspection.domain.checkpoints import Lacking, lacking

BOTH = ("customs", "quarantine")


@pytest.mark.parametrize(
    ("signed", "found"),
    [
        ({}, []),
        ({1: BOTH, 2: BOTH}, []),
        ({1: BOTH, 2: ("customs",)}, [Lacking("quarantine", [], [2])]),
        ({1: (), 2: ()}, [Lacking("customs", [], [1, 2]), Lacking("quarantine", [], [1, 2])]),
        ({1: BOTH, 2: ("customs",), 3: BOTH}, [Lacking("quarantine", [2], [])]),
        ({1: ("customs",), 2: BOTH, 3: ("customs",)}, [Lacking("quarantine", [1], [3])]),
        ({1: (*BOTH, "port"), 2: BOTH}, [Lacking("port", [], [2])]),
    ],
)
def test_gaps_are_told_apart_from_what_is_still_to_be_signed(
    signed: dict[int, tuple[str, ...]], found: list[Lacking]
) -> None:
    assert list(lacking(signed, BOTH)) == found
