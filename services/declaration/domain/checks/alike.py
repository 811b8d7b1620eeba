"""What is written in a code that only looks right: said in words, and what was probably meant.

Nothing is corrected by itself: who declares must say so, and may have meant another one.
"""

import unicodedata
from collections.abc import Callable
from dataclasses import replace
from typing import NamedTuple

from services.declaration.domain.checks.rule import Breach
from shared import spelling

_AS_DIGIT = str.maketrans("OQDILZSB", "00011258")
_AS_LETTER = str.maketrans("01258", "OIZSB")
_AS_EITHER = str.maketrans("OISZ", "0152")
_AS = {"9": _AS_DIGIT, "A": _AS_LETTER, "X": _AS_EITHER}
_FULL_WIDTH = range(0xFF01, 0xFF5F)


class Oddity(NamedTuple):
    """One way in which a code only looks right."""

    en: str
    zh: str


SMALL = Oddity("lower-case letters", "小写字母")
WIDE = Oddity("full-width characters", "全角字符")
FOREIGN = Oddity("letters of another alphabet that look alike", "其他字母表中的形似字母")
DIGITS = Oddity("digits of another script", "其他文字的数字")
APART = Oddity("spaces or signs between the characters", "空格或分隔符")
SWAPPED = Oddity("letters and digits mixed up", "字母与数字混淆")


def shaped(text: str, shape: str) -> str:
    """The text with each character as the shape wants it: `9` a digit, `A` a letter,
    `X` either without I, O, S and Z, which codes leave out for their likeness.
    """
    if len(text) != len(shape):
        return text
    return "".join(
        character.translate(_AS[wanted]) for character, wanted in zip(text, shape, strict=True)
    )


def oddities(text: str, shape: str = "") -> tuple[Oddity, ...]:
    """In which ways the text is not what it looks like."""
    narrow = unicodedata.normalize("NFKC", text)
    cleaned = spelling.plain(text)
    found = (
        (SMALL, narrow != narrow.upper()),
        (WIDE, any(ord(character) in _FULL_WIDTH for character in text)),
        (FOREIGN, narrow.upper() != narrow.upper().translate(spelling.FOREIGN)),
        (DIGITS, any(not each.isascii() and each.isdecimal() for each in narrow)),
        (APART, narrow != narrow.translate(spelling.SEPARATORS)),
        (SWAPPED, cleaned != shaped(cleaned, shape)),
    )
    return tuple(oddity for oddity, is_so in found if is_so)


def breach(pointer: str, given: str, *, shape: str = "", is_valid: Callable[[str], bool]) -> Breach:
    """The breach at a place where a code is not valid: what is odd in it, and what was meant.

    `did_you_mean` is only said where it would be valid.
    """
    meant = next(
        (
            each
            for each in (spelling.plain(given), shaped(spelling.plain(given), shape))
            if is_valid(each)
        ),
        None,
    )
    odd = oddities(given, shape if meant != spelling.plain(given) else "")
    if not odd:
        return Breach(pointer)
    en, zh = ", ".join(each.en for each in odd), "、".join(each.zh for each in odd)
    told = Breach(pointer, en=f"It has {en}.", zh=f"其中有{zh}。")
    if meant is None:
        return told
    return replace(
        told,
        facts={"did_you_mean": meant},
        mend_en=f"Did you mean {meant}?",
        mend_zh=f"是否应为 {meant}？",
    )
