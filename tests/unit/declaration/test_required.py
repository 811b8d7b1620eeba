"""What must be filled in for some goods: the answers are those that a filing would be given."""

import copy
from dataclasses import replace
from datetime import date

import pytest

from services.declaration import dictionary
from services.declaration.domain import required
from services.declaration.domain.checks import around
from services.declaration.domain.dictionary import Obligation
from services.declaration.domain.required import Answer, Asked, AskedItem, Goods
from tests.factories import Body
from tests.unit.declaration import full as filings
from tests.unit.declaration.full import TODAY, first, full
from tests.unit.declaration.test_full_declaration import refused_at

COMPUTERS = Goods(
    hs_code="8471300000", direction="import", transport_mode="2", package_type="22", origin="KR"
)
BEEF = replace(COMPUTERS, hs_code="0202300090")

QUESTIONS = {
    "computers by sea": COMPUTERS,
    "computers by air": replace(COMPUTERS, transport_mode="5"),
    "computers on wooden pallets": replace(COMPUTERS, package_type="93"),
    "computers with wooden dunnage": replace(COMPUTERS, wooden_packing=True),
    "computers from an epidemic area": replace(COMPUTERS, origin="PK"),
    "computers by post": replace(COMPUTERS, transport_mode="6"),
    "beef by sea": BEEF,
    "beef that leaves": replace(BEEF, direction="export"),
    "beef in bulk": replace(BEEF, package_type="00"),
    "fireworks": replace(COMPUTERS, hs_code="3604100000"),
    "arms": replace(COMPUTERS, hs_code="9306210000"),
    "dangerous goods": replace(COMPUTERS, dangerous_goods=True),
    "a brief declaration": replace(BEEF, full=False),
}


def answers(goods: Goods) -> dict[str, AskedItem]:
    return {each.item.id: each for each in required.asked(goods, TODAY)}


def declared(goods: Goods) -> Body:
    """A filing of these goods that declares every item but those that need not be there."""
    answered = answers(goods)
    flags = required.document(goods, TODAY)
    known = {
        "direction": goods.direction,
        "transport_mode": goods.transport_mode,
        "package_type": goods.package_type,
        "country_of_departure": goods.origin,
        "wooden_packing": flags["wooden_packing"],
        "dangerous_goods": flags["dangerous_goods"],
        "declaration_type": "M" if goods.full else None,
        "certificates": [],
        "terms_of_delivery": "1" if goods.direction == "import" else "3",
        "supervision_mode": "0110" if goods.full else None,
        "lines": [
            {
                "hs_code": goods.hs_code,
                "origin": goods.origin,
                "attributes": ["19"],
                "qualifications": [],
                "second_statutory": None,
                "ciq_code": full()["lines"][0]["ciq_code"]
                if answered["ciq_code"].answer is Answer.MUST
                else None,
            }
        ],
    }
    return filings.laid_over(full(), known)


@pytest.mark.parametrize("goods", QUESTIONS.values(), ids=QUESTIONS)
def test_what_must_be_filled_in_is_refused_where_it_is_not_and_nothing_else_is(
    goods: Goods,
) -> None:
    complete = declared(goods)
    whole = refused_at(complete)
    looked_at = 0
    for asked in answers(goods).values():
        for each in asked.fields:
            pointer = each.field.pointer
            optional = each.field.obligation is Obligation.OPTIONAL
            if optional or _hangs_on_another(each):
                continue
            body = copy.deepcopy(complete)
            try:
                filings.drop(body, pointer)
            except (AttributeError, IndexError, KeyError, TypeError):
                continue
            missed = first(pointer) in refused_at(body) - whole
            assert missed == (each.answer is Answer.MUST), (pointer, each.answer)
            looked_at += 1
    assert looked_at > 60


def _hangs_on_another(asked: Asked) -> bool:
    """Whether it is of another day, or of something that need not be declared."""
    pointers = {field.pointer for field in TODAY.items}
    if asked.field.pointer not in pointers:
        return True
    inner = any(asked.field.pointer.startswith(f"{other}/") for other in pointers)
    return inner and asked.answer is not Answer.MUST


def test_every_item_of_the_day_has_one_answer_with_reasons_in_two_languages() -> None:
    for goods in QUESTIONS.values():
        told = required.asked(goods, TODAY)
        assert len({each.item.id for each in told}) == len(told)
        assert {item.id for item in TODAY.merged} <= {each.item.id for each in told}
        for each in told:
            for reason in (*each.reasons, *(why for field in each.fields for why in field.reasons)):
                assert reason.en
                assert reason.zh
            assert each.reasons


EXPECTED = {
    ("computers by sea", "container_number"): Answer.MUST,
    ("computers by air", "container_number"): Answer.NOT_ASKED,
    ("computers by air", "container_size_type"): Answer.NOT_ASKED,
    ("computers by sea", "purpose"): Answer.NOT_ASKED,
    ("beef by sea", "purpose"): Answer.MUST,
    ("computers on wooden pallets", "purpose"): Answer.MUST,
    ("computers with wooden dunnage", "purpose"): Answer.MUST,
    ("computers from an epidemic area", "purpose"): Answer.MUST,
    ("computers on wooden pallets", "other_packing"): Answer.MUST,
    ("beef by sea", "departure_date"): Answer.MUST,
    ("beef that leaves", "departure_date"): Answer.NOT_ASKED,
    ("beef that leaves", "producer"): Answer.MUST,
    ("beef by sea", "producer"): Answer.NOT_ASKED,
    ("beef by sea", "delivery_order"): Answer.MUST,
    ("beef by sea", "freight"): Answer.MAY,
    ("beef by sea", "declaration_type"): Answer.MUST,
    ("a brief declaration", "declaration_type"): Answer.MAY,
    ("a brief declaration", "contract"): Answer.NOT_ASKED,
    ("fireworks", "purpose"): Answer.MUST,
    ("arms", "origin_proofs"): Answer.MAY,
    ("computers by post", "voyage"): Answer.NOT_ASKED,
    ("computers by sea", "port_authority"): Answer.NOT_ASKED,
    ("computers by sea", "reference"): Answer.MUST,
}


@pytest.mark.parametrize(("question", "expected"), EXPECTED.items(), ids=str)
def test_an_item_s_answer(question: tuple[str, str], expected: Answer) -> None:
    goods, item = question
    assert answers(QUESTIONS[goods])[item].answer is expected


def test_what_nobody_said_is_left_open_and_its_reason_says_when() -> None:
    freight = answers(BEEF)["freight"]
    assert [reason.en for reason in freight.reasons] == [
        "The price of the import does not include the freight (C&I, FOB, EXW)."
    ]


def test_before_the_reform_nothing_is_asked() -> None:
    told = required.asked(BEEF, dictionary.at(date(2018, 7, 31)))
    assert told
    assert {each.answer for each in told} == {Answer.NOT_ASKED}


@pytest.mark.parametrize(
    ("goods", "pointers"),
    [
        (COMPUTERS, set()),
        (replace(COMPUTERS, origin=None), set()),
        (replace(COMPUTERS, hs_code="84713"), {"/lines/0/hs_code"}),
        (replace(COMPUTERS, transport_mode="Q"), {"/transport_mode"}),
        (replace(COMPUTERS, package_type="05"), {"/package_type"}),
        (replace(COMPUTERS, origin="kr"), {"/lines/0/origin", "/country_of_departure"}),
    ],
)
def test_codes_of_the_question_are_checked_as_a_filing_s(goods: Goods, pointers: set[str]) -> None:
    told = around.codes(required.document(goods, TODAY), dictionary=TODAY)
    assert {fault.pointer for fault in told} == pointers
