"""A company is suspended at once, by hand or by policy, and that is lifted by another hand."""

from collections.abc import Callable
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from services.mutual_recognition import registers, suspensions
from services.mutual_recognition.commands.desk import Desk
from services.mutual_recognition.decision_tables import kinds
from services.mutual_recognition.domain import changes, events, refusals
from services.mutual_recognition.rules import suspending
from services.mutual_recognition.rules.matter import Change


async def suspend(
    session: AsyncSession,
    *,
    uscc: str,
    agency: str,
    grounds: str,
    way_back: str,
    by: str,
    come_to: Callable[[], Desk],
) -> UUID:
    """From now on nothing of this company is recognised, nor what is expected to be already.

    Waits for what is being concluded of the company, and only then comes to the desk: so what was
    recognised before is so in the record too.
    Raises `UnknownAgency`, `NoSuchCompany`, `AlreadySuspended`.
    """
    if not await registers.lock_company(session, uscc):
        raise refusals.NoSuchCompany(uscc=uscc)
    desk = come_to()
    if agency not in desk.book.agencies.names:
        raise refusals.UnknownAgency(agency=agency)
    if await suspensions.is_suspended_by_hand(session, uscc, agency=agency):
        raise refusals.AlreadySuspended(uscc=uscc, agency=agency)
    suspension_id = desk.ids()
    await suspensions.add(
        session,
        suspension_id,
        uscc=uscc,
        agency=agency,
        grounds=grounds,
        way_back=way_back,
        by=by,
        now=desk.now,
    )
    return suspension_id


async def judged(
    session: AsyncSession, concluded: Change, *, desk: Desk
) -> suspensions.ByPolicy | None:
    """What the policy says of the last conclusion, if that suspends the consignee.

    A company that is not registered has no rating that could be suspended, and what is no real
    cargo says nothing of a company.
    """
    required, conclusion = concluded.matter.requirement, concluded.matter.conclusions[-1]
    consignment = required.consignment
    in_force = await desk.book.in_force(session, (kinds.SUSPENSION,), on=desk.on)
    policy = in_force.get(kinds.SUSPENSION)
    if policy is None or consignment.sandbox is not None:
        return None
    known = suspending.asked(concluded)
    found = suspending.judge(known, policy, on=desk.on)
    uscc = consignment.consignee.uscc
    if found is None or not await registers.lock_company(session, uscc):
        return None
    return suspensions.ByPolicy(
        uscc=uscc,
        agency=conclusion.agency,
        filing_id=required.filing_id,
        conclusion=conclusion.number,
        policy=policy.version,
        known=known,
        on=desk.on,
        suspending=found,
    )


async def by_policy(
    session: AsyncSession, concluded: Change, given: suspensions.ByPolicy, *, desk: Desk
) -> Change:
    """Suspend the consignee as the policy says, and tell it, unless that is so already.

    What was found suspends once, though it is judged again with each conclusion on its filing.
    """
    if await suspensions.is_suspended_alike(session, given):
        return concluded
    required, found = concluded.matter.requirement, given.suspending
    suspension_id = desk.ids()
    await suspensions.add_by_policy(session, suspension_id, given, now=desk.now)
    told = events.company_suspended(
        required,
        suspension_id,
        agency=given.agency,
        reason=found.reason,
        way_back=found.way_back,
        liftable_from=found.liftable_from,
    )
    return concluded.required(changes.tell_suspension(required, told))


async def lift(
    session: AsyncSession,
    suspension_id: UUID,
    *,
    uscc: str,
    agency: str,
    grounds: str,
    by: str,
    desk: Desk,
) -> None:
    """The company has gone its way back: what its rating was counts again.

    Raises `NoSuchSuspension` (also for another agency's), `SuspensionLifted`,
    `SuspenderCannotLift`, and `SuspensionLasts` before the day that the policy says.
    """
    found = await suspensions.locked(session, uscc, suspension_id)
    if found is None or found["agency"] != agency:
        raise refusals.NoSuchSuspension(suspension=suspension_id)
    if found["lifted_at"] is not None:
        raise refusals.SuspensionLifted(lifted_by=found["lifted_by"])
    if found["suspended_by"] == by:
        raise refusals.SuspenderCannotLift(suspended_by=by)
    if found["liftable_from"] is not None and desk.on < found["liftable_from"]:
        raise refusals.SuspensionLasts(liftable_from=found["liftable_from"].isoformat())
    await suspensions.lift(session, suspension_id, by=by, because=grounds, now=desk.now)
