"""What is told of a message: every fault with its node, what is left out, what is derived."""

import json

import pytest

from services.declaration import dictionary
from services.declaration.message import reading, writing
from services.declaration.message.rules import NotAMessage
from shared import errors
from tests.factories import filing, line
from tests.unit.declaration import full as filings
from tests.unit.declaration.message import messages
from tests.unit.declaration.message.messages import changed, told

FULL = messages.written(filings.full())
LINE = "/DecMessage/DecLists/DecList"


def test_faults_of_many_nodes_are_told_at_once_each_with_its_node_and_field() -> None:
    found = messages.read(
        changed(
            FULL,
            ("<IEFlag>I<", "<IEFlag>X<"),
            ("<DespDate>20260212", "<DespDate>20260230"),
            ("<GUnit>035", "<GUnit>999"),
            ("<OriginCountry>AUS", "<OriginCountry>AU"),
            ("<LclFlag>0", "<LclFlag>yes"),
            ("<NoteS>", "<Odd>1</Odd><NoteS>"),
            (
                "<PDate/>" if "<PDate/>" in FULL.decode() else "<MarkNo>",
                "<MarkNo>2</MarkNo><MarkNo>",
            ),
        )
    )
    assert told(found) == {
        "/DecMessage/DecHead/IEFlag": ("not_in_list", "/direction"),
        "/DecMessage/DecHead/DespDate": ("bad_format", "/departure_date"),
        f"{LINE}/GUnit": ("not_in_list", "/lines/0/unit"),
        f"{LINE}/OriginCountry": ("not_in_list", "/lines/0/origin"),
        "/DecMessage/DecContainers/Container/LclFlag": ("not_in_list", "/containers/0/lcl"),
        "/DecMessage/DecHead/Odd": ("unknown_node", ""),
        "/DecMessage/DecHead/MarkNo[2]": ("repeated_node", ""),
    }


@pytest.mark.parametrize(
    ("change", "node", "code"),
    [
        (("<CertType>", "<CertType/><CertType>"), "/DecMessage/EcoRelation/CertType[2]",
         "repeated_node"),
        (("<DecGNo>1", "<DecGNo>7"), "/DecMessage/EcoRelation/DecGNo", "no_such_line"),
        (("<EdocCopId>INV", "<EdocCopId>X"), "/DecMessage/EdocRealation/EdocCopId",
         "nodes_disagree"),
        (("<IEDate>20260303", "<IEDate>20260304"), "/DecMessage/DecHead/IEDate", "nodes_disagree"),
        (("<NoOtherPack>0", "<NoOtherPack>1"), "/DecMessage/DecHead/NoOtherPack",
         "nodes_disagree"),
        (("<TransitionSite>CNTAO-Y2</TransitionSite>", ""),
         "/DecMessage/DecTpAccess/TransitionApply", "missing"),
        (("<TransitionApply>1", "<TransitionApply>0"), "/DecMessage/DecTpAccess/TransitionApply",
         "nodes_disagree"),
        (("<OwnerCode>", "<OverseasConsigneeEname>X</OverseasConsigneeEname><OwnerCode>"),
         "/DecMessage/DecHead/OverseasConsigneeEname", "other_direction"),
        (("<PromiseItmes>00000", "<PromiseItmes>0x"), "/DecMessage/DecHead/PromiseItmes",
         "bad_format"),
        (("<SpecDeclFlag>0000100000", "<SpecDeclFlag>00001000001"),
         "/DecMessage/DecHead/SpecDeclFlag", "bad_format"),
        (("<Type>1", "<Type>0Z"), "/DecMessage/DecHead/Type", "bad_format"),
        (("<Container>", "<Container>text"), "/DecMessage/DecContainers/Container", "stray_text"),
    ],
)  # fmt: skip
def test_what_contradicts_or_cannot_be_read_is_told(
    change: tuple[str, str], node: str, code: str
) -> None:
    assert {at: each[0] for at, each in told(messages.read(changed(FULL, change))).items()} == {
        node: code
    }


def test_technical_nodes_are_told_as_not_carried_with_the_reason() -> None:
    found = messages.read(
        changed(
            FULL,
            ("<NoteS>", "<SeqNo>I20260000001</SeqNo><EdiRemark>x</EdiRemark><NoteS>"),
            ("<Purpose>", "<UseTo>11</UseTo><Purpose>"),
            ("<VinNo>1", "<VinNo>9"),
        )
    )
    assert found.told.faults == []
    assert {at for at, why in found.told.left if why["en"] and why["zh"]} == {
        "/DecMessage/DecHead/SeqNo",
        "/DecMessage/DecHead/EdiRemark",
        f"{LINE}/UseTo",
        f"{LINE}/DecGoodsLimits/DecGoodsLimit/DecGoodsLimitVin/VinNo",
    }
    assert messages.content(found.document) == messages.content(filings.full())


def test_every_technical_node_is_told_as_not_carried() -> None:
    message = dictionary.stored("message")
    for group in message["technical"]:
        for node in group["nodes"]:
            steps = node.split("/")
            raw = "".join(f"<{s}>" for s in steps) + "x" + "".join(f"</{s}>" for s in steps[::-1])
            found = messages.read(f"<DecMessage>{raw}</DecMessage>".encode())
            assert found.told.left == [(f"/DecMessage/{node}", group["reason"])]


def test_a_plain_message_needs_only_the_duty_rate_beside_its_own_nodes() -> None:
    body = filing(package_type="93", wooden_packing=True, lines=[line(1)], net_kg="1000")
    plain = changed(
        messages.written(body),
        ("<os:NetWt>1000</os:NetWt>", ""),
        ("<os:WoodenPacking>1</os:WoodenPacking>", ""),
    )
    found = messages.read(plain)
    assert [at for at, why in found.told.derived if why["zh"]] == [
        "/lines/0/net_kg",
        "/wooden_packing",
    ]
    assert messages.content(found.document) == messages.content(body)


def test_a_line_s_net_weight_follows_from_kilograms_and_is_never_guessed() -> None:
    two = filing(lines=[line(1, unit="KGM", quantity="18000"), line(2)])
    raw = messages.written(two).decode().replace("<os:NetWt>1000</os:NetWt>", "")
    found = messages.read(raw.encode())
    assert found.document["lines"][0]["net_kg"] == "18000"
    assert "net_kg" not in found.document["lines"][1]


def test_without_the_hour_an_arrival_is_the_midnight_of_the_port() -> None:
    raw = messages.written(filing(arrival="2026-03-02T16:00:00Z")).decode()
    start, _, rest = raw.partition("<os:Arrival>")
    found = messages.read((start + rest.partition("</os:Arrival>")[2]).encode())
    assert messages.content(found.document).arrival.isoformat() == "2026-03-02T16:00:00+00:00"


def test_a_missing_field_names_the_node_that_would_carry_it() -> None:
    found = messages.read(changed(FULL, ("<GName>冻去骨牛肉</GName>", "")))
    assert found.node_at("/lines/0/name") == f"{LINE}/GName"
    assert found.node_at("/lines/0/duty_percent") == f"{LINE}/os:DutyPercent"
    assert found.node_at("/broker") == "/DecMessage/DecHead/AgentCodeScc"
    assert found.node_at("/lines/0") == LINE
    assert found.node_at("/nothing") is None


def test_a_fault_that_follows_from_a_node_s_is_not_told_twice() -> None:
    found = messages.read(changed(FULL, ("<IEFlag>I<", "<IEFlag>X<")))
    more = (
        errors.Fault(code="missing", pointer="/direction", en="", zh=""),
        errors.Fault(code="missing", pointer="/lines/0/name", en="", zh=""),
    )
    assert [(each.code, each.facts["node"]) for each in reading.faults_of(found, more)] == [
        ("not_in_list", "/DecMessage/DecHead/IEFlag"),
        ("missing", f"{LINE}/GName"),
    ]


def test_the_namespace_may_be_left_out_and_both_spellings_of_a_node_are_read() -> None:
    text = FULL.decode().replace(' xmlns="http://www.chinaport.gov.cn/dec"', ' Version="3.1"')
    text = text.replace("MnufctrRegNo>", "MnufctrRegno>")
    assert messages.content(messages.read(text.encode()).document) == messages.content(
        filings.full()
    )


def test_a_vehicle_whose_licence_is_none_of_the_line_s_keeps_its_own() -> None:
    body = filings.laid_over(filings.full(), {"lines": [{"vehicles": [{"licence": "OTHER"}]}]})
    assert messages.there_and_back(body) == messages.content(body)


def test_what_no_message_can_say_is_refused_and_not_written_otherwise() -> None:
    body = filings.laid_over(filings.full(), {"lines": [{"batches": ["A;B"]}]})
    with pytest.raises(NotAMessage) as refused:
        messages.written(body)
    assert refused.value.pointer == "/lines/*/batches"


def test_what_another_day_asks_is_read_for_that_day_s_rule_to_refuse() -> None:
    raw = changed(FULL, ("<NoteS>", "<OrgCode>4200000001</OrgCode><NoteS>"))
    assert json.dumps(messages.read(raw).document).count("4200000001") == 1


def test_writing_is_in_the_order_of_the_message() -> None:
    order = dictionary.stored("message")["nodes"]
    text = writing.write(
        messages.content(filings.full()),
        dictionary=dictionary.at(messages.TODAY),
        zone=messages.ZONE,
    ).decode()
    heads = [node.split("/")[1] for node in order if node.startswith("DecHead/")]
    there = [text.index(f"<{name}>") for name in heads if f"<{name}>" in text]
    assert there == sorted(there)
