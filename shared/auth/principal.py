"""Who asks: the subject of a checked token, its role and the organisation it acts for."""

import re
from dataclasses import dataclass
from enum import StrEnum

AGENCY = re.compile(r"[a-z][a-z_]{1,31}")
TEXT_MAX = 255
ORGANISATION_MAX = 64


class Role(StrEnum):
    """What a principal may do; each operation names the roles it admits."""

    BROKER = "broker"
    YARD = "yard"
    OFFICER = "officer"
    SUPERVISOR = "supervisor"
    AUDITOR = "auditor"
    SERVICE = "service"


OF_AN_AGENCY = frozenset({Role.OFFICER, Role.SUPERVISOR})


@dataclass(frozen=True, slots=True)
class Principal:
    """One authenticated caller.

    `organisation` is the unified social credit code of a broker's company, the yard's code for
    yard staff, and any name for the others. `agency` is set for officers and supervisors alone
    (agencies are data, so that a third can be added by configuration). Raises `ValueError` for
    values that no caller may have.
    """

    subject: str
    role: Role
    organisation: str
    agency: str | None = None

    def __post_init__(self) -> None:
        _printable("sub", self.subject, limit=TEXT_MAX)
        _printable("org", self.organisation, limit=ORGANISATION_MAX)
        if self.role in OF_AN_AGENCY:
            if self.agency is None or not AGENCY.fullmatch(self.agency):
                raise ValueError(f"agency: a {self.role} needs one such as 'customs'")
        elif self.agency is not None:
            raise ValueError(f"agency: a {self.role} has none")

    @property
    def office(self) -> str:
        """Whose idempotency keys it uses: agencies may share an organisation, not their keys."""
        return f"{self.organisation}/{self.agency}" if self.agency else self.organisation


def _printable(claim: str, text: str, *, limit: int) -> None:
    if not 1 <= len(text) <= limit:
        raise ValueError(f"{claim}: between 1 and {limit} characters")
    if not text.isprintable() or text != text.strip():
        raise ValueError(f"{claim}: printable characters, without spaces around them")
