"""Filings in the single window's XML over HTTP: filed, refused with their nodes, given back."""

import xml.etree.ElementTree as ET

import httpx

from shared.service import Service
from tests import kits
from tests.factories import BROKER, filing
from tests.integration.declaration.asking import broken, filed, read
from tests.unit.declaration import full as filings
from tests.unit.declaration.message import messages
from tests.unit.declaration.message.messages import changed

PATH = "/v1/filings/message.xml"
XML = {"Content-Type": "application/xml"}
FULL = filings.laid_over(filings.full(), {"broker": {"uscc": BROKER}})


async def _sent(
    client: httpx.AsyncClient, raw: bytes, *, key: str = "k", **headers: str
) -> httpx.Response:
    return await client.post(PATH, content=raw, headers=XML | kits.keyed(key) | headers)


async def test_a_message_is_filed_as_its_filing_would_be(
    service: Service, broker: httpx.AsyncClient
) -> None:
    answer = await _sent(broker, messages.written(FULL))
    assert answer.status_code == 201, answer.text
    told = answer.json()
    assert (told["not_carried"], told["derived"]) == ([], [])
    found = told["filing"]
    assert await read(broker, found["id"]) == found
    assert answer.headers["Location"] == f"/v1/filings/{found['id']}"
    as_json = await filed(broker, **FULL | {"reference": "THE SAME AS JSON"})
    assert found["consignment"] | {"reference": ""} == as_json["consignment"] | {"reference": ""}
    assert await broken(service) == {}


async def test_a_filing_is_given_back_as_a_message_that_can_be_filed_again(
    broker: httpx.AsyncClient,
) -> None:
    made = await filed(broker, **FULL)
    answer = await broker.get(f"/v1/filings/{made['id']}/message.xml")
    assert answer.headers["content-type"] == "application/xml"
    assert "ETag" in answer.headers
    assert ET.fromstring(answer.content).tag.endswith("DecMessage")  # noqa: S314
    again = await _sent(broker, changed(answer.content, ("REF-1<", "AGAIN<")))
    found = again.json()["filing"]["consignment"]
    assert found | {"reference": ""} == made["consignment"] | {"reference": ""}


async def test_a_message_in_gbk_with_technical_nodes_is_filed_and_tells_what_was_left_out(
    broker: httpx.AsyncClient,
) -> None:
    text = messages.written(FULL).decode().replace("encoding='UTF-8'", 'encoding="GBK"')
    text = text.replace("<IEFlag>", "<SeqNo>I2026</SeqNo><IEFlag>")
    answer = await _sent(broker, text.encode("gb18030"))
    assert answer.status_code == 201, answer.text
    assert answer.json()["not_carried"] == [
        {
            "node": "/DecMessage/DecHead/SeqNo",
            "reason": {"en": "Assigned or kept by the system.", "zh": "由系统编给或保存。"},
        }
    ]
    name = answer.json()["filing"]["consignment"]["consignee"]["name"]
    assert name == FULL["consignee"]["name"]


async def test_all_faults_are_told_at_once_with_node_item_and_field(
    broker: httpx.AsyncClient,
) -> None:
    raw = changed(
        messages.written(FULL),
        ("<DespDate>20260212", "<DespDate>2026"),
        ("<GName>冻去骨牛肉</GName>", ""),
        ("<GQty>18000", "<GQty>1e5"),
        ("<TrafMode>2", "<TrafMode>Q"),
        ("<NoteS>", "<Odd>1</Odd><NoteS>"),
        ("<os:DutyPercent>12</os:DutyPercent>", ""),
    )
    answer = await _sent(broker, raw)
    assert answer.status_code == 422
    assert answer.headers["content-type"] == "application/problem+json"
    line = "/DecMessage/DecLists/DecList"
    found = {
        each["facts"].get("node"): (each["code"], each["pointer"], each["facts"].get("item"))
        for each in answer.json()["errors"]
    }
    assert found == {
        "/DecMessage/DecHead/DespDate": ("bad_format", "/departure_date", "departure_date"),
        f"{line}/GName": ("missing", "/lines/0/name", "goods_name"),
        f"{line}/GQty": ("bad_format", "/lines/0/quantity", "quantity"),
        "/DecMessage/DecHead/TrafMode": ("unknown_code", "/transport_mode", "transport_mode"),
        "/DecMessage/DecHead/Odd": ("unknown_node", "", None),
        f"{line}/os:DutyPercent": ("missing", "/lines/0/duty_percent", "duty_rate"),
    }


async def test_a_rule_of_the_content_names_the_node_too(broker: httpx.AsyncClient) -> None:
    raw = changed(messages.written(FULL), ("<GrossWet>19100", "<GrossWet>17000"))
    answer = await _sent(broker, raw)
    (fault,) = answer.json()["errors"]
    told = (fault["pointer"], fault["facts"]["node"], fault["facts"]["item"])
    assert told == ("/net_kg", "/DecMessage/DecHead/NetWt", "net_weight")


async def test_a_key_repeats_its_answer_and_a_reference_is_taken_once(
    broker: httpx.AsyncClient,
) -> None:
    raw = messages.written(FULL)
    first = await _sent(broker, raw)
    again = await _sent(broker, raw)
    assert again.content == first.content
    assert again.headers["Idempotency-Replayed"] == "true"
    other = await _sent(broker, raw, key="another")
    assert (other.status_code, other.json()["code"]) == (409, "reference_taken")


async def test_what_no_message_can_say_is_told(broker: httpx.AsyncClient) -> None:
    body = filings.laid_over(FULL, {"lines": [{"batches": ["A;B"]}]})
    made = await filed(broker, **body)
    answer = await broker.get(f"/v1/filings/{made['id']}/message.xml")
    assert (answer.status_code, answer.json()["code"]) == (409, "not_a_message")


async def test_only_xml_within_the_cap_is_read(broker: httpx.AsyncClient) -> None:
    as_json = await _sent(broker, b"{}", **{"Content-Type": "application/json"})
    assert (as_json.status_code, as_json.json()["code"]) == (415, "unsupported_xml_type")
    large = await _sent(broker, b"<DecMessage>" + b"x" * 20_000_000 + b"</DecMessage>")
    assert (large.status_code, large.json()["code"]) == (413, "body_too_large")
    charset = await _sent(
        broker, messages.written(filing()), **{"Content-Type": "text/xml; charset=gbk"}
    )
    assert (charset.status_code, charset.json()["code"]) == (400, "malformed_xml")
