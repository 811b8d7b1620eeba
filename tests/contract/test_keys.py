"""Every change names its idempotency key in the OpenAPI document."""

import pytest

from services.cli import contracts
from tests import documents

SAFE = {"get", "head", "options"}
CHANGE_NOTHING = {
    "declaration": {
        "post /v1/filings/check",
        "post /v1/reference/required",
        "post /v1/webhooks/{webhook_id}/test",
    },
    "booking": {
        "post /v1/yards/{code}/versions/check",
        "post /v1/yards/{code}/versions/read-csv",
        "post /v1/yards/{code}/closures/check",
    },
}
"""What is asked with a body and kept nowhere; that no row changes is tested with hostile input."""

ONCE_BY_ITSELF = {"inspection": {"post /v1/uploads", "patch /v1/uploads/{upload_id}"}}
"""What tus clients send, which know no such key: it counts once by its id and its offset."""


@pytest.mark.parametrize("service", contracts.NAMES)
def test_every_operation_that_changes_something_takes_a_key(service: str) -> None:
    changes = {
        f"{method} {path}": {each["name"] for each in operation.get("parameters", [])}
        for path, methods in documents.of(service)["paths"].items()
        for method, operation in methods.items()
        if method not in SAFE
    }
    assert changes
    without = {name for name, taken in changes.items() if "Idempotency-Key" not in taken}
    by_itself = ONCE_BY_ITSELF.get(service, set())
    assert without == CHANGE_NOTHING.get(service, set()) | by_itself
