"""The draw is fixed by its seed, can be recomputed, and takes the share it should."""

from typing import Any
from uuid import UUID

import pytest

from services.mutual_recognition.rules import draw
from shared.contracts.filing import Consignment
from tests import factories

FILING = UUID("0190b1c2-0000-7000-8000-000000000001")


def _key(bill_of_lading: str | None, **changes: Any) -> str:
    body = factories.filing(**changes) | {"bill_of_lading": bill_of_lading}
    return draw.key_of(Consignment.model_validate(body), filing_id=FILING)


def test_a_draw_is_what_the_recorded_seed_says() -> None:
    # printf '0190b1c2-0000-7000-8000-000000000001:recognition' | openssl dgst -sha256 -hmac seed
    assert draw.drawn(b"seed", key=str(FILING), table="recognition") == 4444


def test_another_seed_table_or_key_draws_anew() -> None:
    draws = {
        draw.drawn(b"seed", key="bl/A", table="recognition"),
        draw.drawn(b"other", key="bl/A", table="recognition"),
        draw.drawn(b"seed", key="bl/A", table="selection-customs"),
        draw.drawn(b"seed", key="bl/B", table="recognition"),
    }
    assert len(draws) == 4


def test_a_share_of_five_percent_takes_five_percent() -> None:
    drawn = [draw.drawn(b"seed", key=f"bl/{n}", table="t") for n in range(20_000)]
    assert all(0 <= side < draw.SIDES for side in drawn)
    assert 900 < sum(side < 500 for side in drawn) < 1_100


@pytest.mark.parametrize(
    "written",
    ["OSTQ26030001", "ostq26030001", " OSTQ 2603-0001", "ＯＳＴＱ26030001", "ОSТQ26030001"],
)
def test_the_same_bill_of_lading_has_the_same_key_however_it_is_written(written: str) -> None:
    assert _key(written) == "bl/OSTQ26030001"


def test_neither_another_broker_nor_another_reference_is_another_key() -> None:
    other = {"uscc": factories.CONSIGNEE, "name": "another broker"}
    assert _key("OSTQ1", broker=other, reference="anew") == _key("OSTQ1")


@pytest.mark.parametrize("nothing", [None, "", "-- /"])
def test_a_filing_without_a_bill_of_lading_is_drawn_for_by_its_id(nothing: str | None) -> None:
    assert _key(nothing) == str(FILING)
