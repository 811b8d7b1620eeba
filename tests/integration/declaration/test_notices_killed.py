"""A process that is killed while it sends neither loses a notice nor forgets one."""

import asyncio
import signal
import sys

import pytest

from services.declaration.jobs import feeding
from tests.conftest import ServiceDatabase
from tests.integration.declaration import killed
from tests.integration.declaration.hooks import Hooked
from tests.receiver import receiver

SENT = {"webhooks.claimed": 0, "webhooks.before_mark": 1}
"""What the endpoint had got when the process died."""


@pytest.mark.parametrize("point", SENT)
async def test_killed_at_its_crash_point_it_loses_no_notice(
    service_database: ServiceDatabase, point: str
) -> None:
    database = await service_database("declaration")
    hooked = Hooked(database)
    with receiver() as at:
        await hooked.hook(at.url)
        told = await hooked.filing()
        await hooked.deliveries.bring(told.determined(), told.confirmed())
        await feeding.once(hooked.service.kit)
        url = database.engine.url.render_as_string(hide_password=False)
        died = await asyncio.create_subprocess_exec(
            sys.executable, "-m", killed.__name__, url, point
        )
        assert await died.wait() == -signal.SIGKILL
        assert len(at.notices) == SENT[point]
        hooked.later(seconds=31)
        await hooked.rounds()
    doubled = 1 if point == "webhooks.before_mark" else 0
    assert [each.told[1] for each in at.notices] == [1] * doubled + [1, 2, 3]
    assert len({each.headers["webhook-id"] for each in at.notices}) == 3
    await hooked.close()
