"""Where the items stand: the key of a value below the filing, a goods line or a container.

A key is the rest of a JSON pointer, such as `consignee/uscc`; what is answered together has one.
"""

from collections.abc import Mapping
from functools import lru_cache

from services.declaration import dictionary
from services.declaration.domain.dictionary import Item

LEVELS = ("header", "lines", "containers")
_PARTY = ("uscc", "customs_code", "ciq_code", "name")
PARTS: Mapping[str, Mapping[str, str]] = {
    "domestic_party": {name: f"consignee/{name}" for name in (*_PARTY, "name_foreign")},
    "owner": {name: f"owner/{name}" for name in _PARTY},
    "declarant": {name: f"broker/{name}" for name in _PARTY},
    "declaring_person": {name: f"declaring_person/{name}" for name in ("name", "number", "phone")},
    "overseas_party": {
        "name": "overseas_party",
        "name_zh": "overseas/name_zh",
        "address": "overseas/address",
    },
    "hs_code": {"hs_code": "hs_code", "ciq_code": "ciq_code"},
    "ciq_code": {"code": "ciq_code", "name": "ciq_name"},
}
"""Items whose parts are compared one by one, each with its key."""
_FIRST = {
    "un_number": "dangerous/un_number",
    "other_packing": "other_packing",
    "container_number": "number",
}
NAMES = frozenset(
    {"consignee/name", "consignee/name_foreign", "owner/name", "broker/name", "overseas_party"}
    | {"declaring_person/name", "transport_name", "name", "name_english", "ciq_name", "remarks"}
)
"""Keys whose punctuation is only a way of writing."""
AMOUNTS = ("quantity", "statutory", "second_statutory", "value", "net_kg", "processing_fee")
"""Keys of a line of which a part of the goods has a part."""
OF_ONE_FORM: Mapping[str, frozenset[tuple[str, str]]] = {
    "customs": frozenset(
        {("header", "consignee/ciq_code"), ("header", "consignee/name_foreign")}
        | {("header", "broker/ciq_code"), ("header", "owner/ciq_code"), ("lines", "net_kg")}
        | {("lines", "destination"), ("lines", "purpose"), ("lines", "licences")}
    ),
    "inspection": frozenset(
        {("header", "consignee/customs_code"), ("header", "broker/customs_code")}
        | {("lines", "district")}
    ),
}
"""Keys of shared items that a form did not have, though it had the item."""


@lru_cache(maxsize=256)
def key_of(item: str) -> str:
    """The key under which a form's value of the item stands, if it is not in parts."""
    if item in PARTS:
        return next(iter(PARTS[item].values()))
    return _FIRST.get(item) or _below(items()[item].fields[0].pointer)[1]


@lru_cache(maxsize=1)
def items() -> Mapping[str, Item]:
    """The merged items of the reform's day."""
    return {item.id: item for item in dictionary.at(dictionary.REFORM).merged}


def _below(pointer: str) -> tuple[str, str]:
    for level in LEVELS[1:]:
        if pointer.startswith(f"/{level}/*/"):
            return level, pointer.removeprefix(f"/{level}/*/")
    return "header", pointer.removeprefix("/")


@lru_cache(maxsize=1)
def owners() -> Mapping[tuple[str, str], Item]:
    """Each level and key with the item that it belongs to."""
    found = {_below(field.pointer): item for item in items().values() for field in item.fields}
    return {place: item for place, item in found.items() if not place[1].endswith("/*")}


@lru_cache(maxsize=256)
def pattern(level: str, key: str) -> str:
    """The pointer of the key, with `*` for any line or container."""
    return f"/{key}" if level == "header" else f"/{level}/*/{key}"


@lru_cache(maxsize=256)  # lines are filled in alike
def in_order(level: str, found: frozenset[str]) -> tuple[str, ...]:
    """Keys in the order of their items."""
    order = _order()
    return tuple(sorted(found, key=lambda key: (order.get((level, key), 0), key)))


@lru_cache(maxsize=1)
def _order() -> Mapping[tuple[str, str], int]:
    return {place: item.number or 0 for place, item in owners().items()}
