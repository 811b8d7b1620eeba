"""Types for outside input: what they take, what they make of it, what they refuse."""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Annotated

import pytest
from pydantic import ValidationError, model_validator

from shared import errors
from shared.http import body, model

ZERO_WIDTH = ["\u200b", "\u200d", "\ufeff", "\u2060", "\u00ad", "\u3164", "\u115f", "\u2800"]
DIRECTION = ["\u202a", "\u202e", "\u2066", "\u2069", "\u200e", "\u061c"]
CONTROL = ["\x00", "\x07", "\x1b", "\x1c", "\x7f", "\x85", "\u2028", "\U000e0041"]


class Note(model.StrictModel):
    line: Annotated[str, model.Text(max=10, min=0)] = ""
    text: Annotated[str, model.Text(max=50, lines=True)] = "-"
    price: model.Money | None = None
    weight: model.Kilograms | None = None
    at: model.Instant | None = None

    @model_validator(mode="after")
    def _priced(self) -> "Note":
        if self.line == "free" and self.price:
            raise model.finding(
                "price_of_free_goods",
                en="Free goods have no price.",
                zh="免费货物没有价格。",
                mend="Remove the price.",
                mend_zh="请删除价格。",
                price=self.price,
            )
        return self


def _codes(raw: str) -> list[str]:
    with pytest.raises(errors.Faults) as refused:
        body.parse(Note, raw.encode())
    return [fault.code for fault in refused.value.faults]


@pytest.mark.parametrize("character", ZERO_WIDTH + DIRECTION + CONTROL)
def test_characters_that_mislead_a_reader_are_refused(character: str) -> None:
    escaped = character.encode("utf-16-be").hex()
    text = "".join(f"\\u{escaped[at : at + 4]}" for at in range(0, len(escaped), 4))
    assert _codes(f'{{"line":"a{text}b"}}') == ["forbidden_character"]


def test_a_control_character_at_the_edge_is_not_stripped_away() -> None:
    assert _codes('{"line":"a\\u001c"}') == ["forbidden_character"]


def test_text_is_stripped_and_composed() -> None:
    note = body.parse(Note, '{"line":"\u3000e\u0301 "}'.encode())
    assert note.line == "é"


def test_line_feeds_are_taken_only_where_lines_are() -> None:
    assert body.parse(Note, b'{"text":"a\\n\\tb"}').text == "a\n\tb"
    assert _codes('{"line":"a\\nb"}') == ["forbidden_character"]


def test_names_with_rare_characters_are_taken() -> None:
    note = body.parse(Note, '{"line":"\U000304de\u845b\U000e0100"}'.encode())
    assert note.line == "\U000304de\u845b\U000e0100"


@pytest.mark.parametrize(
    ("sent", "kept"),
    [("5", "5.00"), ('"5.1"', "5.10"), ("5.1234", "5.1234"), ("-0.0", "0.00"), ('"-0"', "0.00")],
)
def test_money_has_two_to_four_places(sent: str, kept: str) -> None:
    price = body.parse(Note, f'{{"price":{sent}}}'.encode()).price
    assert str(price) == kept


@pytest.mark.parametrize("sent", ['"1_0"', '" 1"', '"1."', '".5"', '"+1"', '""', '"0x1"', '"١"'])
def test_a_number_in_text_is_in_plain_notation(sent: str) -> None:
    assert _codes(f'{{"weight":{sent}}}') == ["bad_format"]


@pytest.mark.parametrize("sent", ['"1234567890123456789"', '"0.00001"', '"123456789012345.6789"'])
def test_money_is_bounded(sent: str) -> None:
    assert _codes(f'{{"price":{sent}}}') == ["too_many_digits"]


def test_numbers_are_written_as_text() -> None:
    note = Note(weight=Decimal("1234567890123.12345"))
    assert '"weight":"1234567890123.12345"' in note.model_dump_json()


def test_an_instant_is_kept_in_utc() -> None:
    note = body.parse(Note, b'{"at":"2026-07-01T08:30:00.5+08:00"}')
    assert note.at == datetime(2026, 7, 1, 0, 30, 0, 500_000, tzinfo=UTC)
    assert note.at is not None
    assert note.at.tzinfo is UTC


@pytest.mark.parametrize(
    ("sent", "code"),
    [
        ('"2026-07-01T08:30:00"', "naive_time"),
        ('"1700000000"', "bad_format"),
        ("1700000000", "wrong_type"),
        ('"2026-07-01"', "bad_format"),
        ('"2026-02-30T00:00:00Z"', "bad_format"),
        ('"1989-12-31T23:59:59Z"', "out_of_range"),
        ('"9999-12-31T23:59:59-14:00"', "out_of_range"),
        ('"0001-01-01T00:00:00+14:00"', "out_of_range"),
    ],
)
def test_an_instant_has_an_offset_and_a_year_of_ours(sent: str, code: str) -> None:
    assert _codes(f'{{"at":{sent}}}') == [code]


def test_a_finding_of_a_validator_keeps_its_code_and_texts() -> None:
    with pytest.raises(errors.Faults) as refused:
        body.parse(Note, b'{"line":"free","price":"2"}')
    assert refused.value.faults == (
        errors.Fault(
            code="price_of_free_goods",
            pointer="",
            en="Free goods have no price.",
            zh="免费货物没有价格。",
            mend_en="Remove the price.",
            mend_zh="请删除价格。",
            facts={"price": Decimal("2.00")},
        ),
    )


def test_a_strict_model_is_frozen() -> None:
    with pytest.raises(ValidationError):
        # mypy sees as well that the model is frozen: what is tested is that it is when it runs.
        Note().line = "b"  # type: ignore[misc]
