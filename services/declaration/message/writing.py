"""Write a filing as a message, in the message's order of nodes."""

from collections.abc import Iterator, Mapping
from datetime import tzinfo
from typing import Any

from lxml import etree

from services.declaration.domain.content import Content
from services.declaration.domain.dictionary import Dictionary
from services.declaration.message import layout
from services.declaration.message.forms import BY_NAME
from services.declaration.message.layout import Node
from services.declaration.message.spots import Writing

Entries = Mapping[str, Mapping[str, Any]]
VEHICLES = "/lines/*/vehicles/*"
QUALIFICATIONS = "/lines/*/qualifications/*"
NONE: Mapping[str, Any] = {}
"""Holds the vehicles whose licence is none of the line's."""


def write(content: Content, *, dictionary: Dictionary, zone: tzinfo) -> bytes:
    """The message in UTF-8. Days begin in the zone. Raises NotAMessage."""
    plain = content.model_dump(mode="json")
    laid = layout.of(dictionary)
    own = layout.data()["extension"]
    space = layout.data()["namespace"]
    root = etree.Element(
        f"{{{space}}}{layout.ROOT}", nsmap={None: space, own["prefix"]: own["namespace"]}
    )
    for child in laid.root.children.values():
        _write(child, root, {"": plain}, 1, zone)
    etree.indent(root)
    document: bytes = etree.tostring(root, encoding="UTF-8", xml_declaration=True)
    return document


def _write(node: Node, parent: Any, entries: Entries, number: int, zone: tzinfo) -> None:
    if not node.group:
        _element(node, parent, entries, number, zone)
        return
    for count, below in enumerate(_entries(node, entries), start=1):
        _element(node, parent, below, count, zone)


def _element(node: Node, parent: Any, entries: Entries, number: int, zone: tzinfo) -> None:
    element = etree.SubElement(parent, _tag(node.name))
    if node.leaf is not None and node.leaf.reason is None:
        at = Writing(node.leaf, entries, number, zone)
        element.text = BY_NAME[node.leaf.form].write(at)
    for child in node.children.values():
        _write(child, element, entries, number, zone)
    if not len(element) and not element.text:
        parent.remove(element)


def _tag(name: str) -> str:
    own = layout.data()["extension"]
    prefix, _, local = name.rpartition(":")
    space = own["namespace"] if prefix == own["prefix"] else layout.data()["namespace"]
    return f"{{{space}}}{local}"


def _entries(node: Node, around: Entries) -> Iterator[Entries]:
    """What each element of a group is about: its entry beside those around it."""
    if node.group == "/lines/*/origin_proof":
        lines = around[""]["lines"]
        yield from ({**around, "/lines/*": each} for each in lines if each.get("origin_proof"))
        return
    found = _listed(node.group, around)
    if node.group == VEHICLES:
        found = [each for each in found if _holder(each, around) is around[QUALIFICATIONS]]
    for each in found:
        yield {**around, node.group: each if isinstance(each, Mapping) else {"": each}}
    if node.group == QUALIFICATIONS and any(
        _holder(each, around) is NONE for each in _listed(VEHICLES, around)
    ):
        yield {**around, node.group: NONE}


def _listed(group: str, around: Entries) -> list[Any]:
    pattern = group.removesuffix("/*")
    at = max((at for at in around if not at or pattern.startswith(f"{at}/")), key=len)
    value: Any = around[at]
    for step in pattern.removeprefix(at).split("/")[1:]:
        value = value.get(step) if isinstance(value, Mapping) else None
    return list(value or ())


def _holder(vehicle: Mapping[str, Any], around: Entries) -> Mapping[str, Any]:
    """The licence of the line under which it is written."""
    licences = _listed(QUALIFICATIONS, around)
    return next((each for each in licences if each["number"] == vehicle["licence"]), NONE)
