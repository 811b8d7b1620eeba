"""The people of an embedded instance: one of each role, with a token."""

from datetime import datetime, timedelta

from shared.auth.issuer import Issuer
from shared.auth.principal import Role

DEMO_BROKER = "91370212MA3D4E5F65"
DEMO_YARD = "CNTAO-Y1"
LIFETIME = timedelta(hours=12)

PEOPLE: dict[str, tuple[Role, str, str | None]] = {
    "broker": (Role.BROKER, DEMO_BROKER, None),
    "yard": (Role.YARD, DEMO_YARD, None),
    "officer.customs": (Role.OFFICER, "customs", "customs"),
    "officer.quarantine": (Role.OFFICER, "quarantine", "quarantine"),
    "supervisor.customs": (Role.SUPERVISOR, "customs", "customs"),
    "supervisor.quarantine": (Role.SUPERVISOR, "quarantine", "quarantine"),
    "auditor": (Role.AUDITOR, "audit", None),
    "service": (Role.SERVICE, "onestop", None),
}


def tokens(issuer: Issuer, *, now: datetime, lifetime: timedelta = LIFETIME) -> dict[str, str]:
    """A token for each of `PEOPLE`, valid from `now` (wall time)."""
    return {
        name: issuer.mint(
            role,
            organisation=organisation,
            agency=agency,
            subject=f"demo-{name.replace('.', '-')}",
            now=now,
            lifetime=lifetime,
        )
        for name, (role, organisation, agency) in PEOPLE.items()
    }
