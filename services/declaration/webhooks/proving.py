"""Whether an endpoint wants to be told: it answers a signed challenge with the challenge."""

import json
from collections.abc import Callable, Sequence
from datetime import datetime

from pydantic_core import to_json

from services.declaration.webhooks import signing
from services.declaration.webhooks.posting import Answered, Poster
from shared import errors
from shared.ids import Ids


class WebhookNotProven(errors.Invalid):
    """The webhook's endpoint did not answer the challenge."""

    zh = "回调地址未能应答验证请求。"
    mend = (
        'Let it answer the POST with 2xx and {"challenge": "…"} as it was sent, without redirect.'
    )
    mend_zh = '请使该地址以 2xx 应答 POST 请求，并原样返回 {"challenge": "…"}，且不得重定向。'


async def challenge(
    poster: Poster,
    url: str,
    *,
    secrets: Sequence[str],
    random: Callable[[int], bytes],
    ids: Ids,
    now: datetime,
) -> None:
    """Raises WebhookNotProven, with what came instead."""
    wanted = random(24).hex()
    body = {"type": "webhook.challenge", "timestamp": now, "challenge": wanted}
    answered = await _signed(poster, url, body, secrets=secrets, ids=ids, now=now)
    if answered.error is not None:
        facts = {} if answered.status is None else {"status": answered.status}
        raise WebhookNotProven(pointer="/url", error=answered.error, **facts)
    if not _echoes(answered.body, wanted):
        raise WebhookNotProven(pointer="/url", error="another_answer")


def _echoes(answer: bytes, wanted: str) -> bool:
    try:
        found = json.loads(answer)
    except (ValueError, RecursionError):
        return False
    return isinstance(found, dict) and found.get("challenge") == wanted


async def test(
    poster: Poster, url: str, *, secrets: Sequence[str], ids: Ids, now: datetime
) -> Answered:
    """Send a notice of nothing."""
    body = {"type": "webhook.test", "timestamp": now, "data": {}}
    return await _signed(poster, url, body, secrets=secrets, ids=ids, now=now)


async def _signed(
    poster: Poster,
    url: str,
    body: dict[str, object],
    *,
    secrets: Sequence[str],
    ids: Ids,
    now: datetime,
) -> Answered:
    sent = to_json(body)
    headers = signing.headers(str(ids()), sent, secrets=secrets, now=now)
    return await poster.post(url, sent, headers=headers)
