"""The merge report: what each form said of each item, which value stands, and why."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from services.declaration.domain.dictionary import Item
from services.declaration.domain.instruction import Instruction
from services.declaration.merging.normalise import Dropped
from services.declaration.merging.rules import CONFLICT, Form, Kind, Rule
from services.declaration.merging.values import plain


class Entry(NamedTuple):
    """One place of the merged filing, by its JSON pointer; lines of several places are named.

    `kind` says in what the two values differ: None where they do not, or one is missing.
    `instruction` is the standing one that chose.
    """

    place: str
    item: Item | None
    customs: Any
    inspection: Any
    chosen: Any
    rule: Rule
    kind: Kind | None = None
    instruction: Instruction | None = None

    @property
    def is_open(self) -> bool:
        """Whether the broker has to answer."""
        return self.rule is CONFLICT

    def plain(self) -> dict[str, Any]:
        """The entry as JSON has it."""
        item = self.item
        return {
            "place": self.place,
            "item": item and item.id,
            "number": item and item.number,
            "zh": item and item.zh,
            "en": item and item.en,
            "customs": plain(self.customs),
            "inspection": plain(self.inspection),
            "chosen": plain(self.chosen),
            "rule": self.rule.code,
            "kind": self.kind,
            "text": {"en": self.rule.en, "zh": self.rule.zh},
            "instruction": self.instruction and _instruction(self.instruction),
        }


def _instruction(given: Instruction) -> dict[str, Any]:
    return {
        "item": given.item,
        "version": given.version,
        "take": given.take,
        "valid_from": given.valid_from.isoformat(),
    }


@dataclass(frozen=True)
class Grouped:
    """Lines that were taken to be about the same goods, by the numbers that they have."""

    customs: tuple[int, ...]
    inspection: tuple[int, ...]
    lines: tuple[int, ...]
    way: str

    def plain(self) -> dict[str, Any]:
        """The group as JSON has it."""
        return {
            "customs": list(self.customs),
            "inspection": list(self.inspection),
            "lines": list(self.lines),
            "by": self.way,
        }


@dataclass(frozen=True)
class Merged:
    """The merged filing, and how it came about. `values` leaves out what is open.

    `unused` are the places of answers that answer nothing.
    """

    values: Mapping[str, Any]
    report: Sequence[Entry]
    groups: Sequence[Grouped]
    dropped: Sequence[tuple[Form, Dropped]]
    unused: Sequence[str] = ()

    @property
    def filing(self) -> dict[str, Any]:
        """The merged filing as JSON has it."""
        written: dict[str, Any] = plain(self.values)
        return written

    @property
    def conflicts(self) -> Sequence[Entry]:
        """What the broker has to answer before filing."""
        return [entry for entry in self.report if entry.is_open]

    def plain(self) -> dict[str, Any]:
        """All of it as JSON has it; `conflicts` counts the open ones."""
        return {
            "filing": self.filing,
            "report": [entry.plain() for entry in self.report],
            "conflicts": len(self.conflicts),
            "groups": [group.plain() for group in self.groups],
            "dropped": [
                {
                    "form": form,
                    "item": each.item.id,
                    "zh": each.item.zh,
                    "en": each.item.en,
                    "value": plain(each.raw),
                    "reason": each.item.reason and each.item.reason.model_dump(),
                }
                for form, each in self.dropped
            ],
        }
