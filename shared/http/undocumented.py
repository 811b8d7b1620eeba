"""What an operation's document does not name is refused, not passed over.

A parameter that is misspelt, or a body where none is taken, would otherwise be answered as if
the client had not said it: `?stauts=open` with every case there is.
"""

from typing import Any, NamedTuple

from fastapi import Depends, Request
from fastapi.dependencies.models import Dependant

from shared import errors
from shared.http import body, faults, model, query


class Nothing(model.StrictModel):
    """The body of an operation that takes none: nothing, or an empty object."""


async def refuse(request: Request) -> None:
    """Raises `Faults` (422), and for a body whatever `shared.http.body` does."""
    dependant = _dependant(request)
    if dependant is None:
        return
    taken = _taken(dependant)
    if request.scope["query_string"] and not taken.whole_query:
        unknown = [name for name in request.query_params if name not in taken.query]
        if unknown:
            raise errors.Faults(*(_fault(name) for name in unknown[: faults.MAX_FAULTS]))
    if not taken.body and request.method not in _READING and await request.body():
        await body.JsonBody(Nothing)(request)


REFUSED = Depends(refuse)
"""For an application's `dependencies=[...]`: holds for each of its operations."""

_READING = frozenset({"GET", "HEAD", "OPTIONS"})


def _dependant(request: Request) -> Dependant | None:
    found: Any = getattr(request.scope.get("route"), "dependant", None)
    return found if isinstance(found, Dependant) else None


class _Taken(NamedTuple):
    """What an operation takes. Holds its `dependant`, so that no other gets the same address.

    An operation that reads its `whole_query` refuses unknown names itself, with its other faults.
    """

    dependant: Dependant
    query: frozenset[str]
    whole_query: bool
    body: bool


_KNOWN: dict[int, _Taken] = {}


def _taken(dependant: Dependant) -> _Taken:
    """Found once for each operation: an application has its operations for good."""
    known = _KNOWN.get(id(dependant))
    if known is None:
        every = _all(dependant)
        known = _KNOWN[id(dependant)] = _Taken(
            dependant,
            query=frozenset(field.alias for each in every for field in each.query_params),
            whole_query=any(isinstance(each.call, query.Query) for each in every),
            body=any(isinstance(each.call, body.Body | body.OtherBody) for each in every),
        )
    return known


def _all(dependant: Dependant) -> list[Dependant]:
    return [dependant, *(below for each in dependant.dependencies for below in _all(each))]


def _fault(name: str) -> errors.Fault:
    return faults.fault(faults.UNKNOWN_FIELD, pointer=faults.pointer(("query", name)))
