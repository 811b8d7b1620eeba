"""What an answer to something hostile must be: a problem that says what is wrong, and the mend."""

from collections.abc import Iterator, Sequence, Set

import httpx
from pydantic import ValidationError

from services.declaration.api.checking import CheckOut
from shared.http import catalogue, problem
from shared.http.problem import Problem, ProblemError


def wrong(answer: httpx.Response, *, status: Set[int], named: Set[str] = frozenset()) -> list[str]:
    """What is wrong with a refusal: nothing, if it is as it must be.

    `status` is what it may be, `named` the places that its errors must point at.
    """
    if answer.status_code not in status:
        return [f"{answer.status_code} {answer.text[:200]}"]
    if answer.headers.get("content-type") != problem.MEDIA_TYPE:
        return [f"content type {answer.headers.get('content-type')}"]
    try:
        told = Problem.model_validate_json(answer.content)
    except ValidationError as invalid:
        return [str(invalid)]
    unnamed = [] if told.errors_left_out else _unnamed(told.errors, named)
    return [*_untold(told), *unnamed]


def untold(answer: httpx.Response, *, named: Set[str] = frozenset()) -> list[str]:
    """What is wrong with an answer that tells the faults of a document instead of refusing it."""
    if answer.status_code != 200:
        return [f"{answer.status_code} {answer.text[:200]}"]
    told = CheckOut.model_validate_json(answer.content)
    if told.acceptable or not told.faults:
        return ["acceptable"]
    left_out = told.faults_left_out > 0
    return [*_unexplained(told.faults), *([] if left_out else _unnamed(told.faults, named))]


def _untold(told: Problem) -> list[str]:
    """What is said in one language alone, or by a code that leads nowhere."""
    found = [] if is_known(told.code) else [f"unknown code {told.code}"]
    if not (told.title and told.title_zh and told.mend.en and told.mend.zh):
        found.append(f"{told.code} without title or mend")
    return [*found, *_unexplained(told.errors)]


def _unexplained(errors: Sequence[ProblemError]) -> Iterator[str]:
    for each in errors:
        if not is_known(each.code):
            yield f"unknown code {each.code}"
        if not (each.detail.en and each.detail.zh and each.mend.en and each.mend.zh):
            yield f"{each.code} without detail or mend"


def _unnamed(errors: Sequence[ProblemError], named: Set[str]) -> list[str]:
    missing = set(named) - {each.pointer for each in errors}
    return [f"does not name {sorted(missing)}"] if missing else []


def is_known(code: str) -> bool:
    """Whether `GET /problems/{code}` explains it. A service that is imported adds its own."""
    if code not in _known:
        _known.update(catalogue.catalogue())
    return code in _known


_known: set[str] = set()
