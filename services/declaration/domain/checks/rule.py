"""A rule: a stable code, its texts in both languages, and one function that finds breaches."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from services.declaration.domain.content import Content
from services.declaration.domain.dictionary import Dictionary
from services.declaration.domain.places import Document
from shared.errors import Fault


@dataclass(frozen=True)
class Filed:
    """What rules look at.

    `document` is `content` as plain values, by its JSON names; `organisation` is the company that
    files; `now` is yard time (UTC).
    """

    content: Content
    document: Document
    dictionary: Dictionary
    organisation: str
    now: datetime


@dataclass(frozen=True)
class Breach:
    """Where a rule is broken, and the facts of it. The texts say more than the rule does."""

    pointer: str
    facts: dict[str, Any] = field(default_factory=dict)
    en: str = ""
    zh: str = ""
    mend_en: str = ""
    mend_zh: str = ""


@dataclass(frozen=True, kw_only=True)
class Rule:
    """One rule: what it says when broken, how to mend it, and what finds the breaches.

    A filing that has none of the fields that it is `about` cannot break it; nothing: any can.
    """

    code: str
    en: str
    zh: str
    mend_en: str
    mend_zh: str
    find: Callable[[Filed], Iterator[Breach]]
    about: tuple[str, ...] = ()

    def faults(self, filed: Filed) -> Iterator[Fault]:
        """Every breach as a fault for the broker."""
        return map(self.fault, self.find(filed))

    def fault(self, breach: Breach) -> Fault:
        """A breach as a fault for whoever is to mend it."""
        return Fault(
            code=self.code,
            pointer=breach.pointer,
            en=f"{self.en} {breach.en}".strip(),
            zh=f"{self.zh}{breach.zh}",
            mend_en=f"{self.mend_en} {breach.mend_en}".strip(),
            mend_zh=f"{self.mend_zh}{breach.mend_zh}",
            facts=breach.facts,
        )
