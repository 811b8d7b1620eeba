#!/bin/sh
set -eu
: "${ONESTOP_URL:=http://127.0.0.1:8650}" "${ONESTOP_TOKEN:?a token: see the task get_token}"
api() { curl -sS --fail-with-body -H "Authorization: Bearer $ONESTOP_TOKEN" "$@"; }
pick() { python3 -c "import json, sys; it = json.load(sys.stdin); print($1)"; }

: "${WEBHOOK_URL:?where your endpoint answers; it has to answer a challenge at once}"
CREATED=$(api "$ONESTOP_URL/declaration/v1/webhooks" -H 'Content-Type: application/json' \
  -H "Idempotency-Key: hook-$(date +%s)" -d "{\"url\": \"$WEBHOOK_URL\"}")
WEBHOOK="$ONESTOP_URL/declaration/v1/webhooks/$(echo "$CREATED" | pick "it['id']")"
api "$WEBHOOK/test" -X POST -H "Idempotency-Key: test-$(date +%s)"
api "$WEBHOOK/failed"
api "$WEBHOOK" -X DELETE -H "Idempotency-Key: end-$(date +%s)"

# Believe a notice only if its signature is one of those in `webhook-signature`.
signature() { # SECRET ID TIMESTAMP BODY
  KEY=$(printf %s "${1#whsec_}" | openssl base64 -d -A | od -An -v -tx1 | tr -d ' \n')
  printf %s "$2.$3.$4" | openssl dgst -sha256 -mac HMAC -macopt "hexkey:$KEY" -binary |
    openssl base64 -A
}
echo "v1,$(signature whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw \
  msg_p5jXN8AQM9LWM0D4loKWxJek 1614265330 '{"test": 2432232314}')"
