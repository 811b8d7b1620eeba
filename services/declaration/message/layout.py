"""The message's nodes as a tree, each with the field that it carries and how: made of the data.

A path names a node below the root, without numbers: `DecLists/DecList/GQty`; our own nodes have the
prefix `os:`.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from services.declaration import dictionary
from services.declaration.domain.dictionary import Dictionary, Field, Kind

ROOT = "DecMessage"


@dataclass(frozen=True)
class Leaf:
    """What a node carries: the pointer of its field, and the form it has with what that takes.

    `kind` names the values' pair in `values`. A technical node has a `reason` and no pointer.
    """

    pointer: str = ""
    kind: str = "text"
    form: str = "plain"
    args: Mapping[str, Any] = field(default_factory=dict)
    reason: Mapping[str, str] | None = None


@dataclass(eq=False)
class Node:
    """A node with those below it, in the message's order.

    `group` is the pointer of the entries that it stands for, one for each time it comes.
    """

    name: str
    path: str
    group: str = ""
    leaf: Leaf | None = None
    children: dict[str, "Node"] = field(default_factory=dict)

    def below(self) -> Iterator["Node"]:
        """All of them, itself first."""
        yield self
        for child in self.children.values():
            yield from child.below()


@dataclass(frozen=True, eq=False)
class Layout:
    """The tree of a day. `first` has the first node of each field; `paths` all nodes by path."""

    root: Node
    first: Mapping[str, str]
    paths: Mapping[str, Node]
    aliases: Mapping[str, str]

    def node_of(self, pattern: str) -> Node | None:
        """The node of the field at a pointer with `*`: its own, or that around or below it."""
        path = self.first.get(pattern)
        if path is None:
            path = next((p for at, p in self.first.items() if at.startswith(f"{pattern}/")), None)
        return None if path is None else self.paths[path]


@lru_cache(maxsize=1)
def data() -> Mapping[str, Any]:
    """What `message_forms.json` says."""
    said: Mapping[str, Any] = dictionary.stored("message_forms")
    return said


@lru_cache(maxsize=32)
def of(asked: Dictionary) -> Layout:
    """The layout by a day's dictionary. What other days ask is read too: its rule refuses it."""
    message, forms = dictionary.stored("message"), data()
    every = {each.pointer: each for each in (*asked.not_asked, *asked.items)}
    leaves = {node: _leaf(field, node) for field in every.values() for node in field.nodes}
    for group in message["technical"]:
        leaves |= {node: Leaf(reason=group["reason"]) for node in group["nodes"]}
    own = {each["node"]: _own(every[each["pointer"]], each) for each in forms["extension"]["nodes"]}
    root = Node(ROOT, "")
    for path in (*message["nodes"], *own):
        _grown(root, path).leaf = (leaves | own)[path]
    paths = {node.path: node for node in root.below()}
    return Layout(root, _first(root), paths, forms["aliases"])


def _grown(root: Node, path: str) -> Node:
    node, groups = root, data()["groups"]
    steps = path.split("/")
    for depth, step in enumerate(steps, start=1):
        at = "/".join(steps[:depth])
        node = node.children.setdefault(step, Node(step, at, groups.get(at, "")))
    return node


def _first(root: Node) -> dict[str, str]:
    found: dict[str, str] = {}
    for node in root.below():
        if node.group:
            found.setdefault(node.group.removesuffix("/*"), node.path)
        if node.leaf is not None and node.leaf.pointer:
            found.setdefault(node.leaf.pointer, node.path)
    return found


def _leaf(field: Field, node: str) -> Leaf:
    said = dict(data()["forms"].get(node, {}))
    return Leaf(field.pointer, _kind(field), said.pop("form", "plain"), said)


def _own(field: Field, said: Mapping[str, Any]) -> Leaf:
    return Leaf(field.pointer, _kind(field), said.get("form", "plain"))


def _kind(field: Field) -> str:
    if field.code_list in data()["lists"]:
        return str(field.code_list)
    if field.type is Kind.NUMBER and field.precision == 0:
        return "whole"
    return field.type.value
