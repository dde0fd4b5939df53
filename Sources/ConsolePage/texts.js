"use strict";
const T = {
  pages: {
    doors: "Doors", live: "Live", frames: "Frames", hours: "Hours", place: "Place",
    health: "Health", explain: "Explain", panel: "Virtual door",
  },
  signIn: {
    title: "Sign in", code: "Code", go: "Sign in", out: "Sign out",
    how: "On the controller run: postern console login",
    once: "The code works once, for five minutes.",
  },
  summary: {
    simulated: "simulated hardware", real: "real hardware", connected: "cloud connected",
    alone: "without cloud", lost: "the controller does not answer; trying again",
  },
  doors: {
    secured: "Locked", released: "Unlocked", open: "leaf open", shut: "leaf shut",
    noContact: "no contact", relayOn: "relay on", relayOff: "relay off", noRelay: "no relay",
    identify: "Identify", test: "Relay test", alarm: "Alarm", unconfigured: "not configured",
    askTest: "Unlock this door for everybody in front of it?",
    beeping: "Three beeps at", moved: "The relay moved; it goes back after",
    notMoved: "The relay did not move.", troubles: "What is wrong", fine: "Nothing is wrong.",
    readers: "Readers", frames: "frames", damaged: "damaged", lockedOut: "locked out for",
    pairing: "is being paired", notServed: "not served:", secured: "secured line",
  },
  live: {
    title: "What happens", empty: "Nothing yet. Hold up a card.", older: "Show older",
    simulated: "simulated", door: "door", reader: "reader",
  },
  frames: {
    title: "Frames", empty: "Hold up a card at a reader.", bits: "bits",
    apart: "µs apart", wide: "µs wide", parity: "check bits fit", fault: "damaged",
    hidden: "A key was pressed; keys are not shown.", line0: "D0", line1: "D1",
    lost: "notes are lost: this page was too slow", none: "no enabled format fits",
    show: "Show numbers", recorded: "Shows card numbers and bits for five minutes; it is recorded.",
    shown: "Numbers are shown, and that is recorded, for",
  },
  hours: {
    title: "The week", access: "Access hours", unlock: "Unlocked by schedule", always: "always",
    never: "no access hours are set: the rules and grants decide alone", holidays: "Holidays",
    noHolidays: "No holidays are set.", none: "No configuration has come yet.",
    facility: "Facility", scope: "Scope", door: "Door",
    days: ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"],
    short: ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"],
  },
  place: {
    title: "Geofence", none: "No geofence is set for this door.", door: "Door",
    latitude: "Latitude", longitude: "Longitude", accuracy: "Accuracy in metres",
    person: "Person", go: "Try", radius: "radius", buffer: "buffer", inside: "passes", away: "m from the centre",
    outside: "does not pass", metres: "m", off: "The geofence is switched off.",
  },
  health: {
    diagnose: "Diagnose", running: "Looking at everything…", history: "The last hour",
    backlog: "Events to send", offset: "Clock, seconds off the cloud's", disk: "Room on the disk, MiB",
    commit: "Commit time, ms", connected: "Cloud connected", sync: "Sync now", synced: "Said hello to the cloud.",
    none: "no figures yet", yes: "yes", no: "no", todo: "What to do", took: "ms", checks: "checks",
  },
  explain: {
    title: "Why would somebody be let in, or not?", person: "Person", card: "or card, FORMAT:FACILITY:NUMBER",
    door: "Door", at: "When (facility's clock; empty is now)", how: "How", go: "Explain",
    grant: "Would be let in", deny: "Would be denied", member: "The member sees", todo: "What to do",
    ways: { card: "card", pin: "PIN", cardThenPIN: "card, then PIN", mobile: "phone" },
  },
  panel: {
    title: "The virtual door", card: "Hold up a card", facility: "Facility", number: "Card number",
    format: "Format", hold: "Hold up", keypad: "Keypad", leaf: "Door leaf", openLeaf: "Open the door",
    shutLeaf: "Shut the door", exit: "Press the exit button", lamp: "Lamp", beeper: "Beeper",
    locked: "Locked", unlocked: "Unlocked", sound: "Sound", fire: "Fire alarm", key: "Key",
  },
  outcome: { ok: "good", warning: "warning", failure: "failure" },
  failed: "That did not work: ",
};
