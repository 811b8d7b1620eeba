"""Checking a filing without filing it: the same faults, and nothing is kept."""

from dataclasses import dataclass
from typing import Annotated, Self

from fastapi import APIRouter, Depends, Request
from pydantic import BaseModel

from services.declaration import commands
from services.declaration.api.filings import Broker, Declared
from services.declaration.forms import FilingIn
from shared import errors
from shared.http import body, problem
from shared.http.problem import ProblemError

router = APIRouter(prefix="/v1/filings", tags=["filings"])


class CheckOut(BaseModel):
    """What a filing would be refused for. Whether its reference is free is not looked at."""

    acceptable: bool
    faults: list[ProblemError]
    faults_left_out: int = 0

    @classmethod
    def of(cls, found: errors.Faults) -> Self:
        """The answer for the faults of a filing, which may be none."""
        faults, left_out = problem.entries(found)
        return cls(acceptable=not faults, faults=faults, faults_left_out=left_out)


@dataclass(frozen=True)
class Checked(body.Body):
    """Reads a filing and checks it. Raises only where it is no JSON (400, 413, 415)."""

    model: type[FilingIn] = FilingIn

    async def __call__(self, request: Request, who: Broker) -> errors.Faults:
        """Every fault, of shape and of content."""
        try:
            sent = await Declared(self.model)(request, who)
        except errors.Faults as found:
            return found
        content = sent.draft.content()
        return errors.Faults(
            *commands.faults(content, organisation=who.organisation, now=sent.ask.now)
        )


@router.post("/check")
async def check(found: Annotated[errors.Faults, Depends(Checked())]) -> CheckOut:
    """Tell every fault of a filing, of shape and of content alike, and file nothing."""
    return CheckOut.of(found)
