"""Text that looks like other text: what is refused as another code, and what is taken on purpose.

Free text is taken in any script, in one normal form; a code is taken in the one spelling of its
list, whatever it looks like.
"""

from typing import Any

import httpx
import pytest

from shared.service import Service
from tests import kits
from tests.factories import BROKER, container, filing, line
from tests.integration.declaration.asking import filed, read

CYRILLIC_O = "О"
FULL_WIDTH = str.maketrans("0123456789", "０１２３４５６７８９")

ALIKE = {
    "a Cyrillic O in a container number": (
        {"containers": [container(number=f"{CYRILLIC_O}STU0000010", lines=[1, 2])]},
        ("container_number_invalid", "/containers/0/number"),
    ),
    "full-width digits in a container number": (
        {"containers": [container(number="OSTU" + "0000010".translate(FULL_WIDTH), lines=[1, 2])]},
        ("container_number_invalid", "/containers/0/number"),
    ),
    "a letter O for a zero in a container number": (
        {"containers": [container(number="OSTUO000010", lines=[1, 2])]},
        ("container_number_invalid", "/containers/0/number"),
    ),
    "small letters in a container number": (
        {"containers": [container(number="ostu0000010", lines=[1, 2])]},
        ("container_number_invalid", "/containers/0/number"),
    ),
    "full-width digits in an HS code": (
        {"lines": [line(1, hs_code="8471300000".translate(FULL_WIDTH), net_kg="2000")]},
        ("hs_code_invalid", "/lines/0/hs_code"),
    ),
    "Arabic digits in an HS code": (
        {"lines": [line(1, hs_code="٨٤٧١٣٠٠٠٠٠", net_kg="2000")]},
        ("hs_code_invalid", "/lines/0/hs_code"),
    ),
    "a Cyrillic A in a company's code": (
        {"consignee": {"uscc": BROKER.replace("A", "А"), "name": "青岛样品"}},
        ("uscc_invalid", "/consignee/uscc"),
    ),
    "full-width letters in a country": (
        {"country_of_departure": "ＫＲ"},
        ("unknown_code", "/country_of_departure"),
    ),
    "full-width digits in an office": (
        {"customs_office": "４２１８"},
        ("bad_format", "/customs_office"),
    ),
    "a Greek letter in a terminal": ({"terminal": "CNTΑO-T1"}, ("bad_format", "/terminal")),
    "a small letter in a unit": (
        {"lines": [line(1, unit="h87", net_kg="2000")]},
        ("unknown_code", "/lines/0/unit"),
    ),
}


@pytest.mark.parametrize(("changes", "expected"), ALIKE.values(), ids=ALIKE)
async def test_what_only_looks_like_a_code_is_refused(
    service: Service, broker: httpx.AsyncClient, changes: Any, expected: tuple[str, str]
) -> None:
    answer = await broker.post("/v1/filings", json=filing(**changes), headers=kits.keyed("k"))
    assert answer.status_code == 422
    found = {(fault["code"], fault["pointer"]) for fault in answer.json()["errors"]}
    assert expected in found
    assert await kits.told(service) == []


TAKEN = {
    "NFD is kept as NFC": ("Cafe\u0301 咖啡", "Café 咖啡"),
    "compatibility forms stay what they are": ("ＡＢＣ １２ ㎏ ﬁ", "ＡＢＣ １２ ㎏ ﬁ"),
    "spaces around it are dropped": ("  a b\u3000", "a b"),
    "scripts that run from right to left": ("شركة النقل", "شركة النقل"),
    "rare characters of names, with their variants": ("𠮷野 葛\U000e0100", "𠮷野 葛\U000e0100"),
    "SQL, markup and formulas are text": (
        "'; DROP TABLE filings; -- <script>alert(1)</script> =1+1 {{7*7}} ../../etc",
        "'; DROP TABLE filings; -- <script>alert(1)</script> =1+1 {{7*7}} ../../etc",
    ),
}


@pytest.mark.parametrize(("sent", "kept"), TAKEN.values(), ids=TAKEN)
async def test_free_text_is_taken_on_purpose(
    broker: httpx.AsyncClient, sent: str, kept: str
) -> None:
    found = await filed(broker, overseas_party=sent)
    assert (await read(broker, found["id"]))["consignment"]["overseas_party"] == kept


async def test_twins_in_normal_form_are_one_reference(broker: httpx.AsyncClient) -> None:
    twins = ("Café-1", "Cafe\u0301-1")
    answers = [
        await broker.post(
            "/v1/filings", json=filing(reference=twin), headers=kits.keyed(f"twin {number}")
        )
        for number, twin in enumerate(twins)
    ]
    assert [answer.status_code for answer in answers] == [201, 409]
    assert answers[1].json()["code"] == "reference_taken"
