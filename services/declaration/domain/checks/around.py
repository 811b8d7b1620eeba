"""The rules of a filing whose shape is wrong somewhere: those that need nothing of that place.

So a broker is told of everything at once. Nothing is accepted here, whatever the rules find.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from services.declaration.domain.checks import RULES, naming
from services.declaration.domain.checks.rule import Filed, Rule
from services.declaration.domain.dictionary import Dictionary
from services.declaration.domain.places import Document, Place
from shared.errors import Fault
from shared.unread import UNREAD

OF_CODES = tuple(rule for rule in RULES if rule.code in {"hs_code_invalid", "unknown_code"})


class Readable:
    """What could be read of a content: its fields as attributes, `UNREAD` where they could not."""

    def __init__(self, document: Mapping[str, Any]) -> None:
        self._document = document

    def __getattr__(self, name: str) -> Any:
        return _readable(self._document[name])


class Known(Document):
    """A document in which there are no places but those that could be read."""

    def find(self, pattern: str) -> Sequence[Place]:
        """Every such place that the pattern names."""
        return [place for place in super().find(pattern) if place.value is not UNREAD]

    def values(self, pattern: str) -> Sequence[Any]:
        """Their values."""
        return [value for value in super().values(pattern) if value is not UNREAD]

    def holders(self, pattern: str) -> Iterator[Any]:
        """Objects and lists with nothing in them but what could be read."""
        return map(_read_of, super().holders(pattern))


def check(
    document: Mapping[str, Any],
    *,
    dictionary: Dictionary,
    organisation: str,
    now: datetime,
    rules: Iterable[Rule] = RULES,
) -> tuple[Fault, ...]:
    """Every fault that can be told of a document with places that are `UNREAD`."""
    content: Any = Readable(document)
    filed = Filed(
        content=content,
        document=Known(document),
        dictionary=dictionary,
        organisation=organisation,
        now=now,
    )
    found = (fault for rule in rules for fault in _told(rule, filed))
    return naming.named(found, dictionary)


def codes(document: Mapping[str, Any], *, dictionary: Dictionary) -> tuple[Fault, ...]:
    """The faults of its codes alone, which hang neither on who asks nor on the moment."""
    now = datetime.max.replace(tzinfo=UTC)
    return check(document, dictionary=dictionary, organisation="", now=now, rules=OF_CODES)


def _told(rule: Rule, filed: Filed) -> Iterator[Fault]:
    """The rule's faults, up to where it needs what was not read, which none tells as a fact."""
    try:
        for fault in rule.faults(filed):
            known = {name: fact for name, fact in fault.facts.items() if fact is not UNREAD}
            yield replace(fault, facts=known)
    except (TypeError, AttributeError):
        return


def _read_of(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {name: each for name, each in value.items() if each is not UNREAD}
    return [each for each in value if each is not UNREAD]


def _readable(value: Any) -> Any:
    if isinstance(value, Mapping):
        return Readable(value)
    if isinstance(value, list | tuple):
        return tuple(_readable(each) for each in value)
    return value
