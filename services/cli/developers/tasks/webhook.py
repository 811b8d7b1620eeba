import base64
import hashlib
import hmac
import json
import os
import threading
import time
import uuid
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import httpx

api = httpx.Client(
    base_url=os.environ.get("ONESTOP_URL", "http://127.0.0.1:8650"),
    headers={"Authorization": f"Bearer {os.environ['ONESTOP_TOKEN']}"},
    timeout=60,
)
KEY = os.urandom(32)
verified = threading.Event()


def is_genuine(headers, body):
    """Standard Webhooks: signed is `id.timestamp.body`; nothing older than five minutes."""
    sent = headers["webhook-timestamp"]
    signed = f"{headers['webhook-id']}.{sent}.".encode() + body
    expected = base64.b64encode(hmac.digest(KEY, signed, hashlib.sha256)).decode()
    given = (each.removeprefix("v1,") for each in headers["webhook-signature"].split())
    fresh = abs(time.time() - int(sent)) < 300
    return fresh and any(hmac.compare_digest(each, expected) for each in given)


class Endpoint(BaseHTTPRequestHandler):
    def do_POST(self):
        body = self.rfile.read(int(self.headers["content-length"]))
        if not is_genuine(self.headers, body):
            self.send_response(401)
            self.end_headers()
            return
        notice = json.loads(body)
        self.send_response(200)
        self.end_headers()
        self.wfile.write(json.dumps({"challenge": notice.get("challenge")}).encode())
        if notice["type"] == "webhook.test":
            verified.set()


# In production this is an https address of the internet, and the secret is kept with your others.
endpoint = ThreadingHTTPServer(("127.0.0.1", 0), Endpoint)
threading.Thread(target=endpoint.serve_forever, daemon=True).start()
wanted = {
    "url": f"http://127.0.0.1:{endpoint.server_port}/onestop",
    "secret": "whsec_" + base64.b64encode(KEY).decode(),
}
answer = api.post(
    "/declaration/v1/webhooks", json=wanted, headers={"Idempotency-Key": str(uuid.uuid4())}
)
answer.raise_for_status()
webhook = f"/declaration/v1/webhooks/{answer.json()['id']}"
api.post(f"{webhook}/test", headers={"Idempotency-Key": str(uuid.uuid4())}).raise_for_status()
print("verified" if verified.wait(10) else "no notice came")
api.delete(webhook, headers={"Idempotency-Key": str(uuid.uuid4())}).raise_for_status()
