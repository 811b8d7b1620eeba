"""Dated code lists that more than one service needs.

    codes.known("units", on=today)["KGM"].zh

Countries (ISO 3166-1) and currencies (ISO 4217) come from pycountry, the others from the JSON
files beside this module. A code may carry its own `valid_from` and `valid_to`, both inclusive.
"""

import gettext
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache, lru_cache
from importlib import resources
from itertools import product
from types import MappingProxyType
from typing import Any

import pycountry

FROM_FILES = (
    *("agencies", "bonded_list_types", "business_matters", "charge_bases", "company_promises"),
    *("declaration_types", "duty_modes", "epidemic_areas", "goods_attributes", "levy_natures"),
    "licence_documents",
    *("package_types", "packing_groups", "purposes", "size_types", "special_businesses"),
    *("supervision_modes", "terms_of_delivery", "transport_modes", "units", "verdicts"),
)
LISTS = ("countries", "currencies", *FROM_FILES)
# ISO 4217 codes that are no money to state a price in: metals, units of account, tests, none.
NO_PRICE = frozenset(
    {"XAD", "XAG", "XAU", "XBA", "XBB", "XBC", "XBD", "XDR", "XPD", "XPT", "XSU", "XTS", "XUA"}
    | {"XXX"}
)


@dataclass(frozen=True)
class Code:
    """One entry of a list, with its names and the days it may be used on."""

    code: str
    en: str
    zh: str
    valid_from: date = date.min
    valid_to: date = date.max


@lru_cache(maxsize=64)
def known(name: str, *, on: date) -> Mapping[str, Code]:
    """The codes of a list that are valid on a day. Raises KeyError for a list there is not."""
    every = _every(name)
    return MappingProxyType(
        {entry.code: entry for entry in every if entry.valid_from <= on <= entry.valid_to}
    )


@cache
def _every(name: str) -> tuple[Code, ...]:
    if name not in LISTS:
        raise KeyError(name)
    if name == "countries":
        return tuple(_named(pycountry.countries, key="alpha_2", domain="iso3166-1"))
    if name == "currencies":
        every = _named(pycountry.currencies, key="alpha_3", domain="iso4217")
        return tuple(entry for entry in every if entry.code not in NO_PRICE)
    return tuple(_from_file(name))


def _named(entries: Iterable[Any], *, key: str, domain: str) -> Iterator[Code]:
    chinese = gettext.translation(domain, pycountry.LOCALES_DIR, languages=["zh_CN"])
    for entry in entries:
        yield Code(code=getattr(entry, key), en=entry.name, zh=chinese.gettext(entry.name))


def _from_file(name: str) -> Iterator[Code]:
    """A file has `codes`, or `parts` of which each combination is a code."""
    file = resources.files("shared.reference") / "data" / f"{name}.json"
    content = json.loads(file.read_text(encoding="utf-8"))
    first = date.fromisoformat(content["valid_from"])
    for entry in content.get("codes", ()):
        dates = {
            field: date.fromisoformat(entry[field])
            for field in ("valid_from", "valid_to")
            if field in entry
        }
        yield Code(entry["code"], entry["en"], entry["zh"], **({"valid_from": first} | dates))
    for parts in product(*content["parts"]) if "parts" in content else ():
        yield Code(
            code="".join(part["code"] for part in parts),
            en=", ".join(part["en"] for part in parts),
            zh="，".join(part["zh"] for part in parts),
            valid_from=first,
        )


def name_of(name: str, code: str) -> tuple[str, str]:
    """English and Chinese name of a code, whenever it was valid; the code itself if unknown."""
    for entry in _every(name):
        if entry.code == code:
            return entry.en, entry.zh
    return code, code
