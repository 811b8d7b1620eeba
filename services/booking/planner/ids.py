"""What bays, teams and gear are called in a problem."""

from services.booking.domain.resources import ALWAYS, Resource, sort_of


def of(yard: str, resource: Resource) -> str:
    """A resource's id: codes are a yard's own, a bay and a team may have the same, and what
    changes on a day is another from then.
    """
    since = "" if resource.days[0] == ALWAYS[0] else f"/{resource.days[0]}"
    return f"{yard}/{resource.code}/{sort_of(resource)}{since}"


def code(resource: str) -> str:
    """The yard's own code of it."""
    return resource.split("/")[1]
