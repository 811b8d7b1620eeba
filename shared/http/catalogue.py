"""Every code an answer may carry, with its texts: what `type` of a problem leads to."""

from collections.abc import Iterable, Iterator

from fastapi import APIRouter
from pydantic import BaseModel

from shared import errors
from shared.contracts.values import Said
from shared.http import faults, problem

router = APIRouter(tags=["problems"])


class Entry(BaseModel):
    """One code. `kind` is `problem` (an answer's own code) or `fault` (one of its errors)."""

    code: str
    kind: str
    status: int
    title: str
    title_zh: str
    mend: Said


class NoSuchProblem(errors.NotFound):
    """There is no problem with this code."""

    zh = "没有此代码的错误说明。"


def catalogue() -> dict[str, Entry]:
    """Every known code in alphabetical order; knows the errors of all modules imported so far."""
    return {entry.code: entry for entry in sorted(_entries(), key=lambda entry: entry.code)}


def clashes() -> list[str]:
    """Codes that two rules claim with different texts: a code must mean one thing."""
    seen: dict[str, Entry] = {}
    return sorted({e.code for e in _entries() if seen.setdefault(e.code, e) != e})


@router.get("/problems", summary="Every problem code")
async def every_problem() -> list[Entry]:
    """All codes that answers may carry."""
    return list(catalogue().values())


@router.get("/problems/{code}", summary="What a problem code means")
async def one_problem(code: str) -> Entry:
    """One code's meaning and mend. Raises NoSuchProblem."""
    entry = catalogue().get(code)
    if entry is None:
        raise NoSuchProblem
    return entry


def teach(rules: Iterable[faults.Rule]) -> None:
    """Make the fault codes of a service's own rules known; call it where the service is imported.

    A code that is taught again with other texts is a clash.
    """
    _TAUGHT.update(rules)


_TAUGHT: set[faults.Rule] = set()


def _entries() -> Iterator[Entry]:
    for rule in (*faults.RULES, *sorted(_TAUGHT)):
        yield Entry(
            code=rule.code,
            kind="fault",
            status=422,
            title=rule.en,
            title_zh=rule.zh,
            mend=Said(en=rule.mend_en, zh=rule.mend_zh),
        )
    for kind in _kinds(errors.Refused):
        yield Entry(
            code=kind.code,
            kind="problem",
            status=problem.status_of(kind),
            title=kind.en,
            title_zh=kind.zh,
            mend=Said(en=kind.mend, zh=kind.mend_zh),
        )


def _kinds(base: type[errors.Refused]) -> Iterator[type[errors.Refused]]:
    yield base
    for kind in base.__subclasses__():
        yield from _kinds(kind)
