"""What a sandbox reference asks for, and that it asks for nothing where there is no sandbox."""

import pytest

from services.declaration import commands
from services.declaration.commands import Draft, Now
from services.declaration.domain import sandbox
from services.declaration.domain.filing import Step
from shared.auth.principal import Principal, Role
from shared.contracts.filing import FilingAccepted
from shared.contracts.values import Sandbox
from tests import factories
from tests.unit.declaration import made

REFERENCE = "SANDBOX-JOINT-4711"


@pytest.mark.parametrize("outcome", Sandbox)
def test_a_reference_asks_for_the_outcome_that_it_names(outcome: Sandbox) -> None:
    assert sandbox.asked(f"SANDBOX-{outcome.name}") is outcome
    assert sandbox.asked(f"SANDBOX-{outcome.name}-4711") is outcome


@pytest.mark.parametrize(
    "reference",
    ["", "REF-1", "SANDBOX-", "SANDBOX-JOINTS", "sandbox-joint-1", "X-SANDBOX-JOINT", "SANDBOX-J"],
)
def test_any_other_reference_is_an_ordinary_one(reference: str) -> None:
    assert sandbox.asked(reference) is None


def _accepted(*, allowed: bool) -> Step:
    now = Now(wall=factories.NOW, yard=factories.NOW, day=factories.NOW.date())
    who = Principal("a broker", Role.BROKER, factories.BROKER)
    draft = Draft(made.content(reference=REFERENCE), who=who, now=now)
    (accepted,) = commands.accept(
        [draft], number=lambda: 1, ids=factories.counted_ids(), sandbox=allowed
    )
    assert not isinstance(accepted, Exception)
    return accepted.step


def _told(step: Step) -> Sandbox | None:
    (event,) = step.events
    assert isinstance(event, FilingAccepted)
    return event.consignment.sandbox


def test_where_there_is_a_sandbox_the_filing_its_event_and_its_receipt_are_marked() -> None:
    step = _accepted(allowed=True)
    assert _told(step) is step.filing.content.sandbox is Sandbox.JOINT
    assert step.notes[0].facts["sandbox"] == "joint"


def test_where_there_is_none_it_is_an_ordinary_filing() -> None:
    step = _accepted(allowed=False)
    assert _told(step) is step.filing.content.sandbox is None
    assert "sandbox" not in step.notes[0].facts
    assert "sandbox" not in step.filing.content.model_dump()
