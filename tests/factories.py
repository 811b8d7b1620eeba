"""Valid filings to send, with seams to break.

`filing()` is the JSON body of a valid import by sea of two goods lines in two containers. Every
top-level field can be replaced by name; `without` drops fields. Numbers are JSON strings, so that
no digit is lost on the way.
"""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from itertools import count
from typing import Any
from uuid import UUID

from stdnum import iso6346
from stdnum.cn import uscc as social_credit

from shared.clock import ScaledClock
from shared.contracts.values import Said, utc

Body = dict[str, Any]

NOW = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)


def uscc(serial: int) -> str:
    """A valid unified social credit code (GB 32100-2015): a company of Qingdao, by serial."""
    number = f"91370200MA{serial:07d}"
    return number + str(social_credit.calc_check_digit(number))


def container_number(serial: int, *, owner: str = "OSTU") -> str:
    """A valid ISO 6346 container number, by serial below 1,000,000."""
    number = f"{owner}{serial:06d}"
    return number + iso6346.calc_check_digit(number)


BROKER = uscc(1)
OTHER_BROKER = uscc(2)
CONSIGNEE = uscc(3)


def still_clock(now: datetime = NOW) -> ScaledClock:
    """A clock that shows `now` for ever, on the wall and in the yard."""
    return ScaledClock(wall_epoch=now, yard_epoch=now, factor=Decimal(1), now=lambda: now)


def counted_ids(start: int = 1) -> Callable[[], UUID]:
    """Ids in counting order."""
    numbers = count(start)
    return lambda: UUID(int=next(numbers))


def line(number: int = 1, **changes: Any) -> Body:
    """A goods line of 1,000 kg."""
    return {
        "number": number,
        "hs_code": "8471300000",
        "name": "portable computers 便携式电脑",
        "quantity": "500",
        "unit": "H87",
        "net_kg": "1000",
        "value": "250000.00",
        "currency": "USD",
        "origin": "KR",
        "duty_percent": "0",
        "licences": [],
    } | changes


def container(serial: int = 1, **changes: Any) -> Body:
    """A 40 foot high cube that holds goods line 1."""
    return {"number": container_number(serial), "size_type": "45G1", "lines": [1]} | changes


def filing(*, now: datetime = NOW, without: tuple[str, ...] = (), **changes: Any) -> Body:
    """A valid filing that arrives a day after `now`."""
    body: Body = {
        "reference": "REF-0001",
        "direction": "import",
        "customs_office": "4218",
        "transport_mode": "2",
        "transport_name": "EVER JOINT 026E",
        "bill_of_lading": "OSTQ26030001",
        "terminal": "CNTAO-T1",
        "arrival": utc(now + timedelta(days=1)),
        "broker": {"uscc": BROKER, "name": "青岛一站报关有限公司"},
        "consignee": {"uscc": CONSIGNEE, "name": "青岛样品贸易有限公司"},
        "overseas_party": "Busan Sample Co., Ltd.",
        "country_of_departure": "KR",
        "packages": 40,
        "package_type": "22",
        "wooden_packing": False,
        "dangerous_goods": False,
        "gross_kg": "2150",
        "net_kg": "2000",
        "lines": [
            line(1),
            line(2, hs_code="0805100000", name="fresh oranges 鲜橙", unit="KGM", quantity="1000"),
        ],
        "containers": [container(1), container(2, lines=[2])],
        "combined_inspection": True,
        "slot_wish": {"auto_confirm": True},
    }
    body |= changes
    return {name: value for name, value in body.items() if name not in without}


def said(en: str) -> Said:
    """A reason whose two languages cannot be taken for each other."""
    return Said(en=en, zh=f"原因：{en}")
