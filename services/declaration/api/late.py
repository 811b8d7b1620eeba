"""The sandbox's timeout: a filing is accepted at once, its answer comes late."""

import asyncio

from fastapi import Request, Response

from services.declaration.domain import sandbox
from services.declaration.settings import Settings
from shared.contracts.values import Sandbox
from shared.kit import Kit


async def answer(response: Response, request: Request, *, reference: str) -> Response:
    """The answer to a filing that was accepted; held back if its reference asks for that.

    What is sent again under the same idempotency key is answered at once: the key's answer is kept.
    """
    kit: Kit = request.app.state.kit
    settings: Settings = request.app.state.settings
    first = response.status_code == 201 and "Idempotency-Replayed" not in response.headers
    if kit.sandbox and first and sandbox.asked(reference) is Sandbox.TIMEOUT:
        await asyncio.sleep(settings.sandbox_timeout_seconds)
    return response
