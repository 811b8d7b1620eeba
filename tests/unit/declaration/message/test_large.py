"""What a message costs grows with its weight, whatever is wrong with it."""

import pytest

from services.declaration.message import reading
from services.declaration.message.spots import Frame
from shared import errors
from tests.unit.declaration.message import messages

LINES = 300


def _large(line: str, below: str = "") -> bytes:
    lines = "".join(line.format(n) for n in range(1, LINES + 1))
    return f"<DecMessage><DecLists>{lines}</DecLists>{below}</DecMessage>".encode()


def test_the_line_of_a_certificate_is_looked_up_and_not_searched_for(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    looked = 0

    class Counted(Frame):
        def __getattribute__(self, name: str) -> object:
            nonlocal looked
            looked += name == "pattern"
            return super().__getattribute__(name)

    monkeypatch.setattr(reading, "Frame", Counted)
    below = "<EcoRelation><DecGNo>999</DecGNo></EcoRelation>" * LINES
    found = messages.read(_large("<DecList><GNo>{}</GNo></DecList>", below))
    told = [each for each in found.told.faults if each.code == "no_such_line"]
    assert len(told) == LINES
    assert looked < 40 * LINES


def test_what_follows_from_a_node_s_own_fault_is_looked_up_and_not_searched_for() -> None:
    compared = 0

    class Counted(str):
        def startswith(self, *given: object) -> bool:
            nonlocal compared
            compared += 1
            return str.startswith(self, *given)  # type: ignore[arg-type]

        __hash__ = str.__hash__

    found = messages.read(_large("<DecList><GNo>x{}</GNo></DecList>"))
    found.told.spoilt = {Counted(each) for each in found.told.spoilt}
    fault = errors.Fault(
        code="missing", pointer="/lines/7/name", en="", zh="", mend_en="", mend_zh="", facts={}
    )
    told = reading.faults_of(found, (fault,) * LINES)
    assert len(told) == 2 * LINES
    assert compared <= LINES
