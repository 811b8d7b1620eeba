import os
import uuid

import httpx

api = httpx.Client(
    base_url=os.environ.get("ONESTOP_URL", "http://127.0.0.1:8650"),
    headers={"Authorization": f"Bearer {os.environ['ONESTOP_TOKEN']}"},
    timeout=60,
)

reference = f"PYTHON-FILE-{uuid.uuid4()}"
filing = api.get("/developers/filing.json").json() | {"reference": reference}
# The key makes it safe to send the same request again: it takes effect once.
answer = api.post("/declaration/v1/filings", json=filing, headers={"Idempotency-Key": reference})
if answer.status_code == 422:
    print(answer.json()["errors"])
answer.raise_for_status()
print(answer.json()["receipt_number"], answer.json()["status"])
