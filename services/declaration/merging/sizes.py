"""Container sizes in words as ISO 6346 codes: `40尺高冷藏箱`, `20GP`."""

import re
from collections.abc import Sequence

from services.declaration.merging.values import Several, tidy

_LENGTHS = {"20": "2", "40": "4", "45": "L"}
_TYPES = (
    ("R1", ("冷藏", "冷冻", "RF", "RH", "REEFER")),
    ("U1", ("开顶", "OT")),
    ("P1", ("框架", "台架", "FR")),
    ("T0", ("罐", "TK")),
    ("G1", ("通用", "普通", "普柜", "干货", "标准", "平柜", "GP", "DC", "HC", "HQ")),
)
_HIGH = ("高", "HC", "HQ", "RH")
_COUNTED = re.compile(r"(?:([0-9]{1,3}) ?[×xX*] ?)?((?:20|40|45).*)")


def read(words: str) -> str | Several | None:
    """The code; Several where the type is not told; None for what is no size."""
    said = tidy(words).upper()
    if re.fullmatch(r"[24L][025][A-Z][0-9]", said):
        return said
    length = _LENGTHS.get(said[:2])
    if length is None:
        return None
    height = "5" if any(mark in said for mark in _HIGH) else "2"
    for kind, marks in _TYPES:
        if any(mark in said for mark in marks):
            return f"{length}{height}{kind}"
    return Several(prefix=length)


def counted(words: str) -> Sequence[tuple[int, str]] | None:
    """So many of each kind, as the inspection form tells them; None if it cannot be read."""
    found = []
    for part in re.split("[;；,，、]", words):
        told = _COUNTED.fullmatch(tidy(part))
        if told is None:
            return None
        found.append((int(told[1] or 1), told[2]))
    return found
