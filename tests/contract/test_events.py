"""Every event has a committed schema and sample, and both say what the code says."""

import json
from collections import Counter
from datetime import timedelta
from typing import Any

import pytest
from jsonschema_rs import Draft202012Validator, meta
from pydantic import ValidationError

from shared.contracts import catalogue, derived, published
from shared.contracts.envelope import Envelope, Event
from shared.messaging import inbox

EVENTS = list(catalogue.BY_TYPE.values())
every_event = pytest.mark.parametrize("event", EVENTS, ids=[each.type() for each in EVENTS])


def _schema(event: type[Event]) -> dict[str, Any]:
    text = (published.SCHEMAS / published.file_name(event)).read_text(encoding="utf-8")
    schema: dict[str, Any] = json.loads(text)
    return schema


def _sample(event: type[Event]) -> dict[str, Any]:
    text = (published.SAMPLES / published.file_name(event)).read_text(encoding="utf-8")
    sample: dict[str, Any] = json.loads(text)
    return sample


def _faults(schema: dict[str, Any], message: dict[str, Any]) -> list[str]:
    validator = Draft202012Validator(schema, validate_formats=True)
    return [f"{fault.instance_path}: {fault.message}" for fault in validator.iter_errors(message)]


@every_event
def test_the_committed_schema_is_the_generated_one(event: type[Event]) -> None:
    schema = _schema(event)
    meta.validate(schema)
    assert schema == published.schema(event)


@every_event
def test_the_sample_fits_the_committed_schema(event: type[Event]) -> None:
    assert _faults(_schema(event), _sample(event)) == []


@every_event
def test_the_sample_opens_as_its_event_and_is_in_normal_form(event: type[Event]) -> None:
    envelope = inbox.decode(json.dumps(_sample(event)))
    assert type(inbox.open_event(envelope)) is event
    assert _sample(event) == published.normal_form(event)


@every_event
def test_a_reader_tolerates_fields_it_does_not_know(event: type[Event]) -> None:
    sample = _sample(event)
    data = {**sample["data"], "added_later": {"by": "a newer producer"}}
    newer = {**sample, "data": data, "tracestate": "added=later"}
    assert _faults(_schema(event), newer) == []
    opened = inbox.open_event(inbox.decode(json.dumps(newer)))
    assert opened == inbox.open_event(published.sample(event))


@every_event
def test_a_message_without_its_aggregates_id_is_refused(event: type[Event]) -> None:
    sample = _sample(event)
    del sample["data"][event.subject_field]
    assert _faults(_schema(event), sample)
    with pytest.raises(inbox.Undecodable):
        inbox.open_event(Envelope.model_validate(sample))


@every_event
def test_samples_tell_of_one_filing_in_one_week(event: type[Event]) -> None:
    envelope = published.sample(event)
    accepted = published.sample(catalogue.BY_TYPE["onestop.filing.accepted.v1"])
    filing = accepted.subject
    requirement = derived.requirement_id(filing)
    subjects = {
        "filing": filing,
        "requirement": requirement,
        "recognition": derived.recognition_id(requirement),
        "booking": derived.booking_id(requirement),
        "case": derived.case_id(requirement),
    }
    opened = inbox.open_event(envelope)
    assert envelope.subject == opened.subject == subjects[event.aggregate]
    assert envelope.correlationid == opened.filing_id == filing
    assert timedelta() <= envelope.time - accepted.time < timedelta(days=7)
    assert getattr(opened, "requirement_id", requirement) == requirement


def test_events_are_frozen() -> None:
    event = inbox.open_event(published.sample(catalogue.BY_TYPE["onestop.booking.expired.v1"]))
    for known in EVENTS:
        assert known.model_config["frozen"] is True
    with pytest.raises(ValidationError, match="frozen"):
        event.__setattr__("revision", 2)


def test_each_type_is_in_the_catalogue_once() -> None:
    types = Counter(event.type() for each in catalogue.CATALOGUE for event in each.events)
    assert [event_type for event_type, times in types.items() if times > 1] == []
    assert len({event.__name__ for event in EVENTS}) == len(EVENTS)


def test_every_event_class_is_in_the_catalogue() -> None:
    def concrete(base: type[Event]) -> set[type[Event]]:
        ours = "name" in base.__dict__ and base.__module__.startswith("shared.contracts.")
        found = {base} if ours else set()
        return found.union(*(concrete(each) for each in base.__subclasses__()))

    assert concrete(Event) == set(EVENTS)


def test_every_aggregate_has_a_producer_and_consumers_among_the_services() -> None:
    for aggregate in catalogue.CATALOGUE:
        assert aggregate.producer in catalogue.SERVICES
        assert set(aggregate.consumers) <= set(catalogue.SERVICES) - {aggregate.producer}
        assert {event.aggregate for event in aggregate.events} == {aggregate.name}


def test_samples_are_sent_by_their_producer() -> None:
    for aggregate in catalogue.CATALOGUE:
        for event in aggregate.events:
            assert published.sample(event).source == f"onestop/{aggregate.producer}"


def test_no_schema_or_sample_is_left_over() -> None:
    names = {published.file_name(event) for event in EVENTS}
    for folder in (published.SCHEMAS, published.SAMPLES):
        assert {path.name for path in folder.glob("*")} == names
