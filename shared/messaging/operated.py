"""What the operators' routes of a service work on, besides its kit."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Request
from sqlalchemy.ext.asyncio import AsyncConnection

from shared.messaging import inbox

Check = Callable[[AsyncConnection], Awaitable[list[str]]]
"""What breaks an invariant; nothing, where it holds."""


@dataclass(frozen=True)
class Operated:
    """A service's handlers, its invariants by name, and the services whose events it follows."""

    handlers: inbox.Handlers
    checks: Mapping[str, Check]
    producers: Sequence[str]


async def operated_of(request: Request) -> Operated:
    """Of the application that answers."""
    operated: Operated = request.app.state.operated
    return operated


TheOperated = Annotated[Operated, Depends(operated_of)]
