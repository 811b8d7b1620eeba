#!/bin/sh
set -eu
: "${ONESTOP_URL:=http://127.0.0.1:8650}" "${ONESTOP_TOKEN:?a token: see the task get_token}"
api() { curl -sS --fail-with-body -H "Authorization: Bearer $ONESTOP_TOKEN" "$@"; }
pick() { python3 -c "import json, sys; it = json.load(sys.stdin); print($1)"; }

# The gross weight is less than the net weight: every fault is told, nothing is kept.
api "$ONESTOP_URL/developers/filing.json" | pick "json.dumps(it | {'gross_kg': '1'})" |
  api "$ONESTOP_URL/declaration/v1/filings/check" -H 'Content-Type: application/json' --data-binary @-
