# Sourced by deploy/demo for `--story platforms`: three kinds of booking platform, each a script in
# deploy/api/examples that knows the HTTP API and nothing else.
# shellcheck shell=bash disable=SC2154

export PYTHONDONTWRITEBYTECODE=1
command -v python3 >/dev/null || fail "the examples need python3"
start_broker
start_cloud
start_door

check "The door starts and finds its cloud" "connected" eventually 15 connected true
api_answers() { (: <"/dev/tcp/127.0.0.1/$api") 2>/dev/null; }
check "The HTTP API answers" "$POSTERNCLOUD_API" eventually 15 api_answers
configured() { posterncloud config push gate-1 "$world/facility.json" >/dev/null && eventually 10 policy_is 1 0; }
check "Somebody has set the doors up" "the door has its configuration" configured

# played NAME: the example ends well; what it says is shown.
played() {
  local status=0
  shown=$(PATH=$bin:$PATH "$here/api/examples/$1.py" 2>&1) || status=$?
  shown=$(printf '%s\n' "$shown" | sed 's/^/        /')
  return "$status"
}
play() {
  say
  check "$1" "the script deploy/api/examples/$2.py holds" played "$2"
  show_answer
}
play "A hub with monthly members and bookings by the hour" hub
play "Studios where each customer has one code, for gates and rooms" studios
play "A hotel with key cards" hotel
# A test looks for this code everywhere else.
PYTHONPATH=$here/api/examples python3 -c 'from client import api; print(api("GET", "/v1/people/lena/code")["code"])' \
  >"$world/desk-said.txt"
check "At the end" "the cloud has every event exactly once, in order" cloud_has_all
