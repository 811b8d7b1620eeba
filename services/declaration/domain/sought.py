"""What somebody looks for, in the form in which filings have it.

Numbers and codes are read as the checks explain them (`checks.alike`): full-width and small
letters, digits of other scripts, look-alikes of other alphabets, and spaces and signs between the
characters are taken for what they look like. What cannot be such a number even then is refused
with what the checks would say of it.
"""

import re

from services.declaration.domain import terms
from services.declaration.domain.checks import identifiers
from services.declaration.domain.checks.rule import Breach, Rule
from shared import errors, spelling
from shared.http import faults

_RECEIPT = re.compile(r"[0-9]{18}")
_GOODS = re.compile(r"[0-9]+")
_WHOLE = 10
_RULES = {rule.code: rule for rule in identifiers.RULES}

NO_RECEIPT = faults.Rule(
    "receipt_number_invalid",
    "A receipt number has 18 digits.",
    "回执号为18位数字。",
    "Copy it from the receipt.",
    "请从回执中复制。",
)
NO_GOODS = faults.Rule(
    "hs_code_part_invalid",
    "Goods are looked for by 2, 4, 6, 8 or all 10 digits of their code.",
    "商品编号可按前2、4、6、8位或全部10位查询。",
    "Give so many leading digits.",
    "请填写相应位数的数字。",
)
RULES = (NO_RECEIPT, NO_GOODS)


def number(text: str) -> str:
    """A receipt number. Raises Faults."""
    plain = spelling.plain(text)
    if not _RECEIPT.fullmatch(plain):
        raise errors.Faults(faults.fault(NO_RECEIPT, pointer=""))
    return plain


def container(text: str) -> str:
    """The term of a container. Raises Faults."""
    plain = spelling.plain(text)
    _refuse("container_number_invalid", identifiers.container_breach("", plain))
    return terms.container(plain)


def company(text: str) -> str:
    """The term of a company. Raises Faults."""
    plain = spelling.plain(text)
    _refuse("uscc_invalid", identifiers.company_breach("", plain))
    return terms.company(plain)


def goods(text: str) -> str:
    """The term of a goods code or of its leading digits. Raises Faults."""
    plain = spelling.plain(text)
    if not _GOODS.fullmatch(plain) or len(plain) not in (*terms.LEADING, _WHOLE):
        raise errors.Faults(faults.fault(NO_GOODS, pointer=""))
    return terms.goods(plain)


def _refuse(code: str, breach: Breach | None) -> None:
    if breach is not None:
        rule: Rule = _RULES[code]
        raise errors.Faults(rule.fault(breach))
