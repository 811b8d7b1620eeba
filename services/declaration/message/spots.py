"""Where a form reads or writes: a node of one message, and the place of its field in a filing."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import tzinfo
from typing import Any

from services.declaration.message.layout import Leaf
from services.declaration.message.rules import at_node
from shared import errors
from shared.http.faults import Rule


@dataclass(eq=False)
class Frame:
    """An entry of a list, or the whole filing: its pointer, the XPath of its node, its fields.

    `pattern` is the pointer with `*`, `path` the node's.
    """

    pattern: str
    pointer: str
    path: str
    xpath: str
    fields: dict[str, Any]
    around: "Frame | None" = None
    texts: dict[str, tuple[str, str]] = field(default_factory=dict)
    """The texts of its own nodes, each with its XPath, by their paths."""

    def of(self, pattern: str) -> "Frame":
        """The innermost frame around it that holds the field of a pattern."""
        at: Frame = self
        while at.around is not None and not pattern.startswith(f"{at.pattern}/"):
            at = at.around
        return at

    def said(self, path: str) -> tuple[str, str] | None:
        """The text and the XPath of a node, of this frame or of one around it."""
        at: Frame | None = self
        while at is not None:
            if path in at.texts:
                return at.texts[path]
            at = at.around
        return None


@dataclass
class Told:
    """What is found out about a message: faults, what is not carried and why, what was derived.

    `nodes` are the XPaths of the fields that were read, by their pointers.
    """

    faults: list[errors.Fault] = field(default_factory=list)
    left: list[tuple[str, Mapping[str, str]]] = field(default_factory=list)
    derived: list[tuple[str, Mapping[str, str]]] = field(default_factory=list)
    nodes: dict[str, str] = field(default_factory=dict)
    spoilt: set[str] = field(default_factory=set)

    def fault(self, rule: Rule, *, pointer: str, node: str, **facts: Any) -> None:
        """Tell a fault; what else is wrong at that place follows from it."""
        self.faults.append(at_node(rule, pointer=pointer, node=node, **facts))
        self.spoilt.add(pointer)


@dataclass(frozen=True)
class Reading:
    """One node that is read."""

    leaf: Leaf
    frame: Frame
    xpath: str
    told: Told
    zone: tzinfo
    later: Callable[[Callable[[], None]], None]

    @property
    def pointer(self) -> str:
        """Of its field in this filing."""
        pattern = self.leaf.pointer.removesuffix("/*")
        return self.frame.pointer + pattern.removeprefix(self.frame.pattern)

    def put(self, value: Any) -> None:
        """The field has this value."""
        holder, name = self._holder()
        holder[name] = value
        self.told.nodes.setdefault(self.pointer, self.xpath)

    def add(self, *values: Any) -> None:
        """The field, a list, has these values too."""
        holder, name = self._holder()
        holder.setdefault(name, []).extend(values)
        self.told.nodes.setdefault(self.pointer, self.xpath)

    def _holder(self) -> tuple[dict[str, Any], str]:
        pattern = self.leaf.pointer.removesuffix("/*")
        *before, name = pattern.removeprefix(self.frame.pattern).split("/")[1:]
        holder = self.frame.fields
        for step in before:
            holder = holder.setdefault(step, {})
        return holder, name


@dataclass(frozen=True)
class Writing:
    """One node that is written: the entry it stands in, and those around that entry."""

    leaf: Leaf
    entries: Mapping[str, Mapping[str, Any]]
    """By the patterns of their pointers; "" is the whole filing."""
    number: int
    """Which of its group's it stands in, from 1."""
    zone: tzinfo

    def value(self, pattern: str | None = None) -> Any:
        """What the filing has at its field, or at another one around; None: nothing."""
        wanted = (self.leaf.pointer if pattern is None else pattern).removesuffix("/*")
        around = (at for at in self.entries if not at or wanted.startswith(f"{at}/"))
        at = max(around, key=len)
        value: Any = self.entries[at]
        for step in wanted.removeprefix(at).split("/")[1:]:
            value = value.get(step) if isinstance(value, Mapping) else None
        return value
