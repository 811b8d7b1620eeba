"""Filings that arrive at the same time are accepted in one transaction.

Each is still checked, answered and refused by itself, and once for its idempotency key.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from starlette.responses import Response

from services.declaration import answers, commands
from services.declaration.answers import FilingOut
from services.declaration.commands import Draft
from services.declaration.domain.filing import Filing
from shared import errors
from shared.http import idempotency
from shared.http.idempotency import Answer, Attempt
from shared.kit import Kit
from shared.together import Together

AT_MOST = 32


@dataclass(frozen=True)
class Filed:
    """One request to file; `path` is where filings are found."""

    tried: Attempt
    draft: Draft
    path: str


Filer = Together[Filed, Response]


def create(kit: Kit) -> Filer:
    """The one of a process."""

    async def work(filed: Sequence[Filed]) -> Sequence[Response | Exception]:
        return await _file(kit, filed)

    return Together(work, at_most=AT_MOST)


async def _file(kit: Kit, filed: Sequence[Filed]) -> Sequence[Response | Exception]:
    async with kit.database.transaction() as session:
        outcomes: list[Response | Exception | None] = [
            *await idempotency.enter(session, [each.tried for each in filed])
        ]
        fresh = [number for number, known in enumerate(outcomes) if known is None]
        drafts = [filed[number].draft for number in fresh]
        results = await commands.file(session, drafts, ids=kit.ids)
        answers: list[tuple[int, Answer]] = []
        for number, result in zip(fresh, results, strict=True):
            if isinstance(result, errors.Refused):
                outcomes[number] = result
            else:
                answers.append((number, _answer(result, path=filed[number].path)))
        done = [(filed[number].tried, answer) for number, answer in answers]
        responses = await idempotency.save(session, done)
    for (number, _), response in zip(answers, responses, strict=True):
        outcomes[number] = response
    return [each for each in outcomes if each is not None]


def _answer(filing: Filing, *, path: str) -> Answer:
    return Answer(
        201, FilingOut.of(filing), {"Location": f"{path}/{filing.id}", "ETag": answers.tag(filing)}
    )
