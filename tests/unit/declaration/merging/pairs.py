"""Pairs of legacy forms for tests: the two examples, changed, and ones drawn by Hypothesis."""

import json
from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from hypothesis import strategies as st

from services.declaration import dictionary
from services.declaration.merging import forms, merge, normalise
from services.declaration.merging.desk import Answer
from services.declaration.merging.normalise import Half
from services.declaration.merging.report import Entry, Merged
from services.declaration.merging.rules import Form

DAY = date(2018, 8, 1)
ZONE = ZoneInfo("Asia/Shanghai")
EXAMPLES = Path(__file__).parents[4] / "docs" / "examples"
Document = dict[str, Any]


def example(form: str) -> Document:
    """One of the two examples."""
    read: Document = json.loads((EXAMPLES / f"legacy_{form}.json").read_text(encoding="utf-8"))
    return read


def half(form: Form, document: Document) -> Half:
    """A form normalised."""
    model = forms.CUSTOMS if form is Form.CUSTOMS else forms.INSPECTION
    read = model.model_validate_json(json.dumps(document))
    return normalise.normalise(form, read.model_dump(), zone=ZONE)


def merged(
    customs: Document, inspection: Document | None, *answers: Answer, day: date = DAY
) -> Merged:
    """The two merged."""
    twin = normalise.NOTHING if inspection is None else half(Form.INSPECTION, inspection)
    one = half(Form.CUSTOMS, customs)
    return merge.merge(one, twin, dictionary=dictionary.at(day), answers=answers)


def entry(found: Merged, place: str) -> Entry:
    """What the report says of a place."""
    return next(each for each in found.report if each.place == place)


GOODS = (
    ("02023000", "90", "冻去骨牛肉", "035", "千克"),
    ("12019010", "00", "黄大豆", "070", "吨"),
    ("44071100", "00", "松木板材", "033", "立方米"),
    ("33049900", "39", "护肤霜", "011", "件"),
)


def customs_line(number: int, goods: Sequence[str], quantity: Decimal, **changes: Any) -> Document:
    """A line of the customs form."""
    code, additional, name, unit, _ = goods
    return {
        "line_number": number,
        "hs_code": {"code": code, "additional": additional},
        "goods_name": name,
        "quantity": {"quantity": str(quantity), "unit": unit},
        "value": "100.00",
        "currency": "502",
        "origin": "601",
        "specification": f"specification {number}",
    } | changes


def inspection_line(
    number: int, goods: Sequence[str], quantity: Decimal, **changes: Any
) -> Document:
    """The same goods on the inspection form."""
    code, additional, name, _, unit = goods
    return {
        "line_number": number,
        "hs_code": f"{code}{additional}101",
        "goods_name": name,
        "quantity": {"quantity": str(quantity), "unit": unit},
        "net_weight": {"weight": "10", "unit": "千克"},
        "value": "100.00",
        "currency": "840",
        "origin": "036",
        "batches": f"B{number}",
    } | changes


@st.composite
def pairs(draw: st.DrawFn) -> tuple[Document, Document]:
    """Two forms that agree, over some of the same goods; the inspection form in another order."""
    chosen = draw(
        st.lists(
            st.tuples(
                st.sampled_from([(*each[:3], "035", "千克") for each in GOODS]),
                st.decimals(min_value=1, max_value=9999, places=2),
                st.booleans(),
            ),
            min_size=1,
            max_size=8,
            unique_by=lambda each: (each[0][0], each[1]),
        )
    )
    customs, inspection = example("customs"), example("inspection")
    inspection["arrival"] = customs["arrival"]
    customs["lines"] = [
        customs_line(number, goods, quantity)
        for number, (goods, quantity, _) in enumerate(chosen, start=1)
    ]
    inspected = [each for each in chosen if each[2]] or chosen
    inspection["lines"] = [
        inspection_line(number, goods, quantity)
        for number, (goods, quantity, _) in enumerate(draw(st.permutations(inspected)), start=1)
    ]
    customs["net_weight"] = str(10 * len(inspected))
    customs["packages"] = 3
    customs["containers"][0]["container_lines"] = list(range(1, len(chosen) + 1))
    inspection["containers"][0]["container_lines"] = list(range(1, len(inspected) + 1))
    return customs, inspection


def both(**customs: Any) -> tuple[Document, Document]:
    """The two examples, agreed on the arrival."""
    return example("customs") | customs, example("inspection") | {"arrival": "20260303"}


def lined(ones: list[Document], twins: list[Document]) -> tuple[Document, Document]:
    """The examples with other lines, in no containers."""
    customs, inspection = both()
    customs |= {"lines": ones, "containers": [], "net_weight": str(10 * len(twins)), "packages": 1}
    inspection |= {"lines": twins, "containers": []}
    inspection.pop("container_size_type")
    return customs, inspection
