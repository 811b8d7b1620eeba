"""A request that changes something: done once for its idempotency key, at one desk."""

from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Request, Response

from services.mutual_recognition.api.books import TheBook
from services.mutual_recognition.commands import desk as desks
from services.mutual_recognition.commands.desk import Desk
from shared.auth.principal import Principal
from shared.http import idempotency
from shared.http.idempotency import Work
from shared.kit import Kit, kit_of


@dataclass(frozen=True)
class Asked:
    """The request, and the desk as it is when it came."""

    request: Request
    kit: Kit
    desk: Desk

    def later(self) -> Desk:
        """The desk as it is once something was waited for."""
        return desks.at(self.kit, self.desk.book)

    async def keep(self, who: Principal, work: Work) -> Response:
        """Do the work once for the request's idempotency key."""
        return await idempotency.once(
            self.request,
            database=self.kit.database,
            owner=who.office,
            now=self.desk.now,
            work=work,
        )


async def asked(request: Request, book: TheBook, kit: Annotated[Kit, Depends(kit_of)]) -> Asked:
    """The request that is answered; not the class itself, which would be made in a thread."""
    return Asked(request=request, kit=kit, desk=desks.at(kit, book))


Ask = Annotated[Asked, Depends(asked)]
