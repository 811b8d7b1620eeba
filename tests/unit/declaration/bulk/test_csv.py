"""CSV as spreadsheet programs write it, and as it should not be."""

import pytest

from services.declaration.bulk.rules import Unreadable
from tests.unit.declaration.bulk import sheets

TEXT = 'reference,lines.number,lines.name\nA,1,"牛肉, 冻 ""好"""\nA,2,羊肉\n'
NAMES = ['牛肉, 冻 "好"', "羊肉"]


@pytest.mark.parametrize(
    "raw",
    [
        TEXT.encode(),
        b"\xef\xbb\xbf" + TEXT.encode(),
        TEXT.encode("gbk"),
        TEXT.encode("gb18030"),
        TEXT.encode("utf-16"),
        TEXT.replace("\n", "\r\n").encode(),
        ("sep=,\n" + TEXT).encode(),
        TEXT.replace(",1,", ";1;").replace(",2,", ";2;").replace("e,l", "e;l")
        .replace("r,l", "r;l").encode(),
        TEXT.replace(",1,", "\t1\t").replace(",2,", "\t2\t").replace("e,l", "e\tl")
        .replace("r,l", "r\tl").encode("utf-16"),
        TEXT.rstrip("\n").encode(),
    ],
)  # fmt: skip
def test_encodings_separators_and_quotes_of_spreadsheet_programs_are_read(raw: bytes) -> None:
    (group,) = sheets.of_csv(raw)
    assert [each["name"] for each in group.document["lines"]] == NAMES
    assert group.faults == []


def test_lines_are_counted_as_the_file_has_them() -> None:
    raw = b'reference,remarks\n"A","one\ntwo"\n\nB,x\n'
    one, other = sheets.of_csv(raw)
    assert (one.first_line, other.first_line) == (2, 5)


@pytest.mark.parametrize(
    ("raw", "code", "facts"),
    [
        (b"", "no_header", {}),
        (b"reference,direction\n", "no_rows", {}),
        (b"reference,direction\n# EXAMPLE,import\n", "no_rows", {}),
        (b"direction\nimport\n", "no_header", {}),
        (b"reference,ref\n", "unknown_column", {"columns": ["ref"], "count": 1}),
        (b'reference,direction\nA,"import\n', "unreadable_file", {"line": 2}),
        (b'reference,direction\nA,"im"port\n', "unreadable_file", {"line": 2}),
        (b"reference,direction\nA,import\nB", "unreadable_file", {"line": 3}),
        (b"reference,direction\nA,\0\n", "unreadable_file", {"line": 2}),
        (b"reference\n\xff\xff\xff\n", "unreadable_file", {"reason": "encoding"}),
        (b"reference" + b"," * 1_000_000 + b"x\n", "no_header", {}),
        (b"reference,direction\nA," + b"x" * 40_000 + b"\n", "unreadable_file", {"line": 2}),
        (b"reference\n" + b"A," * 5_000_000 + b"\n", "unreadable_file", {"line": 2}),
    ],
)
def test_a_file_that_cannot_be_read_to_its_end_is_refused_with_its_line(
    raw: bytes, code: str, facts: dict[str, object]
) -> None:
    with pytest.raises(Unreadable) as refused:
        sheets.of_csv(raw)
    assert refused.value.rule.code == code
    assert facts.items() <= refused.value.facts.items()


def test_utf_8_with_a_damaged_byte_is_not_read_as_other_characters() -> None:
    raw = ("reference,marks\n" + "A,冻去骨牛肉二十千克一箱\n" * 3).encode()
    for damaged in (raw[:-2], raw.replace("牛".encode(), b"\xe7\x89x", 1)):
        with pytest.raises(Unreadable) as refused:
            sheets.of_csv(damaged)
        assert refused.value.facts["reason"] == "encoding"


def test_every_cut_of_a_file_is_whole_or_refused_or_a_shorter_last_cell() -> None:
    raw = TEXT.encode()
    whole = sheets.of_csv(raw)
    start = raw.index(b"\n") + 1
    for end in range(start + 1, len(raw)):
        try:
            found = sheets.of_csv(raw[:end])
        except Unreadable:
            continue
        last = found[-1].document["lines"][-1].get("name", "")
        kept = whole[0].document["lines"][len(found[-1].document["lines"]) - 1]["name"]
        assert kept.startswith(last), raw[:end]
