"""How a value of a form becomes one of the merged filing: a function for each conversion named in
the dictionary's data, which has the tables.
"""

import re
from collections.abc import Mapping
from typing import Any

from services.declaration.domain.legacy import LegacyItem
from services.declaration.merging import codes, shapes
from services.declaration.merging.asking import Around, Asked, Convert
from services.declaration.merging.values import Given, Unreadable, tidy

LEVELS = frozenset(
    {"district_to_lines", "destination_to_lines", "packages_to_header", "package_type_to_header"}
    | {"purpose_to_lines", "net_weight_to_header", "containers_by_number"}
)
"""Conversions between header and lines: `normalise` does them, for a form as a whole."""


def given(item: LegacyItem, raw: Any, *, part: Mapping[str, Any]) -> Given:
    """An item's value, converted by all of its conversions but those of levels."""
    if not item.conversions and type(raw) is str:
        return Given(raw, tidy(raw))
    value, around = raw, Around(item, part)
    try:
        for conversion in item.conversions:
            if conversion.id not in LEVELS:
                value = BY_ID[conversion.id](value, conversion, around)
    except Asked as asked:
        return Given(raw, asked.several or Unreadable())
    return Given(raw, tidied(value))


def tidied(value: Any) -> Any:
    """The same with its texts tidy."""
    if isinstance(value, str):
        return tidy(value)
    if isinstance(value, dict):
        return {name: tidied(each) for name, each in value.items() if each is not None}
    if isinstance(value, list | tuple):
        return tuple(tidied(each) for each in value)
    return value


BY_ID: Mapping[str, Convert] = {
    "customs_country": codes.by_table,
    "customs_currency": codes.currency,
    "customs_unit": codes.unit,
    "customs_port": codes.customs_port,
    "customs_package": codes.by_table,
    "container_in_words": codes.size,
    "customs_use": lambda _, __, ___: None,
    "inspection_country": codes.inspection_country,
    "inspection_currency": codes.inspection_currency,
    "inspection_unit": codes.unit,
    "inspection_transport": codes.by_table,
    "inspection_trade_mode": codes.by_table,
    "inspection_package": codes.by_table,
    "inspection_port": codes.inspection_port,
    "inspection_office": codes.office,
    "inspection_terminal": codes.terminal,
    "inspection_purpose": codes.by_table,
    "contract_200_to_32": shapes.short(32),
    "conveyance_200_to_64": shapes.short(64),
    "voyage_200_to_32": shapes.short(32),
    "bill_100_to_50": shapes.short(50),
    "name_150_to_70": shapes.same,
    "foreign_name_400_to_150": shapes.short(150),
    "hs_30_to_10": shapes.hs_digits,
    "division_8_to_6": lambda value, _, __: tidy(value)[:6],
    "un_digits": lambda value, _, __: re.sub(r"[^0-9]", "", tidy(value)),
    "packing_group_roman": codes.by_table,
    "shelf_life_in_days": shapes.shelf_life,
    "weight_to_kg": shapes.weight,
    "one_party": shapes.party,
    "by_direction": shapes.same,
    "direction_letter": codes.by_table,
    "charge_of_three": shapes.charge,
    "marks_to_codes": shapes.marks,
    "confirmation_characters": shapes.confirmations,
    "special_characters": shapes.positions,
    "flag": lambda value, _, __: tidy(value) == "1",
    "joined_records": shapes.certificates,
    "joined_codes": shapes.split("[,，]"),
    "joined_batches": shapes.split("[;；]"),
    "date": shapes.date,
    "hs_of_two": shapes.hs_parts,
    "quantity_of_two": shapes.same,
    "terms_kept": shapes.same,
}
