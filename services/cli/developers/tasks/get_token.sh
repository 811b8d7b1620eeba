#!/bin/sh
set -eu
: "${ONESTOP_URL:=http://127.0.0.1:8650}"
# An embedded system issues tokens itself; elsewhere your identity provider does (OpenID Connect).
ONESTOP_TOKEN=${ONESTOP_TOKEN:-$(onestop token broker)}
curl -sS --fail-with-body -H "Authorization: Bearer $ONESTOP_TOKEN" "$ONESTOP_URL/declaration/v1/receipts?limit=1"
