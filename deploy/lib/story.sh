# Sourced by deploy/demo: the actors, and the checks that each step is true.
# shellcheck shell=bash disable=SC2154,SC2120

step=0
failures=0

# check "what a person does" "what must be seen" COMMAND...: one line of the transcript.
check() {
  local what=$1 seen=$2
  shift 2
  step=$((step + 1))
  if "$@"; then
    printf '%2d. ✓ %s\n      %s\n' "$step" "$what" "$seen${evidence:+ ($evidence)}"
  else
    printf '%2d. ✗ %s\n      NOT SEEN: %s%s\n' "$step" "$what" "$seen" "${evidence:+ (instead: $evidence)}"
    failures=$((failures + 1))
  fi
  evidence=
}

# eventually SECONDS COMMAND...: true as soon as the command is, false when the time is up.
eventually() {
  local deadline=$(($(date +%s) + $1))
  shift
  until "$@"; do
    [ "$(date +%s)" -lt "$deadline" ] || return 1
    sleep 0.1
  done
}

# A daemon that is not there yet is what the checks wait for, so its absence is no news.
door_status() { postern status --json 2>>"$world/asking.log"; }
cloud_events() { posterncloud events gate-1 --limit 500 --json; }
door_events() { postern events --limit 500 --json; }

connected() { [ "$(door_status | jq -r .cloud.connected)" = "$1" ]; }
# relay STATE [DOOR]: the first door when left out.
relay() { [ "$(door_status | jq -r --arg door "${2:-}" '[.doors[] | select($door == "" or .id == $door)][0].relayActive')" = "$1" ]; }
# reader_is READER ABSENCE: why a reader on a line is not served; null when it is.
reader_is() { [ "$(door_status | jq -r --arg reader "$1" '.readers[] | select(.id == $reader) | .osdp.absence')" = "$2" ]; }
policy_is() { door_status | jq -e ".configRevision >= $1 and .credentialRevision >= $2" >/dev/null; }

# mark: remember the newest event; happened TYPE [REASON]: one of that type since then.
mark() { marked=$(door_status | jq -r .log.last); }
happened_now() {
  local found
  found=$(postern events --after "$marked" --limit 500 --json |
    jq -c "select(.type == \"postern.$1.v1\" and (\"${2:-}\" == \"\" or .reason == \"${2:-}\"))" | head -n 1)
  [ -n "$found" ] || return 1
  evidence=$(printf '%s' "$found" | jq -r '"event \(.number), \(.type)" + (if .reason then ", \(.reason)" else "" end)')
}
happened() { eventually 8 happened_now "$@"; }
# opened [DOOR]; denied REASON; closed [DOOR]. The relay first: it is on for seconds only, and the event stays.
opened() { eventually 8 relay true "${1:-}" && happened access.granted; }
denied() { happened access.denied "$1" && relay false; }
closed() { eventually 15 relay false "${1:-}"; }

# hold_up CARD [READER]; type_in PIN [READER]: after a mark. The card as FORMAT:FACILITY:NUMBER.
hold_up() {
  local format facility number arguments
  IFS=: read -r format facility number <<<"$1"
  arguments=(--format "$format" --card "$number")
  [ "$facility" = - ] || arguments+=(--facility "$facility")
  [ -z "${2:-}" ] || arguments+=(--reader "$2")
  mark
  postern panel badge "${arguments[@]}"
}
type_in() {
  mark
  if [ -n "${2:-}" ]; then set -- "$1" --reader "$2"; fi
  postern panel keys "$1#" --between-keys-ms 60 "${@:2}"
}

# What the last step printed for the reader, in full.
show_answer() {
  [ -z "${shown:-}" ] || printf '%s\n' "$shown"
  shown=
}

# The cloud has every event of the door once and in order: the numbers 1 to N, no gap, no twin.
cloud_has_all_now() {
  local last numbers
  last=$(door_status | jq -er .log.last) || { evidence="the door does not answer"; return 1; }
  numbers=$(posterncloud events gate-1 --limit 100000 --json | jq -r .number | sort -n)
  evidence="door has 1 to $last, cloud has $(printf '%s\n' "$numbers" | wc -l)"
  [ "$numbers" = "$(seq 1 "$last")" ] &&
    [ "$(door_status | jq -r .log.acknowledged)" = "$last" ]
}
cloud_has_all() { eventually 20 cloud_has_all_now; }

# happened_key KIND: an event lock.key.KIND since the mark.
happened_key_now() {
  postern events --after "$marked" --limit 500 --json | jq -e "select(.type == \"lock.key.$1.v1\")" >/dev/null
}
happened_key() { eventually 8 happened_key_now "$@"; }

# Says how the story went; ends with 1 when a step did not hold.
the_end() {
  local log
  say
  if [ "$failures" -gt 0 ]; then
    say "$failures of $step steps did not hold."
    for log in broker cloud door; do
      say "--- the end of $log.log"
      tail -n 15 "$world/$log.log"
    done
    exit 1
  fi
  say "All $step steps held."
}
