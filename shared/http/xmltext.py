"""Well-formed XML, before anything reads it: no DTD, no entities, no instructions, bounded.

What passes is a light tree of elements. Nothing is fetched and nothing is expanded; a document is
given up at the first event that is not taken, so that what it costs is what it weighs.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from lxml import etree

from shared.http import refusals

MAX_DEPTH = 16
MAX_NODES = 100_000
SPACE = " \t\r\n"
_ENCODINGS = {
    "utf-8": "utf-8",
    "utf8": "utf-8",
    "us-ascii": "ascii",
    "gbk": "gb18030",
    "gb2312": "gb18030",
    "gb18030": "gb18030",
}
"""By the names that a declaration may have; GB 18030 reads all that the older ones wrote."""
_DECLARATION = re.compile(
    rb"<\?xml\s+version\s*=\s*[\"'](?P<version>[^\"']{1,9})[\"']"
    rb"(?:\s+encoding\s*=\s*[\"'](?P<encoding>[A-Za-z][A-Za-z0-9._-]{0,39})[\"'])?"
    rb"(?:\s+standalone\s*=\s*[\"'](?:yes|no)[\"'])?\s*\?>"
)
_BOM = b"\xef\xbb\xbf"
_OTHER_BOMS = (b"\xff\xfe", b"\xfe\xff", b"\x00\x00\xfe\xff")
_THREE_BYTES = re.compile(rb"[\xe1-\xef][\x80-\xbf]{2}")


@dataclass
class Element:
    """One element: its namespace ("" for none), name, attributes, own text and children."""

    space: str
    name: str
    attributes: dict[str, str] = field(default_factory=dict)
    pieces: list[str] = field(default_factory=list)
    children: list["Element"] = field(default_factory=list)

    @property
    def text(self) -> str:
        """Its own text, without the white space around it that indents the document."""
        return "".join(self.pieces).strip(SPACE)

    def named(self) -> Iterator[tuple["Element", str]]:
        """Its children, each with its step of an XPath: numbered where a name comes again."""
        total: dict[tuple[str, str], int] = {}
        for each in self.children:
            total[each.space, each.name] = total.get((each.space, each.name), 0) + 1
        seen: dict[tuple[str, str], int] = {}
        for each in self.children:
            at = each.space, each.name
            seen[at] = seen.get(at, 0) + 1
            yield each, f"[{seen[at]}]" if total[at] > 1 else ""


def parse(raw: bytes, *, charset: str | None = None) -> Element:
    """The root of the document in `raw`; `charset` is what the media type says of it, if it does.

    Raises `MalformedXml` (400) for what is not well-formed, is not taken, or is in another
    encoding than it says; `BodyTooLarge` (413) for more than 100,000 nodes.
    """
    text = _decoded(raw, charset=charset)
    parser = etree.XMLParser(
        target=_Target(),
        encoding="utf-8",
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        dtd_validation=False,
        huge_tree=False,
    )
    try:
        parser.feed(text.encode())
        root: Element = parser.close()
    except etree.XMLSyntaxError as error:
        line, column = error.position
        reason = re.split(r", line [0-9]|\n", error.msg or "not well-formed")[0]
        raise refusals.MalformedXml(reason=reason[:200], line=line, column=column) from None
    for told in parser.feed_error_log:  # what is passed over: prefixes that nothing declares
        raise refusals.MalformedXml(reason=told.message[:200], line=told.line, column=told.column)
    return root


def _decoded(raw: bytes, *, charset: str | None) -> str:
    """The text after the declaration. Raises MalformedXml where the bytes are not what is said."""
    if raw.startswith(_OTHER_BOMS) or raw[:2] in (b"<\0", b"\0<"):
        raise refusals.MalformedXml(reason="UTF-16 and UTF-32 are not taken", taken=_taken())
    marked = raw.startswith(_BOM)
    body = raw.removeprefix(_BOM)
    declared = _DECLARATION.match(body)
    if declared is None and body.startswith(b"<?xml") and not body.startswith(b"<?xml-"):
        raise refusals.MalformedXml(reason="the XML declaration cannot be read")
    said: dict[str, str] = {"charset": charset} if charset else {}
    if declared is not None:
        if declared["version"] != b"1.0":
            raise refusals.MalformedXml(reason="only XML 1.0 is taken")
        if declared["encoding"] is not None:
            said["declaration"] = declared["encoding"].decode("ascii")
        body = body[declared.end() :]
    codecs = {_codec(name) for name in said.values()} | ({"utf-8"} if marked else set())
    if len(codecs) > 1:
        told = said | ({"byte_order_mark": "utf-8"} if marked else {})
        raise refusals.MalformedXml(reason="encodings contradict each other", **told)
    return _text(body, codec=next(iter(codecs), "utf-8"))


def _codec(name: str) -> str:
    if name.lower() not in _ENCODINGS:
        raise refusals.MalformedXml(reason="encoding not taken", encoding=name, taken=_taken())
    return _ENCODINGS[name.lower()]


def _taken() -> list[str]:
    return ["UTF-8", "GBK", "GB2312", "GB18030"]


def _text(body: bytes, *, codec: str) -> str:
    if codec == "gb18030" and _THREE_BYTES.search(body) and _is_utf8(body):
        raise refusals.MalformedXml(
            reason="the bytes are UTF-8, the declaration says otherwise", encoding="GB18030"
        )
    try:
        return body.decode(codec)
    except UnicodeDecodeError as error:
        raise refusals.MalformedXml(
            reason="not in the encoding that is said", encoding=codec.upper(), byte=error.start
        ) from None


def _is_utf8(body: bytes) -> bool:
    try:
        body.decode()
    except UnicodeDecodeError:
        return False
    return True


class _Target:
    """Takes the parser's events; raises at the first one that is not taken."""

    def __init__(self) -> None:
        self._open: list[Element] = []
        self._nodes = 0
        self._root: Element | None = None

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        """An element begins."""
        self._nodes += 1 + len(attributes)
        if self._nodes > MAX_NODES:
            raise refusals.BodyTooLarge(max_values=MAX_NODES)
        if len(self._open) >= MAX_DEPTH:
            raise refusals.MalformedXml(reason="nested too deeply", levels=MAX_DEPTH)
        space, _, name = tag.removeprefix("{").rpartition("}")
        element = Element(space, name, dict(attributes))
        if self._open:
            self._open[-1].children.append(element)
        else:
            self._root = element
        self._open.append(element)

    def end(self, _: str) -> None:
        """It ends."""
        self._open.pop()

    def data(self, text: str) -> None:
        """Text within it."""
        self._open[-1].pieces.append(text)

    def comment(self, _: str) -> None:
        """Comments say nothing."""

    def pi(self, target: str, _: Any = None) -> None:
        """Nothing is done for a document."""
        raise refusals.MalformedXml(reason="processing instruction", target=target[:64])

    def doctype(self, *_: Any) -> None:
        """So there are no entities, neither those that grow nor those that fetch."""
        raise refusals.MalformedXml(reason="document type declaration")

    def close(self) -> Element | None:
        """The root."""
        return self._root
