import os

import httpx

api = httpx.Client(
    base_url=os.environ.get("ONESTOP_URL", "http://127.0.0.1:8650"),
    headers={"Authorization": f"Bearer {os.environ['ONESTOP_TOKEN']}"},
    timeout=60,
)

# All receipts of all of your filings in one order. Keep `next`: nothing is skipped or told twice.
after = 0
while True:
    answer = api.get("/declaration/v1/receipts", params={"after": after, "limit": 100})
    answer.raise_for_status()
    page = answer.json()
    if not page["items"]:
        break
    for receipt in page["items"]:
        print(receipt["number"], receipt["receipt_number"], receipt["kind"])
    after = page["next"]
print("read up to", after)
