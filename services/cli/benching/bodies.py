"""What benchmarks file: five goods lines in three containers, every field filled in."""

import json
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from services.cli.replaying import making

LINES, CONTAINERS = 5, 3
LINE_KG = Decimal(1_000)


def filing(serial: int, *, broker: str, now: datetime, **changes: Any) -> dict[str, Any]:
    """A valid filing; `serial` tells it from the others. `changes` replace fields."""
    line: dict[str, Any] = changes.pop("line", {})
    body = {
        "reference": f"BENCH-{serial}",
        "direction": "import",
        "customs_office": "4218",
        "transport_mode": "2",
        "transport_name": "EVER JOINT 026E",
        "bill_of_lading": f"BENCH{serial:08d}",
        "terminal": "CNTAO-T1",
        "arrival": (now + timedelta(hours=1)).isoformat(),
        "broker": {"uscc": broker, "name": "一站报关有限公司 Onestop Brokers"},
        "consignee": {"uscc": making.uscc(f"I{serial % 100}"), "name": "进口商 Importer"},
        "overseas_party": "Seller & Sons",
        "country_of_departure": "JP",
        "packages": 400,
        "package_type": making.CARTON,
        "wooden_packing": False,
        "dangerous_goods": False,
        "gross_kg": str(LINE_KG * LINES * Decimal("1.1")),
        "net_kg": str(LINE_KG * LINES),
        "lines": [_line(number) | line for number in range(1, LINES + 1)],
        "containers": [_container(serial, number) for number in range(CONTAINERS)],
        "combined_inspection": True,
        "slot_wish": {"auto_confirm": True},
    }
    return body | changes


def raw(serial: int, *, broker: str, now: datetime, **changes: Any) -> bytes:
    """The same as JSON."""
    body = filing(serial, broker=broker, now=now, **changes)
    return json.dumps(body, ensure_ascii=False).encode()


def _line(number: int) -> dict[str, Any]:
    return {
        "number": number,
        "hs_code": "8529901000",
        "name": f"显示屏零件 parts of displays, kind {number}",
        "quantity": "5000",
        "unit": "H87",
        "net_kg": str(LINE_KG),
        "value": "91200.00",
        "currency": "KRW",
        "origin": "JP",
        "duty_percent": "0",
        "licences": [],
    }


def _container(serial: int, number: int) -> dict[str, Any]:
    lines = [line for line in range(1, LINES + 1) if line % CONTAINERS == number]
    return {
        "number": making.container_number((serial * CONTAINERS + number) % 1_000_000),
        "size_type": "45G1",
        "lines": lines,
    }
