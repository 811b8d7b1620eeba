#!/bin/sh
set -eu
: "${ONESTOP_URL:=http://127.0.0.1:8650}" "${ONESTOP_TOKEN:?a token: see the task get_token}"
api() { curl -sS --fail-with-body -H "Authorization: Bearer $ONESTOP_TOKEN" "$@"; }
pick() { python3 -c "import json, sys; it = json.load(sys.stdin); print($1)"; }

REFERENCE="CURL-FILE-$(date +%s)"
# The key makes it safe to send the same request again: it takes effect once.
api "$ONESTOP_URL/developers/filing.json" | pick "json.dumps(it | {'reference': '$REFERENCE'})" |
  api "$ONESTOP_URL/declaration/v1/filings" -H 'Content-Type: application/json' \
    -H "Idempotency-Key: $REFERENCE" --data-binary @-
