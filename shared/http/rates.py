"""How many requests a second one organisation may send: 429 beyond it, before anything is read."""

import ipaddress
import math
import time
from collections import OrderedDict
from collections.abc import Callable

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

from shared import errors
from shared.auth import guard
from shared.auth.principal import Principal, Role
from shared.auth.tokens import TokenChecker
from shared.clock import Clock
from shared.http import problem, refusals

PROBES = frozenset({"/livez", "/readyz"})
# Many people of different companies act for these; one agency is no single client.
SHARING = frozenset({Role.BROKER, Role.YARD})
IPV6_SITE = 64
ROUNDING = 1e-6
"""Seconds. Sums of moments are not exact: what is late by less is not late."""


class Rates:
    """A bucket of `burst` requests for each payer, filled with `per_second` of them.

    A bucket is the moment at which it will be full again (the generic cell rate algorithm). Kept
    in this process alone: behind n processes an organisation gets up to n times as much. The
    `payers` that called last are remembered; who is forgotten begins with a full bucket.
    """

    def __init__(self, *, per_second: float, burst: int, payers: int = 10_000) -> None:
        self.per_second = per_second
        self._each = 1 / per_second
        self._ahead = (burst - 1) / per_second
        self._payers = payers
        self._full_at: OrderedDict[str, float] = OrderedDict()

    def wait(self, payer: str, *, now: float) -> float:
        """0 if the payer may call, which takes one from its bucket; else the seconds until then.

        `now` is in seconds of a clock that never goes back.
        """
        full_at = max(self._full_at.get(payer, now), now)
        late = full_at - now - self._ahead
        if late > ROUNDING:
            return late
        self._full_at[payer] = full_at + self._each
        self._full_at.move_to_end(payer)
        if len(self._full_at) > self._payers:
            self._full_at.popitem(last=False)
        return 0.0


class RateLimit:
    """ASGI middleware: holds everyone to the rates, but programs with the role `service`.

    Brokers and yards share their organisation's bucket; people of the agencies have one each; who
    shows no valid token shares that of the address it comes from.
    """

    def __init__(
        self,
        app: ASGIApp,
        *,
        rates: Rates,
        tokens: TokenChecker,
        clock: Clock,
        timer: Callable[[], float] = time.monotonic,
    ) -> None:
        self.app = app
        self.rates = rates
        self.tokens = tokens
        self.clock = clock
        self.timer = timer

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer 429 with `Retry-After` (whole seconds), or pass the request on."""
        if scope["type"] == "http" and _path(scope) not in PROBES:
            payer = await self._payer(scope)
            wait = self.rates.wait(payer, now=self.timer()) if payer else 0.0
            if wait > 0:
                refused = refusals.TooManyRequests(per_second=self.rates.per_second)
                headers = {"Retry-After": str(math.ceil(wait))}
                await problem.response(refused, scope, headers=headers)(scope, receive, send)
                return
        await self.app(scope, receive, send)

    async def _payer(self, scope: Scope) -> str | None:
        """Whose bucket it is; None for nobody's."""
        try:
            token = guard.bearer(Headers(scope=scope))
            who = await self.tokens.check(token, self.clock.wall())
        except errors.Refused:
            return f"address {_site(scope)}"
        return _bucket(who)


def _bucket(who: Principal) -> str | None:
    if who.role is Role.SERVICE:
        return None
    if who.role in SHARING:
        return f"organisation {who.organisation}"
    return f"person {who.office} {who.subject}"


def _site(scope: Scope) -> str:
    """The client's address; of IPv6 the part that one customer of a provider has."""
    host = str((scope.get("client") or ("unknown",))[0])
    if ":" not in host:
        return host
    try:
        return str(ipaddress.ip_network((host, IPV6_SITE), strict=False))
    except ValueError:
        return host


def _path(scope: Scope) -> str:
    """The path within the application, which may be mounted in another."""
    return str(scope["path"]).removeprefix(scope.get("root_path", ""))
