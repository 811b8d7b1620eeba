import os
import uuid

import httpx

api = httpx.Client(
    base_url=os.environ.get("ONESTOP_URL", "http://127.0.0.1:8650"),
    headers={"Authorization": f"Bearer {os.environ['ONESTOP_TOKEN']}"},
    timeout=60,
)

reference = f"PYTHON-XML-{uuid.uuid4()}"
filing = api.get("/developers/filing.json").json() | {"reference": reference}
answer = api.post("/declaration/v1/filings", json=filing, headers={"Idempotency-Key": reference})
answer.raise_for_status()
filing_id = answer.json()["id"]

# Any filing can be read as the single window's message, and such a message can be filed.
message = api.get(f"/declaration/v1/filings/{filing_id}/message.xml").text
answer = api.post(
    "/declaration/v1/filings/message.xml",
    content=message.replace(reference, f"{reference}-AGAIN").encode(),
    headers={"Content-Type": "application/xml", "Idempotency-Key": f"{reference}-AGAIN"},
)
answer.raise_for_status()
print(answer.json()["filing"]["receipt_number"], "not_carried:", answer.json()["not_carried"])
