"""The pilot's registers: which goods, overseas authorities and producers count for an agency.

And which goods need a licence, whatever is declared of that. An entry that takes something out
weighs more than one that takes it in, however broad either is: what is unclear does not count.
"""

import re
from collections.abc import Iterable, Mapping
from enum import StrEnum

from shared import spelling
from shared.contracts.filing import Consignment, GoodsLine


class Register(StrEnum):
    """What is registered."""

    GOODS = "goods"
    AUTHORITIES = "authorities"
    PRODUCERS = "producers"
    LICENCES = "licences"


CODES: Mapping[Register, re.Pattern[str]] = {
    Register.GOODS: re.compile(r"[0-9]{2,10}"),
    Register.AUTHORITIES: re.compile(r"[A-Z]{2}/[A-Za-z0-9-]{1,32}"),
    Register.PRODUCERS: re.compile(r"\S(.{0,62}\S)?"),
    Register.LICENCES: re.compile(r"[0-9]{2,10}"),
}
"""How the things of a register are named.

Goods, also those that need a licence, by the leading digits of their HS code; an authority by its
country and the type of its certificates, since a declaration names no issuer; a producer by its
registration number.
"""
OF_CODES = (Register.GOODS, Register.LICENCES)
SHORTEST = 2
"""Digits of a chapter."""

Key = tuple[Register, str]
Standing = Mapping[tuple[str, Register, str], bool]
"""Whether something counts, by agency, register and code; what is not there was never entered."""


def normal(register: Register, code: str) -> str:
    """The one form in which a code is kept and looked up, however it is spelled.

    So nothing that was taken out is let in by a space, a small letter or one that looks alike.
    """
    if register in OF_CODES:
        return code
    country, slash, kind = code.partition("/")
    if register is Register.AUTHORITIES and slash:
        return f"{country}/{spelling.characters(kind) or kind}"
    return spelling.characters(code) or code


def asked(consignments: Iterable[Consignment]) -> frozenset[Key]:
    """All that has to be looked up of some consignments."""
    lines = [line for consignment in consignments for line in consignment.lines]
    return frozenset(key for line in lines for key in _keys(line))


def need_licence(consignment: Consignment, standing: Standing) -> bool:
    """Whether any agency says of any of the goods that they need a licence.

    An entry that takes something out ends one of the same code alone, never a broader one.
    """
    codes = {key for line in consignment.lines for key in _goods(line, Register.LICENCES)}
    return any(says and (register, code) in codes for (_, register, code), says in standing.items())


def are_goods(consignment: Consignment, agency: str, standing: Standing) -> bool:
    """Whether all goods of a consignment take part for an agency."""
    return bool(consignment.lines) and all(
        _counts(_goods(line), agency, standing) for line in consignment.lines
    )


def are_certified(consignment: Consignment, agency: str, standing: Standing) -> bool:
    """Whether each of its goods has a certificate of an authority or producer that counts."""
    return bool(consignment.lines) and all(
        _counts(_certificates(line), agency, standing) for line in consignment.lines
    )


def _keys(line: GoodsLine) -> tuple[Key, ...]:
    return (*_goods(line), *_goods(line, Register.LICENCES), *_certificates(line))


def _goods(line: GoodsLine, register: Register = Register.GOODS) -> tuple[Key, ...]:
    lengths = range(SHORTEST, len(line.hs_code) + 1)
    return tuple((register, line.hs_code[:length]) for length in lengths)


def _certificates(line: GoodsLine) -> tuple[Key, ...]:
    authorities = [f"{line.origin}/{each.type}" for each in line.qualifications]
    producers = [each.number for each in line.qualifications]
    return (
        *((Register.AUTHORITIES, normal(Register.AUTHORITIES, code)) for code in authorities),
        *((Register.PRODUCERS, normal(Register.PRODUCERS, code)) for code in producers),
    )


def _counts(keys: Iterable[Key], agency: str, standing: Standing) -> bool:
    said = {standing.get((agency, *key)) for key in keys}
    return True in said and False not in said
