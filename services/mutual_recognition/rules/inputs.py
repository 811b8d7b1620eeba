"""What a decision table may ask about a filing, and a filing's values for it."""

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from functools import lru_cache
from typing import Any

from services.mutual_recognition.decision_tables.dictionary import (
    Dictionary,
    Input,
    Inputs,
    Kind,
    Value,
)
from services.mutual_recognition.domain.agencies import Agencies
from shared.contracts.filing import Consignment
from shared.contracts.values import Direction, Said, Scope
from shared.reference import codes

RATING = "rating_"
SCOPE = "scope_"
UNRATED = "unrated"
GRADES = ("high", "ordinary", "low")
NOT_SELECTED = "none"
PAIR_COVERED = "primary_covers"
DRAW = "draw"
ARRIVAL = "arrival"


def _of(name: str, kind: Kind, en: str, zh: str, **more: Any) -> Input:
    return Input(name=name, kind=kind, said=Said(en=en, zh=zh), **more)


_FILING = (
    _of("direction", Kind.TEXT, "the direction", "进出口方向", words=frozenset(Direction)),
    _of("transport_mode", Kind.TEXT, "the mode of transport", "运输方式"),
    _of("country_of_departure", Kind.TEXT, "the country of departure", "启运国"),
    _of("consignee", Kind.TEXT, "the consignee", "收发货人"),
    _of("value", Kind.NUMBER, "the total value", "总值"),
    _of("net_kg", Kind.NUMBER, "the net weight in kg", "净重（千克）"),
    _of("containers", Kind.NUMBER, "the number of containers", "集装箱数"),
    _of("duty_percent_max", Kind.NUMBER, "the highest duty in percent", "最高税率（%）"),
    _of("wooden_packing", Kind.FLAG, "wooden packing", "木质包装"),
    _of("dangerous_goods", Kind.FLAG, "dangerous goods", "危险货物"),
    _of("perishable", Kind.FLAG, "perishable goods", "易腐货物"),
    _of("chilled", Kind.FLAG, "chilled goods", "冷藏货物"),
    _of("licences_present", Kind.FLAG, "goods under a licence", "许可证件管理货物"),
    _of("combined_inspection", Kind.FLAG, "the wish for a combined inspection", "申请联合查验"),
    _of(ARRIVAL, Kind.DAY, "the day of arrival", "到港日期"),
    _of(DRAW, Kind.NUMBER, "the random draw (0 to 9,999)", "随机数（0 至 9999）"),
    _of(
        PAIR_COVERED,
        Kind.FLAG,
        "that the primary agency looks as deep as the other would",
        "主查单位查验深度不低于另一单位",
        derived=True,
    ),
)
_LINE = (
    _of("hs_code", Kind.CODE, "the HS code of a line", "商品编码", of_a_line=True),
    _of("origin", Kind.TEXT, "the origin of a line", "原产国", of_a_line=True),
    _of("currency", Kind.TEXT, "the currency of a line", "币制", of_a_line=True),
    _of("line_value", Kind.NUMBER, "the value of a line", "商品项总价", of_a_line=True),
    _of("line_net_kg", Kind.NUMBER, "the net weight of a line in kg", "商品项净重", of_a_line=True),
    _of("duty_percent", Kind.NUMBER, "the duty of a line in percent", "税率（%）", of_a_line=True),
    _of("licences", Kind.CODES, "the licences of a line", "监管证件", of_a_line=True),
)


def dictionary(agencies: Agencies) -> Dictionary:
    """The inputs where these agencies select: each has a rating of the consignee and a scope."""
    return _dictionary(agencies.names)


@lru_cache(maxsize=16)
def _dictionary(names: Sequence[str]) -> Dictionary:
    return Dictionary.of((*_FILING, *_LINE, *(each for name in names for each in _of_agency(name))))


def _of_agency(agency: str) -> tuple[Input, Input]:
    en, zh = codes.name_of("agencies", agency)
    return (
        _of(
            f"{RATING}{agency}",
            Kind.TEXT,
            f"the company's {en} rating",
            f"{zh}对企业的评级",
            words=frozenset({*GRADES, UNRATED}),
        ),
        _of(
            f"{SCOPE}{agency}",
            Kind.TEXT,
            f"how deep {en} inspects",
            f"{zh}查验范围",
            words=frozenset({*Scope, NOT_SELECTED}),
            derived=True,
        ),
    )


def of(consignment: Consignment) -> Inputs:
    """What a consignment itself says; ratings, scopes, days and draws are added by the caller."""
    lines = consignment.lines
    return Inputs(
        filing={
            "direction": str(consignment.direction),
            "transport_mode": consignment.transport_mode,
            "country_of_departure": consignment.country_of_departure,
            "consignee": consignment.consignee.uscc,
            "value": sum((line.value for line in lines), Decimal(0)),
            "net_kg": consignment.net_kg,
            "containers": Decimal(len(consignment.containers)),
            "duty_percent_max": max((line.duty_percent for line in lines), default=Decimal(0)),
            "wooden_packing": consignment.wooden_packing,
            "dangerous_goods": consignment.dangerous_goods,
            "perishable": consignment.perishable_until is not None,
            "chilled": _chilled(consignment),
            "licences_present": any(line.licences for line in lines),
            "combined_inspection": consignment.combined_inspection,
        },
        lines=tuple(
            {
                "hs_code": line.hs_code,
                "origin": line.origin,
                "currency": line.currency,
                "line_value": line.value,
                "line_net_kg": line.net_kg,
                "duty_percent": line.duty_percent,
                "licences": line.licences,
            }
            for line in lines
        ),
    )


def _chilled(consignment: Consignment) -> bool:
    # ISO 6346: the third character of the size-type code is R for thermal containers.
    reefer = any(each.size_type[2:3].upper() == "R" for each in consignment.containers)
    return reefer or consignment.perishable_until is not None


def dump(inputs: Inputs) -> dict[str, Any]:
    """As JSON, to be stored with the decision; numbers and days as strings: they stay exact."""
    return {"filing": _plain(inputs.filing), "lines": [_plain(line) for line in inputs.lines]}


def _plain(values: Mapping[str, Value]) -> dict[str, Any]:
    return {
        name: value.isoformat() if isinstance(value, date) else value
        for name, value in values.items()
    }


def load(stored: Mapping[str, Any], *, agencies: Agencies) -> Inputs:
    """From the JSON that `dump` made."""
    known = dictionary(agencies)
    return Inputs(
        filing=known.typed(stored["filing"]),
        lines=tuple(known.typed(line) for line in stored["lines"]),
    )
