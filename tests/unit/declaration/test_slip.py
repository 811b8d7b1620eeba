"""The acceptance slip: one document for each version, its number for scanners."""

import re
import subprocess
import sys
from hashlib import sha256
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from barcode.charsets import code128

from services.declaration import slip
from shared import paper
from tests.factories import NOW
from tests.unit.declaration.made import RECEIPT, content


def made(version: int = 1, **changes: Any) -> bytes:
    return slip.pdf(
        content(**changes),
        filing_id=UUID(int=7),
        version=version,
        receipt_number=RECEIPT,
        accepted_at=NOW,
        zone=ZoneInfo("Asia/Shanghai"),
    )


PROGRAM = f"""
from hashlib import sha256
from {__name__} import made
print(sha256(made()).hexdigest())
"""


def test_a_version_has_the_same_bytes_in_every_process() -> None:
    run = subprocess.run([sys.executable, "-c", PROGRAM], capture_output=True, check=True)
    assert run.stdout.decode().strip() == sha256(made()).hexdigest()


def test_another_version_and_another_content_have_others() -> None:
    assert len({made(), made(2), made(packages=41)}) == 3


def test_it_is_a_pdf_with_few_characters_of_its_large_font() -> None:
    document = made()
    assert document.startswith(b"%PDF-")
    assert len(document) < 200_000


def test_what_was_declared_is_never_markup() -> None:
    hostile = '#panic("x") $ #image("/etc/passwd") *a* ] } \\ "'
    assert made(reference=hostile).startswith(b"%PDF-")


def test_the_bars_are_the_number_in_code_128() -> None:
    drawn = slip.bars(RECEIPT)
    black = [(int(at), int(width)) for at, width in re.findall(r"M(\d+) 0h(\d+)", drawn)]
    total = int(re.findall(r'viewBox="0 0 (\d+) 1"', drawn)[0])
    modules = ["0"] * total
    for at, width in black:
        modules[at : at + width] = "1" * width
    read = "".join(modules).strip("0")
    symbols = [code128.CODES.index(read[n : n + 11]) for n in range(0, len(read) - 13, 11)]
    assert read.endswith(code128.STOP + "11")
    start, *data, check = symbols
    assert code128.START_CODES["C"] == start
    assert "".join(f"{each:02d}" for each in data) == RECEIPT
    assert check == (start + sum(n * each for n, each in enumerate(data, 1))) % 103
    assert black[0][0] == total - len(read) - slip.QUIET == slip.QUIET


def test_the_code_is_a_square_of_modules() -> None:
    drawn = paper.code("urn:onestop:filing:1")
    width, height = re.findall(r'viewBox="0 0 (\d+) (\d+)"', drawn)[0]
    assert width == height
