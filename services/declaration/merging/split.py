"""The split: what of a filing each of the two forms had, in the filing's own terms."""

from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Any

from services.declaration.dictionary import legacy
from services.declaration.domain.legacy import Fate, LegacyItem
from services.declaration.merging import keys
from services.declaration.merging.normalise import Half
from services.declaration.merging.rules import Form
from services.declaration.merging.values import Fields, Given, Measure, plain


def split(filing: Mapping[str, Any], form: Form) -> Half:
    """The half of a filing, as plain values, that this form had."""
    return Half(
        header=dict(_fields(filing, "header", form)),
        lines=tuple(dict(_fields(line, "lines", form)) for line in filing["lines"]),
        containers=tuple(
            dict(_fields(each, "containers", form)) for each in filing.get("containers", ())
        ),
    )


def _fields(part: Mapping[str, Any], level: str, form: Form) -> Iterator[tuple[str, Given]]:
    for key in _keys(form)[level]:
        value = _value(part, key)
        if value is not None and value != ():
            yield key, Given(value, value)


def _value(part: Mapping[str, Any], key: str) -> Any:
    here: Any = part
    for step in key.split("/"):
        here = here.get(step) if isinstance(here, Mapping) else None
    if here is not None and key == "quantity":
        return Measure(here, part["unit"])
    if isinstance(here, Mapping) and key in ("statutory", "second_statutory"):
        return Measure(here["quantity"], here["unit"])
    return here


@lru_cache(maxsize=2)
def _keys(form: Form) -> Mapping[str, tuple[str, ...]]:
    """The keys of each level that the form had."""
    found: dict[str, list[str]] = {level: [] for level in keys.LEVELS}
    had = _items(form)
    for (level, key), item in keys.owners().items():
        if item.id in had and (level, key) not in keys.OF_ONE_FORM[form] and _whole(key):
            found[level].append(key)
    return {level: tuple(each) for level, each in found.items()}


_IN_PARTS = ("consignee", "owner", "broker", "declaring_person", "overseas", "dangerous")


def _whole(key: str) -> bool:
    """Whether what is below the key is compared as one, and the key is none below such a one."""
    if key in ("lines", "containers", "unit", "wooden_packing", "dangerous_goods"):
        return key == "lines"
    outer, _, inner = key.partition("/")
    return (outer in _IN_PARTS) == bool(inner)


@lru_cache(maxsize=2)
def _items(form: Form) -> Mapping[str, LegacyItem]:
    entries = legacy.forms().customs if form is Form.CUSTOMS else legacy.forms().inspection
    return {str(each.item): each for each in entries if each.fate is not Fate.DROPPED}


def shown(half: Half, form: Form) -> dict[str, Any]:
    """A half as JSON: the header, each line and each container by the form's own items."""
    return {
        "form": form,
        "header": _by_item(half.header, "header", form),
        "lines": [_by_item(line, "lines", form) for line in half.lines],
        "containers": [_by_item(each, "containers", form) for each in half.containers],
    }


def _by_item(fields: Fields, level: str, form: Form) -> dict[str, Any]:
    made: dict[str, Any] = {}
    for key in keys.in_order(level, frozenset(fields)):
        item = keys.owners()[level, key].id
        name, value = _items(form)[item].id, plain(fields[key].value)
        if value is None:
            continue
        if item in keys.PARTS and len(keys.PARTS[item]) > 1 and key != "hs_code":
            made.setdefault(name, {})[key.rpartition("/")[2]] = value
        else:
            made[name] = value
    return made
