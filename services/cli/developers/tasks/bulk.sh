#!/bin/sh
set -eu
: "${ONESTOP_URL:=http://127.0.0.1:8650}" "${ONESTOP_TOKEN:?a token: see the task get_token}"
api() { curl -sS --fail-with-body -H "Authorization: Bearer $ONESTOP_TOKEN" "$@"; }
pick() { python3 -c "import json, sys; it = json.load(sys.stdin); print($1)"; }

# The file itself is the body. The template has every column; this file has two filings.
api "$ONESTOP_URL/declaration/v1/bulk/template.csv" > template.csv
api "$ONESTOP_URL/developers/filings.csv" | sed "s/EXAMPLE/CURL-BULK-$(date +%s)/" > filings.csv
JOB=$(api "$ONESTOP_URL/declaration/v1/bulk" -H 'Content-Type: text/csv' \
  -H "Idempotency-Key: bulk-$(date +%s)" --data-binary @filings.csv | pick "it['id']")
until api "$ONESTOP_URL/declaration/v1/bulk/$JOB" | grep -E '"state":"(done|refused|cancelled)"'; do
  sleep 1
done
api "$ONESTOP_URL/declaration/v1/bulk/$JOB/report.csv"
