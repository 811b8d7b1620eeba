"""Who did what to a filing: broker, officer, or another service by what it told."""

from dataclasses import dataclass
from typing import Self

from shared.auth.principal import Principal, Role
from shared.contracts import catalogue
from shared.contracts.envelope import Event
from shared.contracts.values import Said

FILED = "file"
"""The act by which a filing begins: its first version and its first receipt."""
PRODUCERS = {each.name: each.producer for each in catalogue.CATALOGUE}


@dataclass(frozen=True)
class Actor:
    """Who acts: a role of an organisation, the agency of an officer, the subject of the token.

    Another service is of the role `service` and its own organisation; `subject` is the officer
    whom it names, else the service.
    """

    role: str
    organisation: str
    subject: str
    agency: str | None = None

    @classmethod
    def of(cls, who: Principal) -> Self:
        """The caller."""
        return cls(who.role.value, who.organisation, who.subject, who.agency)


@dataclass(frozen=True)
class Deed:
    """One act, its reason if one was given, and the id of the request or event that it came by."""

    act: str
    actor: Actor
    reason: Said | None = None
    cause: str | None = None


def told(event: Event, *, cause: str | None) -> Deed:
    """What another service did, by its event: the act is `<aggregate>.<event>`."""
    service = PRODUCERS[event.aggregate]
    actor = Actor(
        role=Role.SERVICE.value,
        organisation=service,
        subject=getattr(event, "officer", service),
        agency=getattr(event, "agency", None),
    )
    reason: Said | None = getattr(event, "reason", None)
    return Deed(f"{event.aggregate}.{event.name}", actor, reason=reason, cause=cause)
