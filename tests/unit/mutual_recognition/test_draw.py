"""The draw is fixed by its seed, can be recomputed, and takes the share it should."""

from uuid import UUID

from services.mutual_recognition.rules import draw

FILING = UUID("0190b1c2-0000-7000-8000-000000000001")


def test_a_draw_is_what_the_recorded_seed_says() -> None:
    # printf '0190b1c2-0000-7000-8000-000000000001:recognition' | openssl dgst -sha256 -hmac seed
    assert draw.drawn(b"seed", filing_id=FILING, table="recognition") == 4444


def test_another_seed_table_or_filing_draws_anew() -> None:
    draws = {
        draw.drawn(b"seed", filing_id=FILING, table="recognition"),
        draw.drawn(b"other", filing_id=FILING, table="recognition"),
        draw.drawn(b"seed", filing_id=FILING, table="selection-customs"),
        draw.drawn(b"seed", filing_id=UUID(int=2), table="recognition"),
    }
    assert len(draws) == 4


def test_a_share_of_five_percent_takes_five_percent() -> None:
    drawn = [draw.drawn(b"seed", filing_id=UUID(int=n), table="t") for n in range(20_000)]
    assert all(0 <= side < draw.SIDES for side in drawn)
    assert 900 < sum(side < 500 for side in drawn) < 1_100
