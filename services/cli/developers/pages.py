"""The desk's pages, in Chinese and English: HTML that loads nothing, from us or from elsewhere."""

import json
from functools import cache
from pathlib import Path
from typing import Any

import jinja2
from starlette.responses import HTMLResponse

POLICY = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"
"""The browser itself refuses whatever a page would load."""


@cache
def _environment() -> jinja2.Environment:
    made = jinja2.Environment(
        loader=jinja2.FileSystemLoader(Path(__file__).parent / "templates"),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters["pretty"] = _pretty
    return made


def _pretty(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, indent=2)


def page(name: str, **shown: Any) -> HTMLResponse:
    """A page by its template's name."""
    text = _environment().get_template(f"{name}.html").render(**shown)
    return HTMLResponse(text, headers={"Content-Security-Policy": POLICY})
