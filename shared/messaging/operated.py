"""What the operators' routes of a service work on, besides its kit."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Annotated

from fastapi import Depends, Request
from sqlalchemy.ext.asyncio import AsyncConnection

from shared.messaging import inbox

Check = Callable[[AsyncConnection], Awaitable[list[str]]]
"""What breaks an invariant; nothing, where it holds."""


@dataclass(frozen=True)
class Verdict:
    """What several invariants come to: what breaks each, by its name. `told` breaks none."""

    broken: Mapping[str, list[str]] = field(default_factory=dict)
    told: Sequence[str] = ()


Pass = Callable[[], Awaitable[Verdict]]
"""Looks at several invariants at once, over connections of its own: it may take minutes."""


@dataclass(frozen=True)
class Operated:
    """A service's handlers, its invariants by name, and the services whose events it follows."""

    handlers: inbox.Handlers
    checks: Mapping[str, Check]
    producers: Sequence[str]
    passes: Sequence[Pass] = ()


async def operated_of(request: Request) -> Operated:
    """Of the application that answers."""
    operated: Operated = request.app.state.operated
    return operated


TheOperated = Annotated[Operated, Depends(operated_of)]
