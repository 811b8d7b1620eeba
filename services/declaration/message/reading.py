"""Read a message: the filing it declares, with every fault of its nodes."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import tzinfo
from typing import Any

from services.declaration.domain.dictionary import Dictionary
from services.declaration.message import derived, layout
from services.declaration.message.forms import BY_NAME
from services.declaration.message.layout import Layout, Node
from services.declaration.message.rules import (
    NO_SUCH_LINE,
    REPEATED_NODE,
    STRAY_TEXT,
    UNKNOWN_NODE,
    Unfit,
    at_node,
)
from services.declaration.message.spots import Frame, Reading, Told
from shared import errors
from shared.http.xmltext import Element

KEYED = "EcoRelation"
"""Its entries belong to the goods lines that they name, so it is read after them."""


@dataclass(frozen=True)
class Read:
    """The filing as the JSON that would file it, and what is told of the message."""

    document: dict[str, Any]
    told: Told
    layout: Layout
    frames: dict[str, Frame]

    def node_at(self, pointer: str) -> str | None:
        """The XPath of the node that carries the field at a pointer, or should."""
        if pointer in self.told.nodes:
            return self.told.nodes[pointer]
        pattern = "/".join("*" if step.isdigit() else step for step in pointer.split("/"))
        node = self.layout.node_of(pattern)
        frame = self.frames.get(pointer)
        if frame is not None:
            return frame.xpath
        if node is None:
            return None
        within = pointer
        while within and within not in self.frames:
            within = within.rpartition("/")[0]
        around = self.frames[within]
        inside = node.path.startswith(f"{around.path}/") if around.path else True
        below = node.path.removeprefix(around.path).lstrip("/") if inside else node.path
        return f"{around.xpath if inside else f'/{layout.ROOT}'}/{below}"


def read(root: Element, *, dictionary: Dictionary, zone: tzinfo) -> Read:
    """The filing in a message. Days begin in the zone. Faults are told, not raised."""
    laid = layout.of(dictionary)
    reader = _Reader(laid, zone)
    top = Frame("", "", "", f"/{layout.ROOT}", {})
    reader.frames[""] = top
    if reader.is_root(root):
        reader.walk(root, laid.root, top, top.xpath)
        for each in reader.waiting:
            each()
        derived.complete(top.fields, reader.told, dictionary)
    return Read(top.fields, reader.told, laid, reader.frames)


class _Reader:
    def __init__(self, laid: Layout, zone: tzinfo) -> None:
        self.layout = laid
        self.zone = zone
        self.told = Told()
        self.frames: dict[str, Frame] = {}
        self.waiting: list[Callable[[], None]] = []
        self._space = ""
        self._lines: dict[str, Frame] | None = None

    def is_root(self, root: Element) -> bool:
        spaces = ("", layout.data()["namespace"])
        self._space = root.space
        at = f"/{root.name[:64]}"
        if root.name != layout.ROOT or root.space not in spaces:
            facts = {"expected": layout.ROOT, "namespace": spaces[1]}
            self.told.faults.append(at_node(UNKNOWN_NODE, pointer="", node=at, **facts))
            return False
        taken = layout.data()["attributes"]
        for name in root.attributes:
            if name not in taken:
                self._unknown(f"{at}/@{name[:64]}")
        root.attributes.clear()
        return True

    def walk(self, element: Element, node: Node, frame: Frame, xpath: str) -> None:
        if element.text:
            self._strange(STRAY_TEXT, xpath)
        steps = [(child, number, self._name(child)) for child, number in element.named()]
        once: set[str] = set()
        for child, number, name in sorted(steps, key=lambda step: step[2] == KEYED):
            at = f"{xpath}/{name[:64]}{number}"
            path = f"{node.path}/{name}" if node.path else name
            found = self.layout.paths.get(self.layout.aliases.get(path, path))
            self._attributes(child, at)
            if found is None or found is self.layout.root:
                self._unknown(at)
            elif found.path in once and not found.group:
                self._strange(REPEATED_NODE, at)
            else:
                once.add(found.path)
                self._one(child, found, frame, at)

    def _one(self, element: Element, node: Node, frame: Frame, xpath: str) -> None:
        inner = self._framed(element, node, frame, xpath) if node.group else frame
        if inner is None:
            return
        if node.leaf is None:
            self.walk(element, node, inner, xpath)
            return
        for child, number in element.named():
            self._unknown(f"{xpath}/{self._name(child)[:64]}{number}")
        text = element.text
        if text:
            self._leaf(node, inner, xpath, text)

    def _leaf(self, node: Node, frame: Frame, xpath: str, text: str) -> None:
        leaf = node.leaf
        if leaf is None:
            return
        if leaf.reason is not None:
            self.told.left.append((xpath, leaf.reason))
            return
        frame.texts[node.path] = (text, xpath)
        home = frame.of(leaf.pointer)
        at = Reading(leaf, home, xpath, self.told, self.zone, self.waiting.append)
        try:
            BY_NAME[leaf.form].read(at, text)
        except Unfit as unfit:
            self.told.fault(unfit.rule, pointer=at.pointer, node=xpath, **unfit.facts)

    def _framed(self, element: Element, node: Node, frame: Frame, xpath: str) -> Frame | None:
        """The frame of a group's entry: a new one, or the one around where it has no fields."""
        if node.path == KEYED:
            return self._line_of(element, node, xpath)
        if _is_scalar(node) or not self._says_more(element, node):
            return frame
        home = frame.of(node.group)
        *before, name = node.group.removesuffix("/*").removeprefix(home.pattern).split("/")[1:]
        holder = home.fields
        for step in before:
            holder = holder.setdefault(step, {})
        entries = holder.setdefault(name, [])
        entries.append({})
        listed = node.group.removesuffix("/*").removeprefix(home.pattern)
        pointer = f"{home.pointer}{listed}/{len(entries) - 1}"
        self.frames[pointer] = Frame(
            node.group, pointer, node.path, xpath, entries[-1], around=frame
        )
        return self.frames[pointer]

    def _says_more(self, element: Element, node: Node) -> bool:
        """Whether it is an entry, and no mere holder of entries of another list."""
        inner = {each.name for each in node.children.values() if each.group}
        same = {n.name for n in node.children.values() if n.leaf and n.leaf.form == "same"}
        own = [each for each in element.children if each.name not in inner | same and each.text]
        return bool(own) or not any(each.name in inner for each in element.children)

    def _line_of(self, element: Element, node: Node, xpath: str) -> Frame | None:
        number = next((each.text for each in element.children if each.name == "DecGNo"), "")
        line = self._numbered().get(number)
        if line is None:
            self._strange(NO_SUCH_LINE, f"{xpath}/DecGNo")
            return None
        if "origin_proof" in line.fields:
            self.told.fault(REPEATED_NODE, pointer=f"{line.pointer}/origin_proof", node=xpath)
            return None
        return Frame("/lines/*", line.pointer, node.path, xpath, line.fields, around=line)

    def _numbered(self) -> dict[str, Frame]:
        """The goods lines by number, once all are read; the first one where several have it."""
        if self._lines is None:
            lines = [each for each in self.frames.values() if each.pattern == "/lines/*"]
            self._lines = {str(each.fields.get("number")): each for each in reversed(lines)}
        return self._lines

    def _name(self, element: Element) -> str:
        own = layout.data()["extension"]
        if element.space == own["namespace"]:
            return f"{own['prefix']}:{element.name}"
        return (
            element.name if element.space == self._space else f"{{{element.space}}}{element.name}"
        )

    def _attributes(self, element: Element, xpath: str) -> None:
        for name in element.attributes:
            self._unknown(f"{xpath}/@{name[:64]}")

    def _unknown(self, xpath: str) -> None:
        self._strange(UNKNOWN_NODE, xpath)

    def _strange(self, rule: Any, xpath: str) -> None:
        self.told.faults.append(at_node(rule, pointer="", node=xpath))


def _is_scalar(node: Node) -> bool:
    """Whether its entries are mere values."""
    leaves = [each.leaf for each in node.below() if each.leaf is not None]
    return any(each.form == "entry" and node.group.startswith(each.pointer) for each in leaves)


def faults_of(read: Read, found: tuple[errors.Fault, ...]) -> tuple[errors.Fault, ...]:
    """All faults: those of nodes, then those of the filing that do not follow from them, each with
    its node.
    """
    spoilt = {above for each in read.told.spoilt for above in _with_those_around(each)}
    kept = [each for each in found if not each.pointer or each.pointer not in spoilt]
    named = (
        errors.Fault(**{**vars(each), "facts": {**_node(read, each.pointer), **each.facts}})
        for each in kept
    )
    return (*read.told.faults, *named)


def _with_those_around(pointer: str) -> Iterator[str]:
    while pointer:
        yield pointer
        pointer = pointer.rpartition("/")[0]


def _node(read: Read, pointer: str) -> dict[str, str]:
    node = read.node_at(pointer)
    return {} if node is None else {"node": node}
