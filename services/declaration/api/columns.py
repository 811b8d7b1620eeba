"""The columns of an export, one row a filing."""

from collections.abc import Callable, Iterable, Mapping
from decimal import Decimal
from enum import StrEnum
from typing import NamedTuple

from services.declaration.domain.filing import Filing
from shared.contracts.values import utc
from shared.http import sheets

BETWEEN = "; "
"""Between the values of a cell that has several."""


class Language(StrEnum):
    """In which language the header is."""

    CHINESE = "zh"
    ENGLISH = "en"


class Column(NamedTuple):
    """One column: its headings, and what it tells of a filing."""

    zh: str
    en: str
    of: Callable[[Filing], object]


def _several(values: Iterable[object]) -> str:
    return BETWEEN.join(dict.fromkeys(str(value) for value in values))


def _worth(filing: Filing) -> str:
    """The value of all lines, in each currency."""
    sums: dict[str, Decimal] = {}
    for line in filing.content.lines:
        sums[line.currency] = sums.get(line.currency, Decimal(0)) + line.value
    return _several(f"{currency} {value:f}" for currency, value in sums.items())


COLUMNS = (
    Column("申报单标识", "Id", lambda f: f.id),
    Column("回执号", "Receipt number", lambda f: f.receipt_number),
    Column("客户端编号", "Reference", lambda f: f.reference),
    Column("状态", "Status", lambda f: f.status.value),
    Column("受理时间（UTC）", "Accepted at (UTC)", lambda f: utc(f.accepted_at)),
    Column("内容版本", "Content version", lambda f: f.filing_version),
    Column("进出口", "Direction", lambda f: f.content.direction.value),
    Column("申报地海关", "Customs office", lambda f: f.content.customs_office),
    Column("运输方式", "Transport mode", lambda f: f.content.transport_mode),
    Column("运输工具", "Means of transport", lambda f: f.content.transport_name),
    Column("提运单号", "Bill of lading", lambda f: f.content.bill_of_lading),
    Column("作业场所", "Terminal", lambda f: f.content.terminal),
    Column("到港时间（UTC）", "Arrival (UTC)", lambda f: utc(f.content.arrival)),
    Column("申报单位代码", "Declarant's code", lambda f: f.content.broker.uscc),
    Column("申报单位", "Declarant", lambda f: f.content.broker.name),
    Column("收发货人代码", "Consignee's code", lambda f: f.content.consignee.uscc),
    Column("收发货人", "Consignee", lambda f: f.content.consignee.name),
    Column("境外收发货人", "Overseas party", lambda f: f.content.overseas_party),
    Column("启运国（运抵国）", "Country of departure", lambda f: f.content.country_of_departure),
    Column("件数", "Packages", lambda f: f.content.packages),
    Column("包装种类", "Package type", lambda f: f.content.package_type),
    Column("毛重（千克）", "Gross weight, kg", lambda f: f"{f.content.gross_kg:f}"),
    Column("净重（千克）", "Net weight, kg", lambda f: f"{f.content.net_kg:f}"),
    Column("集装箱号", "Containers", lambda f: _several(c.number for c in f.content.containers)),
    Column("商品项数", "Goods lines", lambda f: len(f.content.lines)),
    Column("商品编号", "Goods codes", lambda f: _several(x.hs_code for x in f.content.lines)),
    Column("商品名称", "Goods names", lambda f: _several(x.name for x in f.content.lines)),
    Column("总价", "Value", _worth),
    Column("查验方式", "Requirement", lambda f: f.requirement and f.requirement.mode.value),
    Column("原因", "Reason", lambda f: f.reason and f"{f.reason.zh} {f.reason.en}"),
)
_HEADINGS: Mapping[Language, Callable[[Column], str]] = {
    Language.CHINESE: lambda column: column.zh,
    Language.ENGLISH: lambda column: column.en,
}


def header(language: Language) -> str:
    """The first line."""
    return sheets.lines([[_HEADINGS[language](column) for column in COLUMNS]])


def lines(filings: Iterable[Filing]) -> str:
    """A line for each of the filings."""
    return sheets.lines(
        [sheets.cell(column.of(filing)) for column in COLUMNS] for filing in filings
    )
