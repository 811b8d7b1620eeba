"""A dictionary narrowed to what a filing has finds the same faults in it as the whole one."""

import json
import random
from typing import Any

import pytest

from services.declaration.domain import checks, narrowing
from services.declaration.domain.checks import naming
from services.declaration.domain.checks.rule import Filed
from services.declaration.domain.content import Content
from services.declaration.domain.dictionary import Obligation
from services.declaration.domain.narrowing import Shape
from services.declaration.domain.places import Document
from services.declaration.forms import FilingIn
from shared.errors import Fault
from tests.factories import NOW, Body, filing
from tests.unit.declaration import full as filings
from tests.unit.declaration.full import TODAY, full

BROKER = full()["broker"]["uscc"]
VALUES = ["~", "import", "export", "M", "33", "0615", "4", "2", "01", "x" * 60]

OTHERS = {
    "/lines/*/unit_price": "9.00",
    "/lines/*/expires_on": "2020-01-01",
    "/lines/*/statutory": {"quantity": "1", "unit": "KGM"},
    "/freight": {"basis": "1", "amount": "3", "currency": "USD"},
    "/departure_date": "2026-03-09",
    "/unloaded_date": "2026-01-01",
}
"""What does not agree with other fields."""


def drawn(seed: int) -> Body:
    """A filing that leaves out some of what may be left out and has codes of other places."""
    draw = random.Random(seed)
    body = full()
    for field in TODAY.items:
        if field.obligation is not Obligation.MANDATORY and draw.random() < 0.5:
            _drop(body, field.pointer)
        elif field.code_list and field.pointer.count("/") == 1 and draw.random() < 0.1:
            filings.put(body, field.pointer, draw.choice(VALUES))
    for pointer, value in OTHERS.items():
        if draw.random() < 0.3:
            filings.put(body, pointer, value)
    return body


def _drop(body: Body, pointer: str) -> None:
    try:
        filings.drop(body, pointer)
    except (AttributeError, IndexError, KeyError):
        return  # what it lies in is left out already


def content_of(body: Body) -> Content:
    return FilingIn.model_validate_json(json.dumps(body)).content()


def by_the_whole(content: Content) -> tuple[Fault, ...]:
    filed = Filed(
        content=content,
        document=Document(content.model_dump()),
        dictionary=TODAY,
        organisation=BROKER,
        now=NOW,
    )
    found = (fault for rule in checks.RULES for fault in rule.faults(filed))
    return naming.named(found, TODAY)


@pytest.mark.parametrize("seed", range(100))
def test_the_same_faults_are_found(seed: int) -> None:
    content = content_of(drawn(seed))
    told = checks.check(content, dictionary=TODAY, organisation=BROKER, now=NOW)
    assert told == by_the_whole(content)


def test_the_drawn_filings_break_many_rules_in_many_places() -> None:
    told = {
        (fault.code, fault.pointer)
        for seed in range(100)
        for fault in by_the_whole(content_of(drawn(seed)))
    }
    assert len(told) > 50
    assert {"required_here", "unknown_code", "too_long"} <= {code for code, _ in told}


def plain(body: Body) -> dict[str, Any]:
    return content_of(body).model_dump()


def test_a_brief_filing_is_measured_by_few_fields() -> None:
    brief = narrowing.narrowed(TODAY, plain(filing()))
    assert len(brief.items) < 50 < 150 < len(TODAY.items)
    assert {condition.id for _, condition in brief.conditional()} <= {
        *("wooden", "explosives", "arms", "containerised")
    }


def test_filings_of_one_shape_share_what_is_made_of_the_dictionary() -> None:
    one, other = plain(filing()), plain(filing(packages=3))
    assert narrowing.narrowed(TODAY, one) is narrowing.narrowed(TODAY, other)
    assert narrowing.narrowed(TODAY, plain(full())) is not narrowing.narrowed(TODAY, one)


def test_a_field_of_any_line_is_part_of_the_shape() -> None:
    document = {"lines": [{"number": 1}, {"ciq_code": "101"}], "containers": []}
    shape = Shape.of(document)
    assert shape.has("/lines")
    assert shape.has("/lines/*/ciq_code")
    assert not shape.has("/lines/*/purpose")
    assert not shape.has("/containers/*/number")
    assert not shape.has("/marks")


def test_a_rule_is_left_out_only_where_the_filing_has_none_of_its_fields() -> None:
    about = {rule.code: rule.about for rule in checks.RULES if rule.about}
    pointers = {field.pointer for field in TODAY.items}
    assert all(pointers.issuperset(each) for each in about.values())
    told = {fault.code for seed in range(100) for fault in by_the_whole(content_of(drawn(seed)))}
    assert told >= set(about)
