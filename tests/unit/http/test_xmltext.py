"""XML before anything reads it: what is taken, in which encodings, and what is refused."""

import resource

import pytest

from shared import errors
from shared.http import refusals, xmltext
from tests.faults import corpus_files

TEXT = "青岛 <é>&\U00020000"
ESCAPED = TEXT.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
NO_DOCUMENTS = ("another root", "another namespace", "nothing in it", "an unknown node")
READ_LATER = {
    *NO_DOCUMENTS,
    *("XInclude", "duplicated head", "duplicated node", "stray text", "a node in a value"),
    *("an attribute", "many attributes"),
}
"""Well-formed; the message's own reader refuses them."""
MOST_MEGABYTES = 40


def _declared(encoding: str) -> str:
    return f'<?xml version="1.0" encoding="{encoding}"?>\n<a>{ESCAPED}</a>'


@pytest.mark.parametrize(
    "raw",
    [
        f"<a>{ESCAPED}</a>".encode(),
        _declared("UTF-8").encode(),
        b"\xef\xbb\xbf" + _declared("utf-8").encode(),
        b"\xef\xbb\xbf" + f"<a>{ESCAPED}</a>".encode(),
        _declared("GB18030").encode("gb18030"),
        _declared("GBK").encode("gb18030"),
        _declared("gb2312").encode("gb18030"),
    ],
)
def test_text_is_read_in_the_encoding_that_is_said(raw: bytes) -> None:
    assert xmltext.parse(raw).text == TEXT


def test_a_charset_of_the_media_type_is_followed_and_may_not_contradict() -> None:
    raw = "<a>联通</a>".encode("gbk")
    assert xmltext.parse(raw, charset="GBK").text == "联通"
    with pytest.raises(refusals.MalformedXml) as refused:
        xmltext.parse(_declared("UTF-8").encode(), charset="GBK")
    assert refused.value.facts["reason"] == "encodings contradict each other"


@pytest.mark.parametrize("name", sorted(set(corpus_files.XML) - READ_LATER))
def test_what_is_hostile_is_refused_and_says_why(name: str) -> None:
    with pytest.raises(errors.Refused) as refused:
        xmltext.parse(corpus_files.XML[name])
    assert refused.value.facts, name


@pytest.mark.parametrize("name", sorted(READ_LATER))
def test_what_is_no_message_is_read_all_the_same(name: str) -> None:
    assert xmltext.parse(corpus_files.XML[name]).name


def test_where_it_is_not_well_formed_is_told() -> None:
    with pytest.raises(refusals.MalformedXml) as refused:
        xmltext.parse(b"<a>\n<b></a>")
    assert (refused.value.facts["line"], refused.value.facts["column"]) == (2, 8)


def test_memory_stays_flat_whatever_is_sent() -> None:
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    for raw in corpus_files.XML.values():
        try:
            xmltext.parse(raw)
        except errors.Refused:
            continue
    after = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    assert after - before < MOST_MEGABYTES * 1024


def test_white_space_that_indents_is_no_text_and_twins_are_numbered() -> None:
    root = xmltext.parse(b"<a>\n  <b>1</b>\n  <c/>\n  <b>2</b>\n</a>")
    assert root.text == ""
    assert [(each.name, step) for each, step in root.named()] == [
        ("b", "[1]"),
        ("c", ""),
        ("b", "[2]"),
    ]


@pytest.mark.parametrize("raw", [b"<a><x:b>1</x:b></a>", b"<a x:b='1'/>", b"<x:a/>"])
def test_a_prefix_that_nothing_declares_is_refused(raw: bytes) -> None:
    with pytest.raises(refusals.MalformedXml):
        xmltext.parse(raw)
