import os
import uuid

import httpx

api = httpx.Client(
    base_url=os.environ.get("ONESTOP_URL", "http://127.0.0.1:8650"),
    headers={"Authorization": f"Bearer {os.environ['ONESTOP_TOKEN']}"},
    timeout=60,
)

reference = f"PYTHON-RECEIPTS-{uuid.uuid4()}"
filing = api.get("/developers/filing.json").json() | {"reference": reference}
answer = api.post("/declaration/v1/filings", json=filing, headers={"Idempotency-Key": reference})
answer.raise_for_status()
filing_id = answer.json()["id"]

# `next` of a page is the `after` of the one that follows.
page = api.get(f"/declaration/v1/filings/{filing_id}/receipts", params={"after": 0}).json()
for receipt in page["items"]:
    print(receipt["sequence"], receipt["kind"], receipt["state"], receipt["text"]["zh"])
