"""What the tests of webhooks share: a service whose clock is moved by hand, and who drives it."""

import base64
import hashlib
import hmac
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import httpx

from services.declaration import app
from services.declaration.jobs import delivering, feeding
from services.declaration.settings import Settings
from services.declaration.webhooks.posting import Poster
from shared.database import Database
from shared.service import Service
from tests import kits
from tests.factories import NOW
from tests.integration.access.scene import HandClock
from tests.integration.declaration.asking import filed
from tests.receiver import Got
from tests.unit.declaration.made import Told

OPEN = Settings(webhook_http=True, webhook_private=True, webhook_seconds=0.5)


class Hooked:
    """A declaration service, its broker, and the two jobs that bring receipts out."""

    def __init__(self, database: Database) -> None:
        self.clock = HandClock(NOW)
        self.service: Service = app.create(kits.kit(database, clock=self.clock), OPEN)
        self.poster: Poster = self.service.api.state.poster
        self.broker = kits.client(self.service)
        self.deliveries = kits.Deliveries(self.service)
        self.filed = 0

    def dispatcher(self) -> delivering.Dispatcher:
        """One process's."""
        return delivering.Dispatcher(self.service.kit, self.poster, draw=lambda: 1.0)

    async def call(self, method: str, path: str, body: Any = None) -> httpx.Response:
        """A call with a key of its own."""
        keyed = kits.keyed(str(uuid4()))
        return await self.broker.request(method, f"/v1/webhooks{path}", json=body, headers=keyed)

    async def done(self, method: str, path: str, body: Any = None) -> Any:
        """A call that succeeds; its answer."""
        answer = await self.call(method, path, body)
        assert answer.is_success, answer.text
        return answer.json()

    async def hook(self, url: str, **more: Any) -> Any:
        """A webhook at an endpoint that is well."""
        return await self.done("POST", "", {"url": url, **more})

    async def filing(self) -> Told:
        """A new filing, with what can be told of it."""
        self.filed += 1
        return Told(UUID((await filed(self.broker, reference=f"R{self.filed}"))["id"]))

    async def round(self) -> int:
        """Number what is new and send what is due, once; how many notices."""
        await feeding.once(self.service.kit)
        return await self.dispatcher().once()

    async def rounds(self) -> int:
        """The same until nothing is due."""
        sent = 0
        while some := await self.round():
            sent += some
        return sent

    def later(self, **time: float) -> None:
        """Both clocks go on."""
        self.clock.now += timedelta(**time)
        self.broker.headers.update(kits.client(self.service).headers)

    async def close(self) -> None:
        """Leave no connection open."""
        await self.broker.aclose()
        await self.poster.close()


def signed(got: Got, secret: str) -> bool:
    """Whether one of the request's signatures was made with the secret, as a receiver checks it."""
    key = base64.b64decode(secret.removeprefix("whsec_"))
    head = f"{got.headers['webhook-id']}.{got.headers['webhook-timestamp']}."
    wanted = base64.b64encode(hmac.digest(key, head.encode() + got.body, hashlib.sha256)).decode()
    return f"v1,{wanted}" in got.headers["webhook-signature"].split(" ")
