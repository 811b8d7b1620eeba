"""Documents as PDF, in Chinese and English: from a template and data that is never markup.

The same data gives the same bytes: nothing in a document is of the moment at which it is made.
"""

import json
from collections.abc import Mapping
from functools import cache
from importlib import resources
from io import BytesIO
from typing import Any

import manimgx_fonts_cjk
import segno
import typst


def pdf(template: bytes, **data: Mapping[str, Any]) -> bytes:
    """The document that a typst template makes of JSON data, which it reads by name."""
    compiler = typst.Compiler(
        template,
        font_paths=_fonts(),
        ignore_system_fonts=True,
        sys_inputs={name: json.dumps(each, ensure_ascii=False) for name, each in data.items()},
    )
    made = compiler.compile(format="pdf", timestamp=0)
    if not isinstance(made, bytes):
        raise TypeError("it is one document")
    return made


def code(text: str) -> str:
    """The text as QR code, an SVG whose unit is the module."""
    made = segno.make(text, error="m", micro=False)
    into = BytesIO()
    made.save(into, kind="svg", xmldecl=False, svgns=True, omitsize=True)
    return into.getvalue().decode()


@cache
def _fonts() -> typst.Fonts:
    """The one font, read where it lies. What a document embeds of it are the characters it uses."""
    folder = str(resources.files(manimgx_fonts_cjk))
    return typst.Fonts(
        include_system_fonts=False, include_embedded_fonts=False, font_paths=[folder]
    )
