"""Who calls: one of each role, of the consignment's own organisation and of another."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache

from shared.auth.principal import Role
from tests import factories, kits

YARD = "CNTAO-Y1"
OTHER_YARD = "CNTAO-Y2"
DAY = timedelta(days=1)


@dataclass(frozen=True)
class Caller:
    """Somebody who calls; without a role there is no token, `age` is how long ago it was issued."""

    name: str
    role: Role | None = None
    org: str = ""
    agency: str | None = None
    age: timedelta = timedelta(0)

    @property
    def admitted(self) -> bool:
        """Whether the token is worth anything."""
        return self.role is not None and not self.age

    def headers(self, now: datetime) -> dict[str, str]:
        """The token as it is sent, minted for a day."""
        if self.role is None:
            return {}
        return {"Authorization": f"Bearer {_token(self, now - self.age)}"}


@cache
def _token(caller: Caller, issued: datetime) -> str:
    assert caller.role is not None
    return kits.token_issuer().mint(
        caller.role,
        organisation=caller.org,
        agency=caller.agency,
        subject=caller.name,
        now=issued,
        lifetime=DAY,
    )


BROKER = Caller("broker", Role.BROKER, factories.BROKER)
OTHER_BROKER = Caller("broker of another company", Role.BROKER, factories.OTHER_BROKER)
YARD_STAFF = Caller("yard", Role.YARD, YARD)
OTHER_YARD_STAFF = Caller("staff of another yard", Role.YARD, OTHER_YARD)
CUSTOMS = Caller("officer of customs", Role.OFFICER, "customs", "customs")
QUARANTINE = Caller("officer of quarantine", Role.OFFICER, "quarantine", "quarantine")
HEAD_OF_CUSTOMS = Caller("supervisor of customs", Role.SUPERVISOR, "customs", "customs")
HEAD_OF_QUARANTINE = Caller("supervisor of quarantine", Role.SUPERVISOR, "quarantine", "quarantine")
AUDITOR = Caller("auditor", Role.AUDITOR, "audit")
SERVICE = Caller("service", Role.SERVICE, "onestop")
NOBODY = Caller("nobody")
EXPIRED = tuple(
    Caller(f"expired {role}", role, "customs", _of, 2 * DAY)
    for role, _of in (
        (Role.BROKER, None),
        (Role.YARD, None),
        (Role.OFFICER, "customs"),
        (Role.SUPERVISOR, "customs"),
        (Role.AUDITOR, None),
        (Role.SERVICE, None),
    )
)

STRANGERS = frozenset({OTHER_BROKER, OTHER_YARD_STAFF})

EVERYBODY = (
    BROKER,
    OTHER_BROKER,
    YARD_STAFF,
    OTHER_YARD_STAFF,
    CUSTOMS,
    QUARANTINE,
    HEAD_OF_CUSTOMS,
    HEAD_OF_QUARANTINE,
    AUDITOR,
    SERVICE,
    NOBODY,
    *EXPIRED,
)
