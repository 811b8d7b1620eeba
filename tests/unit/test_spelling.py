"""A code has one form, however it is spelled."""

import pytest

from shared import spelling


@pytest.mark.parametrize(
    "written", ["NZ-M-71", "nz m 71", "ＮＺ－Ｍ－７１", "ΝΖ/М·71", "nz-m\u200b-٧١", "*NZM71"]
)
def test_letters_and_digits_are_the_same_in_any_width_case_script_or_spacing(written: str) -> None:
    assert spelling.characters(written) == "NZM71"


def test_what_has_neither_letter_nor_digit_has_no_characters() -> None:
    assert spelling.characters("-- */") == ""
