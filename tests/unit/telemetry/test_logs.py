import json
import logging
import warnings
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
import structlog

from shared.telemetry import logs


@pytest.fixture(autouse=True)
def _logging_as_before() -> Iterator[None]:
    root = logging.getLogger()
    handlers, level, before = root.handlers[:], root.level, structlog.get_config()
    with warnings.catch_warnings():
        yield
    logging.captureWarnings(capture=False)
    root.handlers[:] = handlers
    root.setLevel(level)
    structlog.configure(**before)
    structlog.contextvars.clear_contextvars()


def fail(reason: str) -> None:
    raise OSError(reason)


def lines(capsys: pytest.CaptureFixture[str]) -> list[dict[str, Any]]:
    captured = capsys.readouterr()
    assert captured.out == ""
    return [json.loads(line) for line in captured.err.splitlines()]


def test_an_event_is_one_json_line_with_its_context(capsys: pytest.CaptureFixture[str]) -> None:
    logs.configure("INFO")
    with structlog.contextvars.bound_contextvars(
        service="booking", correlation_id="f-1", request_id="r-1"
    ):
        structlog.get_logger("services.booking").info("slot_held", bay="B1\nB2", zh="查验位")
    (line,) = lines(capsys)
    assert datetime.fromisoformat(line.pop("time")).utcoffset() == timedelta(0)
    assert line == {
        "level": "info",
        "logger": "services.booking",
        "event": "slot_held",
        "service": "booking",
        "correlation_id": "f-1",
        "request_id": "r-1",
        "bay": "B1\nB2",
        "zh": "查验位",
    }


def test_a_librarys_event_takes_the_same_way(capsys: pytest.CaptureFixture[str]) -> None:
    logs.configure("INFO")
    structlog.contextvars.bind_contextvars(service="booking")
    logging.getLogger("alembic").warning("running %s with token=%s", "0001", "plain")
    logging.getLogger("uvicorn.error").info("started")
    first, second = lines(capsys)
    assert (first["logger"], first["level"], first["service"]) == ("alembic", "warning", "booking")
    assert first["event"] == "running 0001 with token=plain"
    assert second["event"] == "started"


def test_an_exception_is_text_in_its_line_without_secrets(
    capsys: pytest.CaptureFixture[str],
) -> None:
    logs.configure("INFO")
    try:
        fail("no way to nats://u:s3cret@127.0.0.1")
    except OSError:
        structlog.get_logger("x").exception("broker_away")
        logging.getLogger("nats").exception("broker away")
    for line in lines(capsys):
        assert "OSError: no way to nats://[redacted]@127.0.0.1" in line["exception"]
        assert "Traceback" in line["exception"]
        assert "s3cret" not in json.dumps(line)


def test_secrets_are_kept_out_of_fields(capsys: pytest.CaptureFixture[str]) -> None:
    logs.configure("INFO")
    structlog.get_logger("x").info("in", token="s3cret", deep={"password": "s3cret"})
    logging.getLogger("y").info("in", extra={"token": "s3cret"})
    first, second = lines(capsys)
    assert first["token"] == first["deep"]["password"] == "[redacted]"
    assert "s3cret" not in json.dumps(second)


def test_below_the_level_nothing_is_said(capsys: pytest.CaptureFixture[str]) -> None:
    logs.configure("WARNING")
    structlog.get_logger("x").info("no")
    logging.getLogger("y").info("no")
    structlog.get_logger("x").warning("yes")
    assert [line["event"] for line in lines(capsys)] == ["yes"]


def test_uvicorns_access_log_and_what_libraries_say_of_their_work_are_off(
    capsys: pytest.CaptureFixture[str],
) -> None:
    logs.configure("DEBUG")
    logging.getLogger("uvicorn.access").info('"GET /v1/filings/7?token=x HTTP/1.1" 200')
    logging.getLogger("httpx").info("HTTP Request: GET https://id.example.org/keys")
    logging.getLogger("alembic.runtime.migration").info("Running upgrade 0001 -> 0002")
    assert lines(capsys) == []


def test_a_warning_is_a_line_too(capsys: pytest.CaptureFixture[str]) -> None:
    logs.configure("INFO")
    warnings.simplefilter("always")
    warnings.warn("old", UserWarning, stacklevel=1)
    (line,) = lines(capsys)
    assert (line["logger"], line["level"]) == ("py.warnings", "warning")


def test_configuring_twice_says_things_once(capsys: pytest.CaptureFixture[str]) -> None:
    logs.configure("INFO")
    logs.configure("INFO")
    logging.getLogger("x").info("once")
    assert len(lines(capsys)) == 1


def test_a_terminal_gets_plain_lines(capsys: pytest.CaptureFixture[str]) -> None:
    logs.configure("INFO", json=False)
    try:
        fail("away")
    except OSError:
        structlog.get_logger("x").exception("broker_away", token="s3cret")
    shown = capsys.readouterr().err
    assert "broker_away" in shown
    assert "OSError: away" in shown
    assert "s3cret" not in shown


def test_an_unknown_level_is_refused_by_name() -> None:
    with pytest.raises(ValueError, match=r"LOUD.*INFO"):
        logs.configure("LOUD")
