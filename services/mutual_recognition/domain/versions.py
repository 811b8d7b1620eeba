"""The states of a rule table's version: drafted, in review, then published or rejected for good."""

from collections.abc import Mapping
from enum import StrEnum

from services.mutual_recognition.domain import refusals


class Status(StrEnum):
    """Where a version stands. Its rows change only while it is a draft."""

    DRAFT = "draft"
    IN_REVIEW = "in_review"
    PUBLISHED = "published"
    REJECTED = "rejected"


class Act(StrEnum):
    """What can be done to a version."""

    REPLACE = "replace"
    TRY = "try"
    SUBMIT = "submit"
    APPROVE = "approve"
    PUBLISH = "publish"
    REJECT = "reject"


MOVES: Mapping[tuple[Status, Act], Status] = {
    (Status.DRAFT, Act.REPLACE): Status.DRAFT,
    (Status.DRAFT, Act.SUBMIT): Status.IN_REVIEW,
    (Status.DRAFT, Act.REJECT): Status.REJECTED,
    # A draft may change under its trial; what is in review stays as it is.
    (Status.IN_REVIEW, Act.TRY): Status.IN_REVIEW,
    (Status.IN_REVIEW, Act.APPROVE): Status.IN_REVIEW,
    # Once every agency that takes part has approved.
    (Status.IN_REVIEW, Act.PUBLISH): Status.PUBLISHED,
    (Status.IN_REVIEW, Act.REJECT): Status.REJECTED,
}
_REFUSED = {Status.DRAFT: refusals.NotInReview, Status.IN_REVIEW: refusals.InReview}


def moved(status: Status, act: Act, *, name: str, number: int) -> Status:
    """The status after `act`. Raises `NotInReview`, `InReview` or `NoDraft`."""
    target = MOVES.get((status, act))
    if target is None:
        raise _REFUSED.get(status, refusals.NoDraft)(name=name, version=number)
    return target
