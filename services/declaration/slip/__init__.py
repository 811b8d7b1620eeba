"""The slip of an accepted filing as PDF: one version's content, its number as QR code and Code 128.

The same version gives the same bytes: nothing in it is of the moment at which it is made.
"""

from collections.abc import Iterator
from datetime import datetime
from functools import cache
from importlib import resources
from itertools import groupby
from uuid import UUID
from zoneinfo import ZoneInfo

from barcode.codex import Code128

from services.declaration.domain.content import Content
from shared import paper
from shared.contracts.values import Line
from shared.reference import codes

HEADS = (
    *({"zh": "项号", "en": "No."}, {"zh": "商品编码", "en": "HS code"}),
    *({"zh": "品名", "en": "Name"}, {"zh": "数量", "en": "Quantity"}),
    {"zh": "净重 千克", "en": "Net kg"},
)
QUIET = 10
"""Modules that stay white on either side of the bars (ISO/IEC 15417)."""


def pdf(
    content: Content,
    *,
    filing_id: UUID,
    version: int,
    receipt_number: str,
    accepted_at: datetime,
    zone: ZoneInfo,
) -> bytes:
    """The slip of a version; the moment of acceptance (UTC) is told in the yard's zone."""
    at = accepted_at.astimezone(zone)
    slip = {
        "receipt_number": receipt_number,
        "rows": [
            {"name": {"zh": zh, "en": en}, "value": value}
            for zh, en, value in _rows(content, version=version, at=at)
        ],
        "heads": HEADS,
        "lines": [
            [str(line.number), line.hs_code, line.name, _quantity(line), f"{line.net_kg:f}"]
            for line in content.lines
        ],
        "bars": bars(receipt_number),
        "code": paper.code(f"urn:onestop:filing:{filing_id}:{version}:{receipt_number}"),
    }
    return paper.pdf(_template(), slip=slip)


def _rows(content: Content, *, version: int, at: datetime) -> Iterator[tuple[str, str, str]]:
    direction = {"import": "进口 import", "export": "出口 export"}[content.direction.value]
    mode = codes.name_of("transport_modes", content.transport_mode)
    packing = codes.name_of("package_types", content.package_type)
    packages = f"{content.packages}，{packing[1]} {packing[0]}"
    weights = f"{content.gross_kg:f} / {content.net_kg:f}"
    containers = ", ".join(each.number for each in content.containers)
    yield "申报版本", "Version", str(version)
    yield "受理时间", "Accepted", f"{at:%Y-%m-%d %H:%M:%S %z}"
    yield "客户端编号", "Reference", content.reference
    yield "进出口", "Direction", direction
    yield "申报地海关", "Customs office", content.customs_office
    yield "申报单位", "Declarant", f"{content.broker.name} {content.broker.uscc}"
    yield "境内收发货人", "Consignee or consignor", _party(content)
    yield "运输方式", "Transport", f"{mode[1]} {mode[0]}"
    yield "提运单号", "Bill of lading", content.bill_of_lading
    yield "件数、包装", "Packages", packages
    yield "毛重 / 净重（千克）", "Gross / net, kg", weights
    yield "集装箱", "Containers", containers or "—"


def _party(content: Content) -> str:
    return f"{content.consignee.name} {content.consignee.uscc}"


def _quantity(line: Line) -> str:
    return f"{line.quantity:f} {codes.name_of('units', line.unit)[1]}"


def bars(number: str) -> str:
    """The number as Code 128, an SVG whose unit is the module."""
    (modules,) = Code128(number).build()
    drawn, at = [], QUIET
    for shade, some in groupby(modules):
        width = len(list(some))
        if shade == "1":
            drawn.append(f"M{at} 0h{width}v1h-{width}z")
        at += width
    return _svg("".join(drawn), width=at + QUIET, height=1)


def _svg(path: str, *, width: int, height: int) -> str:
    space = f'xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}"'
    return f'<svg {space} preserveAspectRatio="none"><path d="{path}"/></svg>'


@cache
def _template() -> bytes:
    return (resources.files(__name__) / "slip.typ").read_bytes()
