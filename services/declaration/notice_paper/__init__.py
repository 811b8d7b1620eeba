"""A release notice as people read it: on paper (PDF) and on the page that its code leads to.

Both show what was sealed and nothing else, in Chinese and English.
"""

from collections.abc import Iterator, Mapping
from datetime import datetime
from functools import cache
from importlib import resources
from typing import Any
from zoneinfo import ZoneInfo

import jinja2

from services.declaration.domain.notices import Standing
from services.declaration.domain.releases import How
from shared import paper
from shared.contracts.values import Said
from shared.reference import codes

SHOWN = {
    How.INSPECTED: Said(zh="已查验", en="inspected"),
    How.INSPECTED_JOINTLY: Said(zh="联合查验", en="inspected jointly"),
    How.RECOGNISED: Said(zh="认可对方查验结果", en="recognised the other agency's result"),
    How.NOT_SELECTED: Said(zh="未布控", en="not selected"),
}
STANDINGS = {
    Standing.IN_FORCE: Said(
        zh="真实有效：与本页一致的纸面可采信。",
        en="Genuine and in force: a paper that says the same as this page can be trusted.",
    ),
    Standing.AMENDED: Said(
        zh="真实，但该申报此后已修改：现行版本与此不同。",
        en="Genuine, but the filing was amended since: another version is in force.",
    ),
    Standing.REVOKED: Said(
        zh="已失效：所列货物现未处于放行状态。",
        en="No longer in force: what it names is not released.",
    ),
    Standing.UNPROVEN: Said(
        zh="印章不符：请勿采信，并联系运维人员。",
        en="The seal does not match: do not trust it, and tell the operator.",
    ),
}
HEADS = (
    *({"zh": "项号", "en": "No."}, {"zh": "商品编码", "en": "HS code"}),
    {"zh": "品名", "en": "Name"},
)
DIRECTIONS = {"import": "进口 import", "export": "出口 export"}


def pdf(notice: Mapping[str, Any], *, code: str, address: str, zone: ZoneInfo) -> bytes:
    """The paper; moments are told in the yard's zone. `code` is what the QR code says."""
    shown = {
        "number": notice["number"],
        "whole": notice["whole"],
        "sandbox": notice["sandbox"],
        "rows": [
            {"name": {"zh": zh, "en": en}, "value": value} for zh, en, value in rows(notice, zone)
        ],
        "heads": HEADS,
        "lines": goods(notice),
        "code": paper.code(code),
        "address": address,
    }
    return paper.pdf(_template(), notice=shown)


def page(notice: Mapping[str, Any], *, standing: Standing, zone: ZoneInfo) -> str:
    """The page of a notice: HTML that loads nothing."""
    return _pages().render(
        notice=notice,
        rows=list(rows(notice, zone)),
        heads=HEADS,
        lines=goods(notice),
        said=STANDINGS[standing],
        good=standing is Standing.IN_FORCE,
    )


def unknown() -> str:
    """The page for a code that is none of ours."""
    said = Said(
        zh="未找到此通知：请勿采信该纸面。", en="There is no such notice: do not trust the paper."
    )
    return _pages().render(notice=None, said=said, good=False)


def rows(notice: Mapping[str, Any], zone: ZoneInfo) -> Iterator[tuple[str, str, str]]:
    """What a notice says but for the goods: names in Chinese and English, and the value."""
    at = datetime.fromisoformat(notice["released_at"]).astimezone(zone)
    declarant = notice["declarant"]
    yield "放行时间", "Released", f"{at:%Y-%m-%d %H:%M:%S %z}"
    yield "回执号", "Receipt number", notice["receipt_number"]
    yield "申报版本", "Version", str(notice["filing_version"])
    yield "进出口", "Direction", DIRECTIONS[notice["direction"]]
    yield "申报单位", "Declarant", f"{declarant['name']} {declarant['uscc']}"
    yield "提运单号", "Bill of lading", notice["bill_of_lading"]
    yield "放行集装箱", "Containers released", _containers(notice)
    yield "申报地海关", "Customs office", notice["customs_office"]
    yield "码头", "Terminal", notice["terminal"]
    yield "查验场", "Yard", notice["yard"] or "—"
    for each in notice["agencies"]:
        en, zh = codes.name_of("agencies", each["agency"])
        how = SHOWN[How(each["how"])]
        yield zh, en.capitalize(), f"{how.zh} {how.en}"


def _containers(notice: Mapping[str, Any]) -> str:
    return ", ".join(notice["containers"]) or "散货，整票 loose cargo, all of it"


def goods(notice: Mapping[str, Any]) -> list[list[str]]:
    """The goods lines."""
    return [[str(each["number"]), each["hs_code"], each["name"]] for each in notice["goods"]]


@cache
def _template() -> bytes:
    return (resources.files(__name__) / "notice.typ").read_bytes()


@cache
def _pages() -> jinja2.Template:
    text = (resources.files(__name__) / "notice.html").read_text(encoding="utf-8")
    made = jinja2.Environment(
        autoescape=True, undefined=jinja2.StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    return made.from_string(text)
