#!/bin/sh
set -eu
: "${ONESTOP_URL:=http://127.0.0.1:8650}" "${ONESTOP_TOKEN:?a token: see the task get_token}"
api() { curl -sS --fail-with-body -H "Authorization: Bearer $ONESTOP_TOKEN" "$@"; }
pick() { python3 -c "import json, sys; it = json.load(sys.stdin); print($1)"; }

REFERENCE="CURL-XML-$(date +%s)"
api "$ONESTOP_URL/developers/filing.json" | pick "json.dumps(it | {'reference': '$REFERENCE'})" > filing.json
FILING=$(api "$ONESTOP_URL/declaration/v1/filings" -H 'Content-Type: application/json' \
  -H "Idempotency-Key: $REFERENCE" --data-binary @filing.json | pick "it['id']")

# Any filing can be read as the single window's message, and such a message can be filed.
api "$ONESTOP_URL/declaration/v1/filings/$FILING/message.xml" |
  sed "s/$REFERENCE/$REFERENCE-AGAIN/" > message.xml
api "$ONESTOP_URL/declaration/v1/filings/message.xml" -H 'Content-Type: application/xml' \
  -H "Idempotency-Key: $REFERENCE-AGAIN" --data-binary @message.xml
