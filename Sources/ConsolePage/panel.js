pages.panel = (place) => {
  const parts = new Map();
  let sound = null;
  const soundButton = h("button", { type: "button", "aria-pressed": "false", onclick: (event) => {
    sound = sound ? (sound.close(), null) : new AudioContext();
    event.target.setAttribute("aria-pressed", String(Boolean(sound)));
  } }, T.panel.sound);
  const fire = h("button", { type: "button", "aria-pressed": "false", onclick: (event) => attempt(async () => {
    const active = event.target.getAttribute("aria-pressed") !== "true";
    await act({ fire: { active } });
    event.target.setAttribute("aria-pressed", String(active));
  }) }, T.panel.fire);
  const list = h("div", { class: "stack" });
  put(place, h("div", { class: "stack" }, h("div", { class: "spread" }, h("h2", {}, T.panel.title),
    h("div", { class: "row" }, soundButton, fire)), list));
  for (const door of state.status.doors) {
    const readers = state.status.readers.filter((one) => one.door === door.id);
    const part = doorPanel(door, readers);
    parts.set(door.id, part);
    list.append(part.element);
  }
  let tone = null;
  function beep(on) {
    if (tone) { tone.stop(); tone = null; }
    if (!on || !sound) return;
    tone = sound.createOscillator();
    tone.frequency.value = 2400;
    const gain = sound.createGain();
    gain.gain.value = 0.05;
    tone.connect(gain).connect(sound.destination);
    tone.start();
  }
  follow("/v1/live/sse", (note) => {
    if (note.kind !== "output") return;
    if (note.line === "relay") refresh();
    if (note.line === "beeper") beep(note.active);
    const lamp = document.querySelector(`[data-${note.line}="${CSS.escape(note.reader || "")}"]`);
    if (lamp) lamp.classList.toggle("on", note.active);
    if (lamp && note.active) lamp.dataset.seen = String(Number(lamp.dataset.seen || 0) + 1);
  });
  state.leave.push(() => { if (sound) sound.close(); });
  return { update(status) { for (const door of status.doors) if (parts.has(door.id)) parts.get(door.id).update(door); } };
};

function act(action) { return ask("/v1/panel", action); }
const usualTiming = { widthMicroseconds: 100, spacingMicroseconds: 2000, betweenKeysMilliseconds: 120 };

function doorPanel(door, readers) {
  const leaf = h("div", { class: "lock", "aria-hidden": "true" }, h("div", { class: "leaf" }));
  const word = h("p", { class: "big", role: "status" });
  let isOpen = Boolean(door.open);
  const move = h("button", { type: "button", id: "leaf-" + door.id, onclick: () =>
    attempt(() => act({ contact: { door: door.id, open: !isOpen } }).then(() => setTimeout(refresh, 120))) });
  const exit = h("button", { type: "button", id: "exit-" + door.id, onclick: () =>
    attempt(() => act({ exit: { door: door.id } }).then(() => setTimeout(refresh, 120))) }, T.panel.exit);
  const element = h("section", { class: "card", "aria-label": door.name },
    h("div", { class: "spread" }, h("h3", {}, door.name), h("span", { class: "soft mono" }, door.id)),
    h("div", { class: "reader" },
      h("div", { class: "stack" }, leaf, word, h("div", { class: "row" }, move, exit)),
      readers.map(readerPanel)));
  return { element, update(now) {
    isOpen = Boolean(now.open);
    leaf.className = "lock" + (isOpen ? " open" : "") + (now.lock === "released" ? " released" : "");
    word.textContent = now.lock === "released" ? T.panel.unlocked : T.panel.locked;
    word.dataset.lock = now.lock;
    move.textContent = isOpen ? T.panel.shutLeaf : T.panel.openLeaf;
  } };
}

function readerPanel(reader) {
  const format = input("format-" + reader.id, T.panel.format, { value: "H10301", required: true });
  // Numbers of cards stay text: above 2^53 a script rounds them.
  const digits = { inputmode: "numeric", pattern: "[0-9]*" };
  const facility = input("facility-" + reader.id, T.panel.facility, { ...digits, value: "12" });
  const card = input("card-" + reader.id, T.panel.number, { ...digits, value: "345", required: true });
  const keys = ["1", "2", "3", "4", "5", "6", "7", "8", "9", "*", "0", "#"];
  return [
    h("form", { class: "stack", onsubmit: (event) => {
      event.preventDefault();
      attempt(() => act({ badge: { reader: reader.id, format: format.field.value,
        facility: facility.field.value === "" ? null : facility.field.value,
        card: card.field.value, timing: usualTiming } }));
    } }, h("div", { class: "spread" }, h("strong", { class: "mono" }, reader.id),
      h("span", { class: "row" }, h("span", { class: "lamp", "data-led": reader.id, title: T.panel.lamp }),
        h("span", { class: "lamp sound", "data-beeper": reader.id, title: T.panel.beeper }))),
      h("div", { class: "fields" }, facility.label, card.label), format.label,
      h("button", { class: "main", type: "submit", id: "badge-" + reader.id }, T.panel.hold)),
    h("div", { class: "keypad", role: "group", "aria-label": T.panel.keypad + " " + reader.id },
      keys.map((key) => h("button", { type: "button", "aria-label": T.panel.key + " " + key,
        "data-key": reader.id + key,
        onclick: () => attempt(() => act({ keys: { reader: reader.id, keys: key, timing: usualTiming } })) }, key))),
  ];
}
