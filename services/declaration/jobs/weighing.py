"""What a filing of a file comes to: the checks of any filing, and its faults in words of the file.

The same functions judge as for one that is filed alone.
"""

import json
from collections.abc import Callable, Iterable, Mapping
from typing import Any

import structlog

from services.declaration import commands, shaping
from services.declaration.accepting import Accepted
from services.declaration.bulk.rules import RULES
from services.declaration.commands import Draft
from services.declaration.domain.filing import Filing
from services.declaration.forms import FilingIn
from services.declaration.uploads import asked
from shared import errors
from shared.auth.principal import Principal
from shared.http import faults, problem, refusals
from shared.http.problem import ProblemError
from shared.ids import Ids
from shared.prepared import Row

log = structlog.get_logger()

_RULES = {rule.code: rule for rule in (*faults.RULES, *RULES)}


def weighed(
    row: Row,
    *,
    who: Principal,
    now: commands.Now,
    number: Callable[[], int],
    ids: Ids,
    sandbox: bool,
) -> Accepted | errors.Faults:
    """The accepted filing, or every fault: of cells, of shape and of content."""
    of_cells = tuple(_fault(each) for each in json.loads(row["faults"]))
    try:
        raw = row["document"].encode()
        form = shaping.shaped(FilingIn, raw, organisation=who.organisation, now=now)
        draft = Draft(form.content(), who=who, now=now)
        if not of_cells:
            (result,) = commands.accept([draft], number=number, ids=ids, sandbox=sandbox)
            return result
        found = commands.faults(draft.content, organisation=who.organisation, now=now)
    except errors.Faults as shape:
        found = shape.faults
    except errors.Refused as refused:
        return _alone(refused)
    except Exception:
        # One filing that cannot be judged must not keep the others; it is not filed.
        log.exception("a filing of a bulk file could not be judged", number=row["number"])
        return _alone(refusals.InternalError())
    spoilt = {each.pointer for each in of_cells if each.pointer}
    kept = (each for each in found if not _follows(each.pointer, spoilt))
    return errors.Faults(*commands.named(of_cells, now=now), *kept)


def _follows(pointer: str, spoilt: Iterable[str]) -> bool:
    return any(pointer == each or pointer.startswith(f"{each}/") for each in spoilt)


def _fault(told: Mapping[str, Any]) -> errors.Fault:
    facts = {"line": told["line"], "column": told["column"], **told["facts"]}
    return faults.fault(_RULES[told["code"]], pointer=told["pointer"], **facts)


def _alone(refused: errors.Refused) -> errors.Faults:
    return errors.Faults(
        errors.Fault(
            code=refused.code,
            pointer=refused.pointer,
            en=refused.en,
            zh=refused.zh,
            mend_en=refused.mend,
            mend_zh=refused.mend_zh,
            facts=refused.facts,
        )
    )


def outcome(row: Row, filed: Filing | errors.Refused) -> dict[str, Any]:
    """What is kept of it."""
    if isinstance(filed, Filing):
        told = {"filing_id": filed.id, "receipt_number": filed.receipt_number}
        return {"number": row["number"], "state": asked.FILED, **told}
    entries, _ = problem.entries(filed)
    places = json.loads(row["places"])
    return {
        "number": row["number"],
        "state": asked.REFUSED,
        "faults": [
            {**_where(each, row, places), **each.model_dump(mode="json")} for each in entries
        ],
    }


def _where(told: ProblemError, row: Row, places: Mapping[str, Any]) -> dict[str, Any]:
    """Line and column of the cell, or where one would stand that is missing."""
    if {"line", "column"} <= told.facts.keys():
        return {name: told.facts[name] for name in ("line", "column")}
    if told.pointer in places:
        line, column = places[told.pointer]
        return {"line": line, "column": column}
    names = (step for step in told.pointer.split("/")[1:] if not step.isdigit())
    around = told.pointer.rpartition("/")[0]
    beside = (at[0] for each, at in places.items() if around and each.startswith(f"{around}/"))
    return {"line": next(beside, row["first_line"]), "column": ".".join(names)}
