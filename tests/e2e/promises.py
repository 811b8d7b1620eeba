"""Requests that schemathesis makes of a service, and what is checked of the answers."""

from collections.abc import Mapping, Sequence
from itertools import count
from typing import Any

import requests
import schemathesis
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi import checks

from services.cli import contracts
from services.cli.registry import BY_NAME
from tests import documents
from tests.e2e.system import System
from tests.integration.access import common

SEED = 2026
EXAMPLES = 3
CHECKS = [
    not_a_server_error,
    checks.status_code_conformance,
    checks.content_type_conformance,
    checks.response_schema_conformance,
    checks.response_headers_conformance,
    checks.negative_data_rejection,
    checks.missing_required_header,
    checks.unsupported_method,
]
TELLS_WHAT_IS_WRONG = "POST /v1/filings/check"
"""Answers what is wrong with a body, instead of refusing it."""
NOTHING_TO_NEGATE = {
    *("GET /problems", "GET /problems/{code}"),
    *("GET /v1/notices/keys", "GET /v1/notices/{code}"),
}
NAMES = {
    "broker": "broker",
    "yard": "yard",
    "officer": "officer.quarantine",
    "supervisor": "supervisor.customs",
    "auditor": "auditor",
    "service": "service",
}
_keys = count(1)
schemathesis.serializer.alias("application/offset+octet-stream", "application/octet-stream")


def try_all(service: str, system: System, ids: Mapping[str, str]) -> None:
    """Good and bad requests of each operation, by each role that it admits."""
    schema: Any = schemathesis.openapi.from_dict(documents.of(service))
    schema.config.update(base_url=system.url + BY_NAME[service].prefix)
    schema.config.checks.negative_data_rejection.expected_statuses = ["4XX"]
    tried = 0
    for found in schema.get_all_operations():
        operation = found.ok()
        if operation.label in common.ENTRIES and service != contracts.NAMES[0]:
            continue  # One piece of code for all services.
        roles = operation.definition.raw.get("x-roles", ["broker"])
        admitted = roles if operation.method == "post" else roles[:1]
        tokens = [system.tokens[NAMES[role]] for role in admitted]
        tried += _try(operation, mode=GenerationMode.POSITIVE, tokens=tokens, ids=ids)
        if operation.label not in NOTHING_TO_NEGATE:
            tried += _try(operation, mode=GenerationMode.NEGATIVE, tokens=tokens, ids={})
    assert tried > 10 * EXAMPLES


def _try(
    operation: Any, *, mode: GenerationMode, tokens: Sequence[str], ids: Mapping[str, str]
) -> int:
    """How many requests were made of it. Raises what schemathesis finds wrong."""
    made: list[Any] = []
    told = [
        each
        for each in CHECKS
        if operation.label != TELLS_WHAT_IS_WRONG or each is not checks.negative_data_rejection
    ]

    @seed(SEED)
    @settings(
        max_examples=EXAMPLES,
        deadline=None,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(_requests(operation, mode=mode, ids=ids))
    def holds(case: Any) -> None:
        first = mode is GenerationMode.POSITIVE and not made
        asked = [*told, checks.ignored_auth] if first else told
        for token in tokens:
            made.append(case)
            headers = {"Authorization": f"Bearer {token}"}
            if "Idempotency-Key" in (case.headers or {}):
                headers["Idempotency-Key"] = f"k{next(_keys)}"
            case.call_and_validate(session=session, headers=headers, checks=asked)

    with requests.Session() as session:
        session.trust_env = False  # A proxy of the machine's has no part in this.
        holds()
    return len(made)


def _requests(
    operation: Any, *, mode: GenerationMode, ids: Mapping[str, str]
) -> st.SearchStrategy[Any]:
    """With the ids of things that there are, where all are known."""
    named = [each.name for each in operation.path_parameters]
    known = {name: ids[name] for name in named if name in ids}
    given_ids = {"path_parameters": known} if named and len(known) == len(named) else {}
    made: st.SearchStrategy[Any] = operation.as_strategy(generation_mode=mode, **given_ids)
    return made
