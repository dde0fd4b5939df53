# Sourced by deploy/demo --story offline-front-desk: a hotel corridor in an outage of twelve hours.
# Time runs on its own clock (story_clock.c): twelve hours behind at first, and set on by the story.
# shellcheck shell=bash disable=SC2034,SC2154,SC2016

compiler=$(command -v cc || command -v clang) || fail "a C compiler is missing; as root: apt-get install gcc"
"$compiler" -shared -fPIC -O1 -Wall -Werror -o "$world/story_clock.so" "$here/lib/story_clock.c"
# Written in place: the programs have the file mapped.
set_clock() { printf '%-16s\n' "$1" 1<>"$world/clock"; }
# No clock moves by hours while a door runs, so the door believes that only from a technician.
hours_pass() { set_clock "$1" && postern clock trust --reason "the story goes on"; }
story_time=(env "LD_PRELOAD=$world/story_clock.so" "STORY_CLOCK=$world/clock")
at_story_time() { "${story_time[@]}" "$@"; }
start_door() { start_actor door "${story_time[@]}" "$bin/posternd" --config "$world/postern.yaml"; }
postern() { at_story_time "$bin/postern" "$@"; }
posterncloud() { at_story_time "$bin/posterncloud" "$@"; }

set_clock -43200
cat >"$world/postern.yaml" <<END
controller: {id: gate-1}
state: {folder: $world/state}
hardware: {driver: simulated}
clock: {assumeTrust: synchronised}
doors: [room-214, room-215]
readers: [reader-214, reader-215]
reader:
  # The people of this story are quicker than people: each badge is a presentation of its own.
  reader-214: {door: room-214, presentationMilliseconds: 0}
  reader-215: {door: room-215, presentationMilliseconds: 0}
cloud: {host: 127.0.0.1, port: $port, publicKeyFile: $world/device/cloud.pub}
credentials:
  keyFile: $world/device/credential.key
  offlinePINKeyFile: $world/device/offline-pin.keys
  issuerRootsFile: $world/device/issuer-roots.pub
console: {socket: $POSTERN_SOCKET}
END
cat >"$world/facility.json" <<END
{"facility": {"id": "hotel", "name": "The hotel", "timeZone": "Europe/Berlin"},
 "doors": [{"id": "room-214", "name": "Room 214", "holdTimeSeconds": 4},
           {"id": "room-215", "name": "Room 215", "holdTimeSeconds": 4}]}
END

door_relay() {
  [ "$(door_status | jq -r ".doors[] | select(.id == \"$1\") | .relayActive")" = "$2" ]
}
# opens DOOR: an entry and the relay; stays_shut DOOR REASON: a denial and no relay.
opens() { eventually 8 door_relay "$1" true && happened access.granted && eventually 15 door_relay "$1" false; }
stays_shut() { happened access.denied "$2" && door_relay "$1" false; }
badge() { hold_up "$guest_card" "reader-$1"; }
keys() { type_in "$1" reader-214; }

# What is secret here. A test plays it with others, and looks for them everywhere.
guest_card=${DEMO_GUEST_CARD:-H10301:12:2140}
guest_pin=${DEMO_GUEST_PIN:-480122}
phone=${DEMO_PHONE:-phone-0f6c2d8e91ab4c57}

# desk ACTION ID OPTIONS...: signs at the desk, and carries it to the door.
carried=0
desk() {
  local action=$1 id=$2
  shift 2
  carried=$((carried + 1))
  postern issuer "$action" --key "$world/desk.key" --certificate "$world/desk.cert" \
    --controller gate-1 --id "$id" --out "$world/carried-$carried.json" "$@" >"$world/desk.log" 2>&1 &&
    evidence=$(postern hand-over "$world/carried-$carried.json" 2>&1) || return 1
  # What the door answered is the step's own words again.
  evidence=
}
desk_is_refused() {
  desk "${@:2}" && return 1
  case $evidence in *"$1"*) return 0 ;; *) return 1 ;; esac
}
outcome() { [ "$(posterncloud issuer keys gate-1 --json | jq -r "select(.key.record.id == \"$1\") | .outcome")" = "$2" ]; }
all_taken_up() { [ "$(door_events | jq -r 'select(.type == "postern.handOver.reconciled.v1") | .credential' | sort -u | wc -l)" = "$1" ]; }

say
say "A hotel corridor (hardware simulated): a broker, a cloud and a door on 127.0.0.1:$port, in $world"
say
start_broker
start_actor cloud "${story_time[@]}" "$bin/posterncloud" serve --host 127.0.0.1 --port "$port"
start_door
check "The door starts and finds its cloud" "connected" eventually 15 connected true
prepare() {
  posterncloud config push gate-1 "$world/facility.json" &&
    desk_public=$(postern issuer new-key --out "$world/desk.key") &&
    posterncloud issuer certify front-desk --id front-desk-1 --key "$desk_public" --controllers gate-1 \
      --doors room-214,room-215 --longest 3d --until +30d --out "$world/desk.cert" &&
    posterncloud offline-pin keys gate-1 --doors room-214 --out "$world/desk-pins.keys"
} >"$world/prepare.log" 2>&1
check "The operator certifies the front desk: two rooms, three days at most, for a month" \
  "the door has its configuration" eval 'prepare && eventually 10 policy_is 1 0'

stop_actor broker TERM
check "The network fails" "the door knows that it is alone" eventually 15 connected false
hours_pass -7200
say
say "    … ten hours later, still without network, a guest arrives."

mark
check "The desk encodes a card for room 214 and hands it over" "in force at once" \
  desk issue card-214 --person guest-1 --card "$guest_card" --doors room-214 --until +2d --reservation R-2140
badge 214
check "The guest holds it up" "the relay is on" opens room-214
badge 215
check "The guest tries the next room" "denied" stays_shut room-215 wrongDoor
check "The desk hands over a PIN" "in force at once" \
  desk issue pin-214 --person guest-1 --pin "$guest_pin" --doors room-214 --until +2d --reservation R-2140
keys "$guest_pin"
check "The guest types it" "the relay is on" opens room-214
code() { postern offline-pin issue --keys "$world/desk-pins.keys" --door room-214 --hours 24 "$@" --json; }
issued=$(code)
offline_pin=$(printf '%s' "$issued" | jq -r .pin)
offline_start=$(printf '%s' "$issued" | jq -r '.validFrom | sub("[.]000Z"; "Z")')
keys "$offline_pin"
check "The desk computes a PIN and tells it on the telephone; no message goes to the door, which computes the same" \
  "the relay is on" opens room-214
once_pin=$(code --serial 3 | jq -r .pin)
printf '%s\n' "$offline_pin" "$once_pin" >"$world/desk-said.txt"
keys "$once_pin"
check "A computed PIN for the plumber, good once" "the relay is on" opens room-214
keys "$once_pin"
check "The plumber comes again" "denied" stays_shut room-214 useCountExceeded
check "A key for the guest's telephone" "in force at once" \
  desk issue phone-214 --person guest-1 --mobile "$phone" --doors room-214 --until +2d --reservation R-2140
show_phone() { echo "$phone" | postern present --door "$1" --mobile - 2>"$world/present.log"; }
mark
check "The telephone is held to the door" "the relay is on" eval 'show_phone room-214 && opens room-214'

say
say "    What the desk may not, and what changes"
check "The desk tries a card for a week" "refused: longer than its certificate allows" \
  desk_is_refused tooLong issue card-week --person x --card H10301:12:9 --doors room-214 --until +7d
check "And a card for the safe" "refused: not its door" \
  desk_is_refused doorNotAllowed issue card-safe --person x --card H10301:12:9 --doors safe --until +1d

check "The tap drips: the guest moves to room 215, and keeps the card" "changed at once" \
  desk update card-214 --doors room-215
badge 215
check "At room 215" "the relay is on" opens room-215
badge 214
check "At room 214" "denied" stays_shut room-214 wrongDoor
check "The card is lost: the desk withdraws it" "it does not count any more" desk revoke card-214
badge 215
check "Somebody finds it" "denied" stays_shut room-215 credentialRevoked
mark
check "The computed PIN was overheard, and is withdrawn by its serial" "recorded" \
  eval 'postern offline-pin revoke --door room-214 --start "$offline_start" --hours 24 --serial 0 && happened_key revoked'
keys "$offline_pin"
check "Somebody types it" "denied" stays_shut room-214 credentialRevoked

stop_actor door KILL
start_door
check "The power fails (kill -9), and comes back" "the door serves" eventually 10 door_relay room-214 false
keys "$guest_pin"
check "The guest's PIN" "the relay is on" opens room-214
badge 215
check "The lost card, held up" "denied" stays_shut room-215 credentialRevoked

hours_pass 0
say
say "    … twelve hours after it failed the network is back."
start_broker
check "The door finds its cloud" "connected" eventually 60 connected true
check "The cloud decides" "PIN and telephone confirmed, the lost card revoked" \
  eval 'eventually 20 outcome phone-214 confirmed && outcome pin-214 confirmed && outcome card-214 revoked'
check "The door takes the cloud's word for its own" "three keys reconciled" eventually 20 all_taken_up 3
mark
check "The telephone, held to the door" "the relay is on" eval 'show_phone room-214 && opens room-214'
badge 215
check "The lost card, held up" "denied" eval 'happened access.denied && door_relay room-215 false'
check "At the end" "the cloud has every event exactly once, in order" cloud_has_all
