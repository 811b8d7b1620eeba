"""Conversions of codes: from a form's own list to the merged one. They raise Asked."""

import re
from typing import Any

import pycountry

from services.declaration.domain.legacy import Conversion
from services.declaration.merging import sizes
from services.declaration.merging.asking import Around, Asked, every, looked_up
from services.declaration.merging.values import Measure, Several, tidy


def by_table(value: Any, conversion: Conversion, _: Around) -> Any:
    return looked_up(value, conversion)


def unit(value: Any, conversion: Conversion, _: Around) -> Any:
    return Measure(value["quantity"], looked_up(value["unit"], conversion))


def currency(value: Any, conversion: Conversion, _: Around) -> Any:
    if isinstance(value, str):
        return looked_up(value, conversion)
    told = value.get("currency")
    return value if told is None else {**value, "currency": looked_up(told, conversion)}


def customs_port(value: Any, _: Conversion, __: Around) -> Any:
    """`0116` is any port of the country 116; the others' list is in no public table."""
    said = tidy(value)
    code = every()["customs_country"].table.get(said[1:]) if said[:1] == "0" else None
    country = pycountry.countries.get(alpha_2=code) if code else None
    if country is not None:
        return Several(prefix=country.alpha_3, alone=f"{country.alpha_3}000")
    if re.fullmatch(r"[A-Z]{3}[0-9]{3}", said):
        return said
    raise Asked


def inspection_port(value: Any, _: Conversion, around: Around) -> Any:
    """A foreign port's first 3 digits are its country's; ports of entry have codes of their own."""
    said = tidy(value)[:6]
    if around.item.id == "entry_port" or re.fullmatch(r"[A-Z]{3}[0-9]{3}", said):
        return said
    country = pycountry.countries.get(numeric=said[:3])
    if country is None or not said.isdecimal() or len(said) != 6:
        raise Asked
    return f"{country.alpha_3}{said[3:]}"


def inspection_country(value: Any, _: Conversion, __: Around) -> Any:
    said = tidy(value)
    found = pycountry.countries.get(numeric=said[-3:]) if said.isdecimal() else None
    found = found or pycountry.countries.get(alpha_2=said)
    if found is None:
        raise Asked
    return found.alpha_2


def inspection_currency(value: Any, _: Conversion, __: Around) -> Any:
    said = tidy(value)
    found = pycountry.currencies.get(numeric=said) or pycountry.currencies.get(alpha_3=said)
    if found is None:
        raise Asked
    return found.alpha_3


def office(value: Any, conversion: Conversion, _: Around) -> Any:
    told = re.search(r"(?<![0-9])[0-9]{4}(?![0-9])", tidy(value))
    return told[0] if told else looked_up(value, conversion)


def terminal(value: Any, conversion: Conversion, _: Around) -> Any:
    said = tidy(value)
    return said if re.fullmatch(r"CN[A-Z]{3}-[A-Z0-9]+", said) else looked_up(said, conversion)


def size(value: Any, _: Conversion, __: Around) -> Any:
    """A container's size in words."""
    found = sizes.read(value)
    if found is None:
        raise Asked
    return found
