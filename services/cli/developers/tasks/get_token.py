import os
import subprocess

import httpx

# An embedded system issues tokens itself; elsewhere your identity provider does (OpenID Connect).
token = os.environ.get("ONESTOP_TOKEN") or subprocess.check_output(
    ["onestop", "token", "broker"], text=True
)
url = os.environ.get("ONESTOP_URL", "http://127.0.0.1:8650")
answer = httpx.get(
    f"{url}/declaration/v1/receipts?limit=1",
    headers={"Authorization": f"Bearer {token.strip()}"},
    timeout=60,
)
answer.raise_for_status()
print(answer.text)
