"""Rules of numbers that carry their own structure: companies, containers, HS codes."""

import re
from collections.abc import Iterator
from functools import lru_cache

from stdnum.cn import uscc

from services.declaration.domain.checks import alike
from services.declaration.domain.checks.rule import Breach, Filed, Rule

_HS = re.compile(r"(?P<chapter>[0-9]{2})[0-9]{8}")
_CONTAINER = re.compile(r"[A-Z]{3}U[0-9]{7}")
_COMPANY = re.compile(r"[0-9A-HJ-NPQRTUWXY]{18}")
_VALUES = {sign: value for value, sign in enumerate("0123456789A BCDEFGHIJK LMNOPQRSTU VWXYZ")}
"""Of the characters of a container number: no multiple of 11 is one."""
COMPANY_SHAPE, HS_SHAPE, CONTAINER_SHAPE = "X" * 18, "9" * 10, "AAAA9999999"
RESERVED_CHAPTER = "77"
LAST_CHAPTER = "97"


@lru_cache(maxsize=10_000)  # the same companies file again and again
def _is_company(code: str) -> bool:
    return _COMPANY.fullmatch(code) is not None and bool(uscc.is_valid(code))


def _no_company(filed: Filed) -> Iterator[Breach]:
    for pattern in ("/broker/uscc", "/consignee/uscc"):
        for place in filed.document.find(pattern):
            if (breach := company_breach(place.pointer, place.value)) is not None:
                yield breach


def company_breach(pointer: str, code: str) -> Breach | None:
    """What is wrong with a unified social credit code."""
    if _is_company(code):
        return None
    return alike.breach(pointer, code, shape=COMPANY_SHAPE, is_valid=_is_company)


def _another_broker(filed: Filed) -> Iterator[Breach]:
    if filed.content.broker.uscc != filed.organisation:
        yield Breach("/broker/uscc", {"organisation": filed.organisation})


def _no_hs_code(filed: Filed) -> Iterator[Breach]:
    for place in filed.document.find("/lines/*/hs_code"):
        if not _is_hs_code(place.value):
            yield alike.breach(place.pointer, place.value, shape=HS_SHAPE, is_valid=_is_hs_code)


def _is_hs_code(code: str) -> bool:
    match = _HS.fullmatch(code)
    chapter = match["chapter"] if match else "00"
    return chapter != RESERVED_CHAPTER and "01" <= chapter <= LAST_CHAPTER


def _no_container(filed: Filed) -> Iterator[Breach]:
    for place in filed.document.find("/containers/*/number"):
        if (breach := container_breach(place.pointer, place.value)) is not None:
            yield breach


def container_breach(pointer: str, number: str) -> Breach | None:
    """What is wrong with a container number."""
    if not _CONTAINER.fullmatch(number):
        return alike.breach(pointer, number, shape=CONTAINER_SHAPE, is_valid=_is_container)
    expected = check_digit(number[:-1])
    if expected == number[-1]:
        return None
    return Breach(
        pointer,
        {"check_digit": expected},
        en=f"The check digit would be {expected}.",
        zh=f"校验位应为 {expected}。",
    )


def _is_container(number: str) -> bool:
    return _CONTAINER.fullmatch(number) is not None and check_digit(number[:-1]) == number[-1]


def check_digit(number: str) -> str:
    """The last digit of a container number, from the ten characters before it (ISO 6346, annex A).

    As `stdnum.iso6346` has it, which first cleans each number, for five times as long.
    """
    return str(sum(_VALUES[sign] << place for place, sign in enumerate(number)) % 11 % 10)


def _container_twice(filed: Filed) -> Iterator[Breach]:
    seen: set[str] = set()
    for place in filed.document.find("/containers/*/number"):
        if place.value in seen:
            yield Breach(place.pointer, {"number": place.value})
        seen.add(place.value)


RULES = (
    Rule(
        code="uscc_invalid",
        en="This is no unified social credit code (GB 32100-2015).",
        zh="不是有效的统一社会信用代码（GB 32100-2015）。",
        mend_en="Check the 18 characters; the last one is a check digit.",
        mend_zh="请核对18位代码，末位为校验码。",
        find=_no_company,
    ),
    Rule(
        code="broker_is_not_caller",
        en="The declarant is not the company that files.",
        zh="申报单位与提交单位不一致。",
        mend_en="Name your own company as the declarant.",
        mend_zh="申报单位请填写本企业。",
        find=_another_broker,
    ),
    Rule(
        code="hs_code_invalid",
        en="An HS code has 10 digits, in chapters 01 to 97 without 77.",
        zh="商品编号应为10位数字，章号为01至97（77章除外）。",
        mend_en="Correct the code; add zeros to a shorter one.",
        mend_zh="请更正编号，不足10位的补零。",
        find=_no_hs_code,
    ),
    Rule(
        code="container_number_invalid",
        en="This is no freight container number (ISO 6346).",
        zh="不是有效的集装箱号（ISO 6346）。",
        mend_en="Compare it with the number on the container.",
        mend_zh="请与箱体上的箱号核对。",
        find=_no_container,
    ),
    Rule(
        code="container_repeated",
        en="The container is listed more than once.",
        zh="集装箱重复申报。",
        mend_en="List each container once, with all its goods lines.",
        mend_zh="每个集装箱只列一次，并列出其全部商品项。",
        find=_container_twice,
    ),
)
