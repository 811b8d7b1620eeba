"""A row made into a whole merged filing: validly, and reproducibly from the row's id and the seed.

The data is Korea's, read as an importing port of ours: KR and CN are swapped. What a row does
not give (containers, packages, names, licences) is drawn.
"""

import hashlib
import json
from collections.abc import Mapping
from datetime import datetime, timedelta
from decimal import ROUND_CEILING, Decimal
from pathlib import Path
from random import Random
from typing import Any

from stdnum import iso6346
from stdnum.cn import uscc as social_credit

from services.cli.replaying.rows import Row

Filing = dict[str, Any]

CHAPTERS: Mapping[str, Mapping[str, str]] = json.loads(
    (Path(__file__).parent / "chapters.json").read_text(encoding="utf-8")
)
TRANSPORT = {"10": "2", "20": "3", "30": "4", "40": "5", "50": "6", "90": "9"}
SEA = "2"
SWAPPED = {"KR": "CN", "CN": "KR"}

KG_PER_CONTAINER = 22_000
MOST_CONTAINERS = 8
"""A tonnage beyond this many containers is bulk cargo."""

BULK, CARTON, WOODEN_CASE = "00", "22", "23"
PERISHABLE = frozenset({"02", "03", "04", "06", "07", "08"})
BY_WEIGHT = frozenset(f"{chapter:02d}" for chapter in (*range(1, 41), 44, 47, 72))
LICENSED = frozenset({"28", "29", "30", "36", "93"})
ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
HOURS_OF_ARRIVALS = 8
PERISHABLE_DAYS = 6
WEIGHT_PLACES = Decimal("0.001")


def filing(row: Row, *, broker: str, seed: int, run: str, now: datetime) -> Filing:
    """The filing of a row, arriving within some hours of `now` (yard clock)."""
    draw = Random(f"{seed}:{row.id}")
    transport = TRANSPORT.get(row.transport, "9")
    net = row.net_kg.quantize(WEIGHT_PLACES)
    gross = (net * Decimal(draw.randint(102, 112)) / 100).quantize(WEIGHT_PLACES, ROUND_CEILING)
    arrival = now + timedelta(minutes=draw.randint(0, HOURS_OF_ARRIVALS * 60))
    chapter = row.hs6[:2]
    containers = _containers(draw, gross, chapter) if transport == SEA else []
    bulk = transport == SEA and not containers
    wooden = not bulk and draw.random() < 0.05
    perishable = chapter in PERISHABLE and not bulk
    return {
        "reference": f"{row.id}-{run}",
        "direction": "import",
        "customs_office": "4218",
        "transport_mode": transport,
        "transport_name": f"EVER JOINT {draw.randint(1, 999):03d}E",
        "bill_of_lading": f"BL{row.id}",
        "terminal": "CNTAO-T1",
        "arrival": arrival.isoformat(),
        "perishable_until": (arrival + timedelta(days=PERISHABLE_DAYS)).isoformat()
        if perishable
        else None,
        "broker": {"uscc": broker, "name": "一站报关有限公司 Onestop Brokers"},
        "consignee": {"uscc": uscc(row.importer), "name": f"进口商 Importer {row.importer}"},
        "overseas_party": f"Seller {row.seller or 'unknown'}",
        "country_of_departure": country(row.departure),
        "packages": 1 if bulk else max(1, int(net / draw.randint(10, 40))),
        "package_type": BULK if bulk else WOODEN_CASE if wooden else CARTON,
        "wooden_packing": wooden,
        "dangerous_goods": chapter == "36" or (chapter in LICENSED and draw.random() < 0.05),
        "gross_kg": str(gross),
        "net_kg": str(net),
        "lines": [_line(row, draw, net)],
        "containers": containers,
        "combined_inspection": draw.random() < 0.3,
        "slot_wish": {"auto_confirm": draw.random() < 0.5},
    }


def _line(row: Row, draw: Random, net: Decimal) -> Filing:
    chapter = row.hs6[:2]
    name = CHAPTERS.get(chapter, {"en": "goods", "zh": "货物"})
    by_weight = chapter in BY_WEIGHT
    pieces = max(1, int(net / Decimal(draw.randint(2, 50)) * 10))
    return {
        "number": 1,
        "hs_code": f"{row.hs6}{draw.choice(('1000', '9000', '9090'))}",
        "name": f"{name['zh']} {name['en']}",
        "quantity": str(net) if by_weight else str(pieces),
        "unit": "KGM" if by_weight else "H87",
        "net_kg": str(net),
        "value": str(row.price.quantize(Decimal("0.01"))),
        "currency": "KRW",
        "origin": country(row.origin),
        "duty_percent": str(row.duty_percent),
        "licences": [f"L{draw.randint(10**7, 10**8 - 1)}"] if chapter in LICENSED else [],
    }


def _containers(draw: Random, gross: Decimal, chapter: str) -> list[Filing]:
    count = max(1, int((gross / KG_PER_CONTAINER).to_integral_value(ROUND_CEILING)))
    if count > MOST_CONTAINERS:
        return []
    size = "45R1" if chapter in PERISHABLE else draw.choice(("22G1", "45G1", "45G1"))
    numbers = draw.sample(range(1_000_000), count)
    return [
        {"number": container_number(number), "size_type": size, "lines": [1]} for number in numbers
    ]


def country(code: str) -> str:
    """The row's country seen from our port."""
    return SWAPPED.get(code, code)


def container_number(serial: int) -> str:
    """A valid ISO 6346 container number."""
    number = f"OSTU{serial:06d}"
    return number + str(iso6346.calc_check_digit(number))


def uscc(name: str) -> str:
    """A valid unified social credit code (GB 32100-2015) for a company known by another id."""
    digest = hashlib.sha256(name.encode()).digest()
    body = "91370200" + "".join(ALPHABET[byte % len(ALPHABET)] for byte in digest[:9])
    return body + str(social_credit.calc_check_digit(body))


def teu(containers: list[Filing]) -> Decimal:
    """Twenty-foot equivalents: a size code starting with 2 is 1 TEU, others are 2."""
    return Decimal(sum(1 if each["size_type"].startswith("2") else 2 for each in containers))
