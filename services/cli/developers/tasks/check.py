import os

import httpx

api = httpx.Client(
    base_url=os.environ.get("ONESTOP_URL", "http://127.0.0.1:8650"),
    headers={"Authorization": f"Bearer {os.environ['ONESTOP_TOKEN']}"},
    timeout=60,
)

filing = api.get("/developers/filing.json").json()
# The gross weight is less than the net weight: every fault is told, nothing is kept.
answer = api.post("/declaration/v1/filings/check", json=filing | {"gross_kg": "1"})
answer.raise_for_status()
for fault in answer.json()["faults"]:
    print(fault["pointer"], fault["code"], fault["mend"]["en"])
