"""Filings that arrive at the same time are accepted in one statement.

Each is still checked, answered and refused by itself, and once for its idempotency key. Nearly all
are new and right; what is not, is looked at again in a transaction that tells why.
"""

from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from uuid import UUID

from starlette.responses import Response

from services.declaration import accepting, commands
from services.declaration.accepting import Accepted, Keyed
from services.declaration.commands import Draft
from services.declaration.domain.filing import Filing
from shared import errors
from shared.http import idempotency
from shared.http.idempotency import Answer, Attempt
from shared.kit import Kit
from shared.together import Together

AT_MOST = 32
SIDE_BY_SIDE = 2
"""While the database writes one batch, the next one is checked."""
NUMBERS_AT_ONCE = 256
"""Numbers of receipts that are taken from the database together; what a process does not use until
it ends is left out."""


@dataclass(frozen=True)
class Filed:
    """One request to file, and how it is answered once it is filed."""

    tried: Attempt
    draft: Draft
    answer: Callable[[Filing], Answer]


@dataclass(frozen=True)
class Checked:
    """The same, and what came of the checks."""

    filed: Filed
    result: Accepted | errors.Faults

    @property
    def filing_id(self) -> UUID | None:
        """Of what was accepted."""
        return self.result.step.filing.id if isinstance(self.result, Accepted) else None


Filer = Together[Filed, Response]


def create(kit: Kit) -> Filer:
    """The one of a process."""
    return Together(_Desk(kit).file, at_most=AT_MOST, side_by_side=SIDE_BY_SIDE)


class _Desk:
    def __init__(self, kit: Kit) -> None:
        self._kit = kit
        self._numbers: deque[int] = deque()

    async def file(self, filed: Sequence[Filed]) -> Sequence[Response | Exception]:
        await self._number(len(filed))
        results = commands.accept(
            [each.draft for each in filed],
            number=self._numbers.popleft,
            ids=self._kit.ids,
            sandbox=self._kit.sandbox,
        )
        checked = [Checked(*pair) for pair in zip(filed, results, strict=True)]
        done = await self._at_once(checked)
        left = [each for each in checked if each.filing_id not in done]
        told = iter(await self._told(left) if left else ())
        return [
            next(told) if each.filing_id is None else done.get(each.filing_id) or next(told)
            for each in checked
        ]

    async def _number(self, count: int) -> None:
        if len(self._numbers) < count:
            async with self._kit.database.single() as connection:
                self._numbers.extend(await accepting.numbers(connection, NUMBERS_AT_ONCE))

    async def _at_once(self, checked: Sequence[Checked]) -> dict[UUID, Response]:
        """File what is right and new; the answers by the filings' ids."""
        new: dict[tuple[str, str], Keyed] = {}
        for each in checked:
            tried, result = each.filed.tried, each.result
            if isinstance(result, Accepted):
                answer = each.filed.answer(result.step.filing)
                new.setdefault((tried.owner, tried.key), Keyed(result, tried, answer))
        if not new:
            return {}
        # In one order, or two batches with the same references would wait for each other.
        ordered = sorted(new.values(), key=lambda each: each.accepted.step.filing.reference)
        async with self._kit.database.single() as connection:
            return dict(await accepting.insert_keyed(connection, ordered))

    async def _told(self, checked: Sequence[Checked]) -> Sequence[Response | Exception]:
        """The rest: what is answered again, refused, or has a key that was held a moment ago."""
        async with self._kit.database.transaction() as session:
            outcomes: list[Response | Exception | None] = [
                *await idempotency.enter(session, [each.filed.tried for each in checked])
            ]
            fresh = [number for number, known in enumerate(outcomes) if known is None]
            tried = [checked[number].result for number in fresh]
            results = await commands.store_accepted(session, tried)
            answers: list[tuple[int, Answer]] = []
            for number, result in zip(fresh, results, strict=True):
                if isinstance(result, errors.Refused):
                    outcomes[number] = result
                else:
                    answers.append((number, checked[number].filed.answer(result)))
            done = [(checked[number].filed.tried, answer) for number, answer in answers]
            responses = await idempotency.save(session, done) if done else []
        for (number, _), response in zip(answers, responses, strict=True):
            outcomes[number] = response
        return [each for each in outcomes if each is not None]
