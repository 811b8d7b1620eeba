"""What a device sends is read all at once, unless something in it cannot be read."""

import json
from typing import Any
from uuid import uuid4

import pytest
from pydantic import ValidationError

from services.inspection.api import sync_forms
from services.inspection.api.sync_forms import SyncIn, Unreadable
from shared.ids import uuid7
from tests.factories import NOW, container_number

BOX = {"container": container_number(1), "seal": "S1"}
OF_EACH_KIND: dict[str, dict[str, Any]] = {
    "result": {"item": "weight", "outcome": "conform", "figure": 1.5, "replaces": [str(uuid4())]},
    "finding": {"code": "pest", "text": "live insects 活虫"},
    "handle": {"step": "seal_removed", "containers": [BOX]},
    "sample": {"what": "leaf", "seal": "S", "laboratory": "L"},
    "open": {"reason": "again"},
    "join": {},
}


def _read(*records: Any) -> SyncIn:
    body = {"device": "tablet-1", "sent_at": NOW.isoformat(), "records": records}
    return SyncIn.model_validate_json(json.dumps(body))


def _record(kind: str, data: dict[str, Any]) -> dict[str, Any]:
    told = {"case_id": str(uuid4()), "at": NOW.isoformat(), "kind": kind, "data": data}
    return {"id": str(uuid7()), **told}


EVERY = [_record(kind, data) for kind, data in OF_EACH_KIND.items()]


def _one_by_one(value: Any) -> Any:
    raise AssertionError(value)


def test_records_of_every_kind_are_read_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sync_forms, "_read", _one_by_one)
    assert [str(each.id) for each in _read(*EVERY).records] == [each["id"] for each in EVERY]


def test_beside_one_that_cannot_be_read_the_others_are_what_they_are_without_it() -> None:
    *others, unreadable = _read(*EVERY, {"kind": "karaoke"}).records
    assert tuple(others) == _read(*EVERY).records
    assert isinstance(unreadable, Unreadable)


@pytest.mark.parametrize("records", [[], [7] * (sync_forms.MOST + 1)])
def test_a_batch_of_no_or_of_too_many_records_is_refused(records: list[Any]) -> None:
    with pytest.raises(ValidationError, match=r"too_short|too_long"):
        _read(*records)
