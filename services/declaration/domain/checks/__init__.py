"""The second check of a filing: every rule, every breach, all at once.

The first check is the shape (`services.declaration.forms`). An error inside a rule is not caught:
then nothing is accepted.
"""

from datetime import datetime
from functools import lru_cache

from services.declaration.domain import narrowing
from services.declaration.domain.checks import (
    amounts,
    dated,
    goods,
    identifiers,
    items,
    naming,
    times,
)
from services.declaration.domain.checks.rule import Filed, Rule
from services.declaration.domain.content import Content
from services.declaration.domain.dictionary import Dictionary
from services.declaration.domain.places import Document
from shared.errors import Fault

RULES = tuple(
    rule for each in (items, dated, identifiers, goods, amounts, times) for rule in each.RULES
)


def check(
    content: Content, *, dictionary: Dictionary, organisation: str, now: datetime
) -> tuple[Fault, ...]:
    """Every fault of the content with its item, in the order of the rules. `now` is yard time."""
    plain = content.model_dump()
    filed = Filed(
        content=content,
        document=Document(plain),
        dictionary=narrowing.narrowed(dictionary, plain),
        organisation=organisation,
        now=now,
    )
    rules = _rules(filed.dictionary)
    faults = [rule.fault(breach) for rule in rules for breach in rule.find(filed)]
    return naming.named(faults, dictionary) if faults else ()


@lru_cache(maxsize=narrowing.KEPT)
def _rules(narrowed: Dictionary) -> tuple[Rule, ...]:
    """The rules that a filing can break whose fields are those of the narrowed dictionary."""
    had = {field.pointer for field in (*narrowed.items, *narrowed.not_asked)}
    return tuple(rule for rule in RULES if not rule.about or not had.isdisjoint(rule.about))
