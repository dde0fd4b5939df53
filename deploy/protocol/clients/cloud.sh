#!/bin/bash
# A cloud out of mosquitto_pub, mosquitto_sub, openssl and jq, written from asyncapi.yaml alone.
#   clients/cloud.sh keys FOLDER
#   clients/cloud.sh open FOLDER [CONTROLLER [DOOR [HOST [PORT]]]]
# `open` gives the controller a person with a mobile key and unlocks for her; exit status 0 only when the
# controller confirmed that the door opened.
set -euo pipefail

kid=shell-1
url() { base64 -w0 | tr '+/' '-_' | tr -d '='; }

keys() {
  mkdir -p "$1"
  (
    umask 077
    openssl genpkey -algorithm ed25519 -out "$1/signing.pem"
    openssl rand -hex 32 >"$1/credential.key"
  )
  printf '%s %s\n' "$kid" "$(openssl pkey -in "$1/signing.pem" -pubout -outform DER | tail -c 32 | url)" >"$1/cloud.pub"
}

# say KIND BODY LIFETIME-SECONDS ID
say() {
  local now signed
  now=$(date +%s)
  signed=$(printf '{"alg":"EdDSA","kid":"%s"}' "$kid" | url).$(jq -cn \
    --arg aud "$controller" --arg jti "$4" --arg typ "$1" --argjson iat "$now" --argjson life "$3" --argjson body "$2" \
    '{iss: "shell", aud: $aud, iat: $iat, nbf: $iat, exp: ($iat + $life), jti: $jti, typ: $typ, body: $body}' |
    tr -d '\n' | url)
  printf %s "$signed" >"$work/signed"
  openssl pkeyutl -sign -inkey "$folder/signing.pem" -rawin -in "$work/signed" -out "$work/signature"
  printf '%s.%s' "$signed" "$(url <"$work/signature")" |
    mosquitto_pub -V 5 -h "$host" -p "$port" -q 1 -t "postern/v1/$controller/down/$1" -s
}

# hear KIND FILTER: the first message of a kind for which the filter holds, within 30 seconds
hear() {
  local end=$((SECONDS + 30)) found
  while [ $SECONDS -lt $end ]; do
    found=$(sed -n "s|^postern/v1/$controller/up/$1 ||p" "$work/heard" | jq -c "select($2)" | head -n 1)
    if [ -n "$found" ]; then
      printf '%s\n' "$found"
      return
    fi
    sleep 0.1
  done
  echo "cloud.sh: nothing on up/$1 for which $2" >&2
  return 1
}

open() {
  work=$(mktemp -d)
  mosquitto_sub -V 5 -h "$host" -p "$port" -q 1 -t "postern/v1/$controller/up/+" -v >"$work/heard" &
  listener=$!
  trap 'kill $listener 2>/dev/null; rm -rf "$work"' EXIT
  sleep 0.5
  say digest '{"rescan": false, "hello": true}' 600 "ask-$RANDOM$RANDOM"
  local hello config credentials command id
  hello=$(hear hello true)
  config=$(jq -c --arg door "$door" '{revision: (.configRevision + 1),
    facility: {id: "house", name: "The house", timeZone: "Europe/Berlin"},
    doors: [{id: $door, name: "A door", holdTimeSeconds: 3}]}' <<<"$hello")
  id=config-$RANDOM$RANDOM
  say config "$config" 600 "$id"
  hear applied ".messageID == \"$id\" and .applied" >/dev/null
  credentials=$(jq -c --arg digest "$(openssl rand 32 | url)" '{revision: (.credentialRevision + 1),
    persons: [{id: "ada", accessEnabled: true, grants: [{facilityWide: true}]}], removedPersons: [],
    credentials: [{id: "phone", kind: "mobile", person: "ada", status: "active", digest: $digest,
      doors: [], scopes: [], everywhere: true}], removedCredentials: []}' <<<"$hello")
  id=credentials-$RANDOM$RANDOM
  say credentials "$credentials" 600 "$id"
  hear applied ".messageID == \"$id\" and .applied" >/dev/null
  echo "enrolled"
  command=$(jq -c --arg door "$door" \
    '{kind: "unlock", door: $door, person: "ada", sessionNonce: .sessionNonce}' <<<"$hello")
  id=unlock-$RANDOM$RANDOM
  say commands "$command" 10 "$id"
  hear results ".commandID == \"$id\" and .outcome != \"received\"" | tee "$work/result"
  jq -e '.outcome == "confirmed"' "$work/result" >/dev/null
}

[ $# -ge 2 ] || {
  sed -n '2,6s/^# *//p' "$0"
  exit 64
}
folder=$2 controller=${3:-gate-1} door=${4:-front} host=${5:-127.0.0.1} port=${6:-1883}
case $1 in
  keys) keys "$folder" ;;
  open) open ;;
  *) exit 64 ;;
esac
