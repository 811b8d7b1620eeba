"""Ids of filings that no random draw selects, so that the rules alone decide their mode."""

from uuid import UUID

from services.mutual_recognition.rulebook import Rulebook
from services.mutual_recognition.settings import Settings
from shared.ids import Ids, uuid7

SHARES_BELOW = 1_000
"""The random rows of the founding tables for goods of low risk draw below this."""


def undrawn(ids: Ids = uuid7) -> Ids:
    """Fresh ids, each with a draw of at least `SHARES_BELOW` in every table."""
    book = Rulebook.of(Settings())

    def fresh() -> UUID:
        while True:
            made = ids()
            if min(book.draws(made, seed_id=book.seed_id).values()) >= SHARES_BELOW:
                return made

    return fresh
