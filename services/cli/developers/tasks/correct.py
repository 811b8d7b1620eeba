import os
import time
import uuid

import httpx

api = httpx.Client(
    base_url=os.environ.get("ONESTOP_URL", "http://127.0.0.1:8650"),
    headers={"Authorization": f"Bearer {os.environ['ONESTOP_TOKEN']}"},
    timeout=60,
)

reference = f"PYTHON-CORRECT-{uuid.uuid4()}"
filing = api.get("/developers/filing.json").json() | {"reference": reference}
answer = api.post("/declaration/v1/filings", json=filing, headers={"Idempotency-Key": reference})
answer.raise_for_status()
filing_id = answer.json()["id"]

# Asked for with 202; a receipt tells what became of it.
answer = api.post(
    f"/declaration/v1/filings/{filing_id}/amend",
    json=filing | {"packages": 901},
    headers={"Idempotency-Key": f"{reference}-amend"},
)
answer.raise_for_status()
ended = []
while not ended:
    time.sleep(0.5)
    receipts = api.get(f"/declaration/v1/filings/{filing_id}/receipts").json()["items"]
    ended = [each for each in receipts if each["kind"] in ("amended", "change_refused")]
print(ended[0]["kind"], ended[0]["text"]["en"])
