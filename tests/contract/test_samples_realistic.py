"""What the sample filing declares passes the checks of the field."""

from stdnum import iso6346
from stdnum.cn import uscc

from shared.contracts import filing, published, requirement
from shared.messaging import inbox


def _consignment() -> filing.Consignment:
    opened = inbox.open_event(published.sample(filing.FilingAccepted))
    assert isinstance(opened, filing.FilingAccepted)
    return opened.consignment


def test_companies_have_valid_unified_social_credit_codes() -> None:
    consignment = _consignment()
    assert uscc.is_valid(consignment.broker.uscc)
    assert uscc.is_valid(consignment.consignee.uscc)


def test_containers_have_valid_numbers_and_hold_declared_lines() -> None:
    consignment = _consignment()
    assert all(iso6346.is_valid(box.number) for box in consignment.containers)
    held = {number for box in consignment.containers for number in box.lines}
    assert held == {line.number for line in consignment.lines}


def test_lines_have_ten_digit_codes_and_their_weights_sum_to_the_header() -> None:
    consignment = _consignment()
    assert all(len(line.hs_code) == 10 and line.hs_code.isdecimal() for line in consignment.lines)
    assert sum(line.net_kg for line in consignment.lines) == consignment.net_kg
    assert consignment.net_kg <= consignment.gross_kg


def test_the_requirement_is_of_the_declared_cargo() -> None:
    consignment = _consignment()
    opened = inbox.open_event(published.sample(requirement.RequirementDetermined))
    assert isinstance(opened, requirement.RequirementDetermined)
    assert opened.containers == consignment.containers
    assert opened.broker == consignment.broker.uscc
    declared = [
        line.model_dump(include=set(type(opened.lines[0]).model_fields))
        for line in consignment.lines
    ]
    assert [line.model_dump() for line in opened.lines] == declared
