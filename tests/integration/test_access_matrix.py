"""Role x organisation x operation, derived from the OpenAPI documents; all of it is tried."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator

import httpx
import pytest

from services.cli import contracts
from shared.auth.principal import Role
from shared.database import Database
from tests.integration.access import common
from tests.integration.access.entries import ENTRIES, OPERATIONS
from tests.integration.access.people import EVERYBODY, Caller
from tests.integration.access.scene import Ask, Entry, Operation, Scene, listed

NewDatabase = Callable[[str], Awaitable[Database]]

PUBLIC = {
    "GET /problems",
    "GET /problems/{code}",
    "GET /v1/notices/keys",
    "GET /v1/calendars/{address}/bookings.ics",
    "GET /v1/evidence/{link}",
    "GET /v1/notices/{code}",
}
"""Of these the last three ask for an address that nobody can guess, instead of a token."""
NOT_FOUND = 404


@pytest.mark.parametrize("service", contracts.NAMES)
def test_every_operation_is_tried_and_nothing_else(service: str) -> None:
    told = {each.name for each in OPERATIONS if each.service == service}
    assert set(ENTRIES[service]) == told


def test_every_operation_but_what_is_for_everybody_names_its_roles() -> None:
    assert {each.name for each in OPERATIONS if each.roles is None} == PUBLIC
    assert not [each for each in OPERATIONS if each.writes and not each.roles]
    known = {str(role) for role in Role}
    assert not [each for each in OPERATIONS if not (each.roles or set()) <= known]


def test_the_callers_are_everybody_there_is() -> None:
    admitted = [who for who in EVERYBODY if who.admitted]
    assert {who.role for who in admitted} == set(Role)
    assert {who.role for who in EVERYBODY if who.age} == set(Role)


def _groups() -> Iterator[tuple[Operation, ...]]:
    """What can be tried on one database: each change alone, all that leaves things as they are."""
    for service in contracts.NAMES:
        told = [each for each in OPERATIONS if each.service == service]
        alone = [each for each in told if each.writes and each.name not in common.ENTRIES]
        yield tuple(each for each in told if each not in alone)
        yield from ((each,) for each in alone)


def _group_name(group: tuple[Operation, ...]) -> str:
    return f"{group[0].service} {group[0].name if len(group) == 1 else 'reads and operations'}"


@pytest.mark.parametrize("group", tuple(_groups()), ids=_group_name)
async def test_an_operation_admits_its_roles_for_their_own_things_alone(
    group: tuple[Operation, ...], service_database: NewDatabase
) -> None:
    scene = Scene(group[0].service, await service_database(group[0].service))
    wrong = {each.name: await _tried(scene, each) for each in group}
    assert {name: found for name, found in wrong.items() if found} == {}


async def _tried(scene: Scene, operation: Operation) -> dict[str, str]:
    """The operation called by everybody: who was answered wrongly, and how."""
    entry = ENTRIES[operation.service][operation.name]
    ask = await scene.arranged(entry.arrange)
    before = await scene.fingerprint()
    refused = [who for who in EVERYBODY if not _owns(who, operation, entry)]
    answers = await asyncio.gather(*(scene.ask(who, operation, ask) for who in refused))
    wrong = {
        who.name: _said(answer)
        for who, answer in zip(refused, answers, strict=True)
        if not _refused(answer, who, operation, entry)
    }
    if await scene.fingerprint() != before:
        wrong["who is refused"] = "changed something"
    return wrong or await _wrongly_refused(scene, operation, entry, ask)


def _owns(who: Caller, operation: Operation, entry: Entry) -> bool:
    if operation.roles is None:
        return True
    return who.admitted and who.role in operation.roles and who not in entry.strangers


def _refused(answer: httpx.Response, who: Caller, operation: Operation, entry: Entry) -> bool:
    """Whether it was refused for the right reason."""
    if not who.admitted:
        reason = "token_expired" if who.role else "token_missing"
        return (answer.status_code, answer.json()["code"]) == (401, reason)
    if who.role not in (operation.roles or ()):
        return (answer.status_code, answer.json()["code"]) == (403, "role_not_allowed")
    if entry.lists:
        return answer.status_code == 200 and listed(answer) == []
    return answer.status_code == NOT_FOUND


async def _wrongly_refused(
    scene: Scene, operation: Operation, entry: Entry, ask: Ask
) -> dict[str, str]:
    """Whom the thing is denied though it is theirs.

    The first must succeed. It may leave nothing to do for those after it: they get a conflict.
    """
    owners = [who for who in EVERYBODY if _owns(who, operation, entry)]
    owners.sort(key=lambda who: who != entry.succeeds)
    denied = {}
    for number, who in enumerate(owners):
        answer = await scene.ask(who, operation, ask)
        late = operation.writes and number > 0
        shown = not entry.lists or (answer.is_success and listed(answer) != [])
        if not shown or not (answer.is_success or (late and answer.status_code == 409)):
            denied[who.name] = _said(answer)
    assert owners, "an operation that admits nobody of ours is not tried"
    return denied


def _said(answer: httpx.Response) -> str:
    return f"{answer.status_code} {answer.text[:300]}"
