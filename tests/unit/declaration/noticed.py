"""A release notice's text for the tests of this service."""

from typing import Any

from services.declaration.domain import notices
from services.declaration.domain.releases import Known, Release
from shared.contracts.values import CUSTOMS, QUARANTINE, Mode, Sandbox
from tests.factories import NOW, container_number
from tests.unit.declaration.made import RECEIPT, content

ONE, TWO = container_number(1), container_number(2)
"""Those of a filing of `made`."""
JOINT = Known(mode=Mode.JOINT, agencies=(CUSTOMS, QUARANTINE), yard="CNTAO-Y1")


def text(
    *containers: str,
    whole: bool = True,
    known: Known = JOINT,
    sandbox: Sandbox | None = None,
    **changes: Any,
) -> str:
    """The text of the notice of a joint inspection's release, of all containers unless named."""
    declared = content(**changes).model_copy(update={"sandbox": sandbox})
    gone = containers or tuple(each.number for each in declared.containers)
    return notices.text(
        Release(1, NOW, known, gone, whole),
        declared,
        receipt_number=RECEIPT,
        agencies=(CUSTOMS, QUARANTINE),
    )
