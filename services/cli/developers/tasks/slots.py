import os
import time
import uuid

import httpx

api = httpx.Client(
    base_url=os.environ.get("ONESTOP_URL", "http://127.0.0.1:8650"),
    headers={"Authorization": f"Bearer {os.environ['ONESTOP_TOKEN']}"},
    timeout=60,
)

reference = f"PYTHON-SLOTS-{uuid.uuid4()}"
filing = api.get("/developers/filing.json").json() | {"reference": reference}
answer = api.post("/declaration/v1/filings", json=filing, headers={"Idempotency-Key": reference})
answer.raise_for_status()
filing_id = answer.json()["id"]

# Selected goods need a slot: what is on offer, the cheapest first; hold one, then confirm it.
requests = []
while not requests:
    time.sleep(0.5)
    requests = api.get("/booking/v1/requests", params={"filing_id": filing_id}).json()["items"]
request_id = requests[0]["id"]
offers = api.get(f"/booking/v1/requests/{request_id}/offers", params={"limit": 3}).json()["offers"]
slot = {name: offers[0]["slot"][name] for name in ("yard", "bay", "teams", "starts")}
held = api.post(
    "/booking/v1/bookings",
    json={"request_id": request_id, "slot": slot},
    headers={"Idempotency-Key": str(uuid.uuid4())},
)
held.raise_for_status()
confirmed = api.post(
    f"/booking/v1/bookings/{request_id}/confirm", headers={"Idempotency-Key": str(uuid.uuid4())}
)
confirmed.raise_for_status()
print(confirmed.json()["status"], slot["yard"], slot["bay"], slot["starts"])
