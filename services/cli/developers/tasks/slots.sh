#!/bin/sh
set -eu
: "${ONESTOP_URL:=http://127.0.0.1:8650}" "${ONESTOP_TOKEN:?a token: see the task get_token}"
api() { curl -sS --fail-with-body -H "Authorization: Bearer $ONESTOP_TOKEN" "$@"; }
pick() { python3 -c "import json, sys; it = json.load(sys.stdin); print($1)"; }

REFERENCE="CURL-SLOTS-$(date +%s)"
api "$ONESTOP_URL/developers/filing.json" | pick "json.dumps(it | {'reference': '$REFERENCE'})" > filing.json
FILING=$(api "$ONESTOP_URL/declaration/v1/filings" -H 'Content-Type: application/json' \
  -H "Idempotency-Key: $REFERENCE" --data-binary @filing.json | pick "it['id']")

# Selected goods need a slot: what is on offer, the cheapest first; hold one, then confirm it.
until REQUEST=$(api "$ONESTOP_URL/booking/v1/requests?filing_id=$FILING" |
  pick "it['items'][0]['id']" 2> /dev/null); do sleep 1; done
api "$ONESTOP_URL/booking/v1/requests/$REQUEST/offers?limit=3" | pick "json.dumps({
  'request_id': '$REQUEST',
  'slot': {name: it['offers'][0]['slot'][name] for name in ('yard', 'bay', 'teams', 'starts')},
})" > wanted.json
api "$ONESTOP_URL/booking/v1/bookings" -H 'Content-Type: application/json' \
  -H "Idempotency-Key: $REFERENCE-hold" --data-binary @wanted.json > held.json
api "$ONESTOP_URL/booking/v1/bookings/$REQUEST/confirm" -X POST -H "Idempotency-Key: $REFERENCE-confirm"
