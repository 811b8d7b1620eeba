"""Who may call an operation, and whose things a caller sees.

    @router.get("/filings/{filing_id}")
    async def read(who: Annotated[Principal, guard.allowed(Role.BROKER, Role.AUDITOR)], ...)

Name `who` before the body among the parameters: FastAPI resolves them in order, and a stranger
should be told 401 rather than what is wrong with the document.
"""

from dataclasses import dataclass
from typing import Any

from fastapi import Request, params
from fastapi.dependencies.models import Dependant
from starlette.datastructures import Headers

from shared import errors as refusals
from shared.auth import errors
from shared.auth.principal import Principal, Role

# Whoever is not in this set is held to its own organisation.
SEES_ALL = frozenset({Role.OFFICER, Role.SUPERVISOR, Role.AUDITOR, Role.SERVICE})


@dataclass(frozen=True)
class Guard:
    """The dependency that checks the token and admits some roles.

    It finds the checker at `app.state.token_checker` and wall time at `app.state.clock`.
    """

    roles: frozenset[Role]

    async def __call__(self, request: Request) -> Principal:
        """The caller. Raises Unauthenticated, RoleNotAllowed, Unavailable."""
        state = request.app.state
        who: Principal = await state.token_checker.check(
            bearer(request.headers), state.clock.wall()
        )
        if who.role not in self.roles:
            raise errors.RoleNotAllowed(role=who.role.value, allowed=sorted(self.roles))
        return who


def allowed(*roles: Role) -> params.Depends:
    """Admits these roles: `who: Annotated[Principal, allowed(Role.BROKER)]`."""
    if not roles:
        raise ValueError("an operation that admits nobody is no operation")
    return params.Depends(Guard(frozenset(roles)))


def roles_of(route: Any) -> frozenset[Role] | None:
    """The roles that a route (or FastAPI's route context) admits; None if it asks for no token."""
    dependant = getattr(route, "dependant", None)
    found = _guards(dependant) if isinstance(dependant, Dependant) else []
    if not found:
        return None
    return frozenset.intersection(*(guard.roles for guard in found))


def own(who: Principal, organisation: str, *, missing: refusals.NotFound) -> None:
    """Raises `missing` unless the thing is of the caller's organisation or the caller sees all.

    `missing` must be what an unknown id raises: another company's thing is never confirmed.
    """
    if who.role not in SEES_ALL and who.organisation != organisation:
        raise missing


def limited_to(who: Principal) -> str | None:
    """The one organisation whose things a list may show this caller; None for all."""
    return None if who.role in SEES_ALL else who.organisation


def bearer(headers: Headers) -> str:
    """The token that a request carries. Raises TokenMissing, TokenMalformed."""
    sent = headers.getlist("authorization")
    if not sent:
        raise errors.TokenMissing
    scheme, _, token = sent[0].partition(" ")
    if len(sent) > 1 or scheme.lower() != "bearer":
        raise errors.TokenMalformed
    return token.strip(" ")


def _guards(dependant: Dependant) -> list[Guard]:
    here = [dependant.call] if isinstance(dependant.call, Guard) else []
    return here + [guard for child in dependant.dependencies for guard in _guards(child)]
