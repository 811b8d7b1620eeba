import pytest
from prometheus_client import CollectorRegistry
from prometheus_client.parser import text_string_to_metric_families

from shared.telemetry import metrics

NAMES = {
    "onestop_request_seconds": "histogram",
    "onestop_handler_seconds": "histogram",
    "onestop_relay_batch_events": "histogram",
    "onestop_events_published": "counter",
    "onestop_outbox_pending_events": "gauge",
    "onestop_outbox_oldest_seconds": "gauge",
    "onestop_parked_events": "gauge",
    "onestop_consumer_lag_events": "gauge",
    "onestop_consumer_standstills": "counter",
    "onestop_dead_letters": "gauge",
}


def test_every_instrument_is_on_the_page_under_its_name() -> None:
    registry = CollectorRegistry()
    metrics.Metrics(registry)
    page = bytes(metrics.render(registry).body).decode()
    found = {family.name: family.type for family in text_string_to_metric_families(page)}
    assert found == NAMES


def test_the_page_is_prometheus_text() -> None:
    assert metrics.render(CollectorRegistry()).headers["content-type"].startswith("text/plain")


def test_two_registries_do_not_know_each_other() -> None:
    one, two = CollectorRegistry(), CollectorRegistry()
    metrics.Metrics(one).dead_letters.labels("booking").set(3)
    metrics.Metrics(two)
    assert one.get_sample_value("onestop_dead_letters", {"service": "booking"}) == 3
    assert two.get_sample_value("onestop_dead_letters", {"service": "booking"}) is None


def test_two_sets_on_one_registry_are_refused() -> None:
    registry = CollectorRegistry()
    metrics.Metrics(registry)
    with pytest.raises(ValueError, match="Duplicated"):
        metrics.Metrics(registry)


def test_a_process_tells_its_memory() -> None:
    registry = metrics.process_registry()
    assert (registry.get_sample_value("process_resident_memory_bytes") or 0) > 0
