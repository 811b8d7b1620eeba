import os
import time
import uuid

import httpx

api = httpx.Client(
    base_url=os.environ.get("ONESTOP_URL", "http://127.0.0.1:8650"),
    headers={"Authorization": f"Bearer {os.environ['ONESTOP_TOKEN']}"},
    timeout=60,
)

# The file itself is the body. Here: two filings of one line; the template has every column.
sheet = api.get("/developers/filings.csv").text.replace("EXAMPLE", f"PYTHON-BULK-{uuid.uuid4()}")
answer = api.post(
    "/declaration/v1/bulk",
    content=sheet.encode(),
    headers={"Content-Type": "text/csv", "Idempotency-Key": str(uuid.uuid4())},
)
answer.raise_for_status()
job = answer.json()
while job["state"] in ("reading", "filing"):
    time.sleep(0.5)
    job = api.get(f"/declaration/v1/bulk/{job['id']}").json()
print(job["state"], job["filed"], "filed", job["refused"], "refused")
print(api.get(f"/declaration/v1/bulk/{job['id']}/report.csv").text)
