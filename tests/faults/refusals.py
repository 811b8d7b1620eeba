"""What an answer to something hostile must be: a problem that says what is wrong, and the mend."""

from collections.abc import Set
from functools import cache

import httpx
from pydantic import ValidationError

from shared.http import catalogue, problem
from shared.http.problem import Problem


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
    return [*_untold(told), *_unnamed(told, named)]


def _untold(told: Problem) -> list[str]:
    """What is said in one language alone, or by a code that leads nowhere."""
    found = [f"unknown code {code}" for code in _codes(told) if code not in known()]
    if not (told.title and told.title_zh and told.mend.en and told.mend.zh):
        found.append(f"{told.code} without title or mend")
    found.extend(
        f"{each.code} without detail or mend"
        for each in told.errors
        if not (each.detail.en and each.detail.zh and each.mend.en and each.mend.zh)
    )
    return found


def _unnamed(told: Problem, named: Set[str]) -> list[str]:
    if told.errors_left_out:
        return []
    missing = set(named) - {each.pointer for each in told.errors}
    return [f"does not name {sorted(missing)}"] if missing else []


def _codes(told: Problem) -> set[str]:
    return {told.code, *(each.code for each in told.errors)}


@cache
def known() -> frozenset[str]:
    """Every code that `GET /problems/{code}` explains."""
    return frozenset(catalogue.catalogue())
