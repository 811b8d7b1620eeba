"""One form of a code for all ways to write it: width, case, spaces, letters that look alike."""

import unicodedata

FOREIGN = str.maketrans(
    "АВЕЅІЈКМНОРСТУХҮԚԜ" + "ΑΒΕΖΗΙΚΜΝΟΡΤΥΧ",
    "ABESIJKMHOPCTYXYQW" + "ABEZHIKMNOPTYX",
)
"""Letters of the Cyrillic and Greek alphabets that are drawn as Latin capitals."""
SEPARATORS = str.maketrans("", "", " -‐‑–—./·_\u3000")


def plain(text: str) -> str:
    """The text in Latin capitals and plain digits, as far as it looks like such."""
    narrow = unicodedata.normalize("NFKC", text).translate(SEPARATORS).upper()
    return "".join(map(_digit, narrow)).translate(FOREIGN)


def characters(text: str) -> str:
    """The letters and digits alone of its plain form; empty where it has none."""
    return "".join(filter(str.isalnum, plain(text)))


def _digit(character: str) -> str:
    value = unicodedata.decimal(character, None)
    return character if value is None else str(value)
