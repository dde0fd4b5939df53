# Sourced by deploy/demo --story building: what a building needs beside doors, at a house with a front door,
# an office and a laboratory.
# shellcheck shell=bash disable=SC2034,SC2154,SC2016

cat >"$world/postern.yaml" <<END
controller: {id: gate-1}
state: {folder: $world/state}
hardware: {driver: simulated}
doors: [front, office, lab]
door:
  front: {hasLockCurrent: true, lockCurrentSeconds: 2}
readers: [front-in, front-out, office-in, lab-in]
reader:
  # The people of this story are quicker than people: each badge is a presentation of its own.
  front-in: {door: front, presentationMilliseconds: 0, bellCode: 10}
  front-out: {door: front, presentationMilliseconds: 0}
  office-in: {door: office, presentationMilliseconds: 0}
  lab-in: {door: lab, presentationMilliseconds: 0}
inputs: [motion]
outputs: [hall, siren]
cloud: {host: 127.0.0.1, port: $port, publicKeyFile: $world/device/cloud.pub}
credentials: {keyFile: $world/device/credential.key}
console: {socket: $POSTERN_SOCKET, web: {port: $page}}
END
cat >"$world/facility.json" <<END
{
  "facility": {
    "id": "house", "name": "The house", "timeZone": "Europe/Berlin",
    "areas": [
      {"id": "inside", "name": "Inside", "entryReaders": ["front-in"], "exitReaders": ["front-out"],
       "antiPassback": "off", "occupancy": {"most": 2, "atMost": "deny"}}
    ],
    "plans": [
      {"id": "lockdown", "name": "Lockdown", "rank": 7, "holdMinutes": 60, "drill": true,
       "startedBy": ["cloud", "console"], "endedBy": ["cloud", "console"], "levels": [{"tags": ["guard"]}]}
    ],
    "automations": [
      {"id": "hall-light", "name": "Light in the hall", "when": {"input": "motion"},
       "then": [{"output": "hall", "set": "on"}], "until": "over"},
      {"id": "cards", "name": "Somebody tries cards",
       "when": {"event": "access.denied", "door": "front", "reason": "unknownCredential", "count": 3,
                "withinSeconds": 60},
       "then": [{"output": "siren", "set": "pulse", "milliseconds": 20000}]}
    ]
  },
  "doors": [
    {"id": "front", "name": "Front door", "icon": "door", "location": "Ground floor", "holdTimeSeconds": 4,
     "extendedTimes": {"anyTags": ["slow"], "holdTimeSeconds": 15, "heldOpenSeconds": 90}},
    {"id": "office", "name": "Office", "icon": "door", "location": "First floor", "holdTimeSeconds": 4,
     "office": {"anyTags": ["keys"], "withinMilliseconds": 20000}, "escortSeconds": 60},
    {"id": "lab", "name": "Laboratory", "icon": "door", "location": "Basement", "holdTimeSeconds": 4,
     "requiredQualifications": ["induction"]}
  ]
}
END

ada_card=${DEMO_ADA_CARD:-H10301:12:345}
ben_card=${DEMO_BEN_CARD:-H10301:12:777}
guest_card=${DEMO_GUEST_CARD:-H10301:12:888}
unknown_card=${DEMO_UNKNOWN_CARD:-H10301:12:999}

say
say "A house (hardware simulated): a broker, a cloud and three doors on 127.0.0.1:$port, in $world"
say
start_broker
start_cloud
start_door

# somebody NAME CARD [OPTION...]: a person who may go everywhere, with a card.
somebody() {
  posterncloud person add "$1" --facility-wide "${@:3}" &&
    posterncloud credential issue --controller gate-1 --person "$1" --card "$2"
}
people() {
  posterncloud config push gate-1 "$world/facility.json" &&
    somebody ada "$ada_card" --tags keys &&
    somebody ben "$ben_card" --tags slow &&
    posterncloud person escort ben host &&
    somebody gil H10301:12:555 --tags guard &&
    somebody vera "$guest_card" &&
    posterncloud person escort vera needed
} >"$world/people.log" 2>&1
# through DOOR: somebody opens the leaf, goes through, and closes it.
through() {
  postern panel contact open --door "$1" && closed "$1" && postern panel contact close --door "$1"
}
# goes CARD READER DOOR: lets in, and the person goes through.
goes() { hold_up "$1" "$2" && opened "$3" && through "$3"; }
mode_is() { [ "$(door_status | jq -r --arg door "$1" '.doors[] | select(.id == $door) | .mode')" = "$2" ]; }
output_is() { [ "$(postern automations --json | jq -r --arg output "$1" '.outputs[] | select(.id == $output) | .active')" = "$2" ]; }
inside() {
  evidence=$(postern muster --json | jq -r '[.[].people[].person] | sort | join(" and ")')
  [ "$evidence" = "$1" ]
}
# shows "WORDS" COMMAND...: the command's answer has the words, and is printed.
shows() {
  local words=$1 answer
  shift
  answer=$("$@" 2>&1) || true
  shown=$(printf '%s\n' "$answer" | sed 's/^/        /')
  case $answer in *"$words"*) return 0 ;; *) return 1 ;; esac
}

check "The door starts and finds its cloud" "connected" eventually 15 connected true
check "The cloud team pushes configuration, four people and their cards" "the doors have them" \
  eval 'people && eventually 15 policy_is 1 4'

say
say "    Who is inside: two at most"
check "Ada goes in" "the relay, the leaf" goes "$ada_card" front-in front
hold_up "$ben_card"
check "Ben needs longer: six seconds later, where others have four" "the door is still free for him" \
  eval 'opened front && sleep 6 && relay true front'
through front
hold_up H10301:12:555
check "Gil would be the third" "denied" denied areaFull
check "Who is inside? postern muster" "two, by name" eventually 5 inside "ada and ben"
check "Ada leaves" "the relay, the leaf" goes "$ada_card" front-out front
check "Gil comes again" "the relay, the leaf" goes H10301:12:555 front-in front
goes H10301:12:555 front-out front

say
say "    Visitors, and who may work where"
hold_up "$guest_card" office-in
check "Vera is a visitor, and comes alone" "denied: somebody must bring her" denied escortRequired
hold_up "$ben_card" office-in
brought() { [ "$(postern events --after "$marked" --json | jq -r 'select(.type == "postern.access.granted.v1") | [.person, .detail.companion] | sort | join(" ")')" = "ben vera" ]; }
check "Ben, her host, holds up his card beside her" "both enter, in one event" eval 'opened office && eventually 5 brought'
closed office || true
hold_up "$ada_card" lab-in
check "Ada at the laboratory, without the induction that it asks for" "denied" denied qualificationMissing
qualified() { posterncloud person qualify ada induction --until +8h >/dev/null && eventually 10 policy_is 1 5; }
check "She has it now: posterncloud person qualify ada induction" "the door knows" qualified
hold_up "$ada_card" lab-in
check "Ada again" "the relay is on" opened lab
closed lab || true

say
say "    The office stays unlocked while somebody is there"
twice() { hold_up "$ada_card" office-in && opened office && sleep 1 && hold_up "$ada_card" office-in; }
check "Ada shows her card twice" "the door stays unlocked" eval 'twice && happened door.officeBegan && sleep 6 && relay true office'
check "Ada shows it twice more" "locked again" eval 'twice && happened door.officeEnded && closed office'

say
say "    The bell, the light and the siren"
mark
postern panel keys '*' --reader front-in
check "Somebody presses the bell at the keypad" "it rings" happened door.bell
mark
check "The desk looks and lets them in: postern bell answer front open" "the relay is on" \
  eval 'postern bell answer front open >>"$world/bell.log" && happened door.bellAnswered'
closed front || true
postern panel input motion on
check "Somebody walks through the hall" "the light is on" eventually 5 output_is hall true
postern panel input motion off
check "Nobody is there any more" "it is off" eventually 8 output_is hall false
for _ in 1 2 3; do hold_up "$unknown_card"; denied unknownCredential || true; done
check "Somebody tries three unknown cards at the front door" "the siren sounds" eventually 5 output_is siren true
check "Why? postern automations" "which rule, what set it off, what it did" shows "cards" postern automations
show_answer

say
say "    Lockdown: first practised, then real"
plan() { posterncloud plan gate-1 "$1" lockdown --reason "$2" --by desk >>"$world/plan.log" 2>&1; }
mark
check "The desk practises it from the cloud" "recorded, and nobody is kept out" eval 'plan drill "yearly drill" && happened plan.started'
check "Ada goes to the office" "the relay is on; the event says whom the plan would have kept out" \
  eval 'hold_up "$ada_card" office-in && opened office'
closed office || true
plan end "drill is over"
stop_actor broker TERM
check "The network goes" "the doors are alone" eventually 15 connected false
mark
check "An alarm: postern plan start lockdown, at the controller" "every door has the plan" \
  eval 'postern plan start lockdown --reason "a stranger in the yard" >>"$world/plan.log" && happened plan.started && eventually 5 mode_is lab plan'
hold_up "$ada_card" office-in
check "Ada" "denied" denied planInForce
check "Gil is of the guard" "the relay is on" eval 'hold_up H10301:12:555 office-in && opened office'
closed office || true
mark; postern panel exit --door office
check "Somebody inside presses the exit button" "the door is free, as always" eval 'opened_to_leave() { eventually 5 relay true office; }; opened_to_leave'
closed office || true
mark
check "All clear: postern plan end lockdown" "the doors are as always" \
  eval 'postern plan end lockdown --reason "all clear" >>"$world/plan.log" && happened plan.ended && eventually 5 mode_is lab normal'

say
say "    Something breaks, and something burns"
postern panel lock dead --door front
mark
check "The coil of the front door burns out; Ben comes" "an alarm says that the lock draws no current" \
  eval 'hold_up "$ben_card" && happened alarm.raised lockCurrentMissing'
postern panel lock works --door front
closed front || true
mark; postern panel fire on
all_free() { door_status | jq -e 'all(.doors[]; .relayActive)' >/dev/null; }
check "The building's fire alarm" "every door is free" eventually 5 all_free
check "Ada leaves by the reader at the assembly point" "seen" eval 'hold_up "$ada_card" front-out && happened access.granted'
check "Who is not out yet? postern muster evacuation" "Ben" shows "ben" postern muster evacuation
show_answer
postern panel fire off
closed front || true
closed office || true
closed lab || true

say
say "    And afterwards"
start_broker
check "The network is back" "the door is connected" eventually 40 connected true
check "At the end" "the cloud has every event exactly once, in order" cloud_has_all
