"""Strict reading of a whole query: every fault of every parameter is told at once.

FastAPI's own parameters take the last of several values, and what no operation names is refused
before their faults are looked for. An operation with many parameters declares them like this:

    asked: Annotated[FindIn, query_of(FindIn)]

Put the parameter that checks the token before it: dependencies are solved in order.
"""

from dataclasses import dataclass
from typing import Any, TypeVar

from fastapi import Depends, Request
from pydantic import BaseModel, ConfigDict, ValidationError

from shared import errors
from shared.http import faults

Model = TypeVar("Model", bound=BaseModel)


class Parameters(BaseModel):
    """The parameters of a query, which arrive as text: no unknown names, frozen."""

    model_config = ConfigDict(extra="forbid", frozen=True)


@dataclass(frozen=True)
class Query:
    """A dependency that reads the query as `model`; `openapi.document` finds it in the routes."""

    model: type[BaseModel]

    async def __call__(self, request: Request) -> BaseModel:
        """The parameters. Raises `Faults` (422, all at once)."""
        return parse(self.model, request.query_params.multi_items())


def query_of(model: type[BaseModel]) -> Any:
    """The marker of a route's query: `asked: Annotated[FindIn, query_of(FindIn)]`."""
    return Depends(Query(model))


def parse(model: type[Model], sent: list[tuple[str, str]], *, at: str = "/query") -> Model:
    """Validate the names and values of a query as `model`; `at` is where they stand.

    Raises `Faults`.
    """
    values = dict(reversed(sent))
    names = [name for name, _ in sent]
    twice = [name for name in values if name in model.model_fields and names.count(name) > 1]
    wrong = [faults.fault(faults.REPEATED, pointer=f"{at}/{name}") for name in twice]
    try:
        read = model.model_validate(values)
    except ValidationError as invalid:
        found = invalid.errors(include_input=False, include_url=False)
        told = faults.of(found, document=values, at=at)
        raise errors.Faults(*wrong, *told.faults, left_out=told.left_out) from None
    if wrong:
        raise errors.Faults(*wrong)
    return read
