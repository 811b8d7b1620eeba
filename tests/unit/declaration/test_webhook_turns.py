"""Whoever has many endpoints asked at once waits for itself."""

import asyncio

from services.declaration.webhooks.turns import Turns


async def test_a_company_s_requests_wait_for_each_other_and_for_nobody_else_s() -> None:
    turns, hang, begun = Turns(2), asyncio.Event(), []

    async def ask(organisation: str) -> None:
        async with turns.of(organisation):
            begun.append(organisation)
            await hang.wait()

    tasks = [asyncio.create_task(ask(each)) for each in "AAAAB"]
    for _ in range(10):
        await asyncio.sleep(0)
    assert begun == ["A", "A", "B"]
    hang.set()
    await asyncio.gather(*tasks)
    assert sorted(begun) == list("AAAAB")
    assert not turns._of, "forgotten"
